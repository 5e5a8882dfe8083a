import { wordErrorRate } from '@whisper-bot/testing';
import { conditions, degraded, paces, worseNote } from '../degraded.mjs';
import { baseWeights, context, hear, openEngines, textOf } from '../engines.mjs';
import { conversation, materialNote, spoken } from '../material.mjs';
import { differenceOf, inTurn, median, row, spread } from '../measure.mjs';
import { openPeer } from '../peer.mjs';
import { openWhisperCli } from '../whisper-cli.mjs';

const minutes5 = 300;
const modes = ['greedy', 'beam', 'batched'];

/** Words: how fast and how right, ours (from detecting speech on) and faster-whisper's. */
export const asr = async ({ dir, peers }) => {
  const { engines, threads } = openEngines();
  const { engines: whisperCpp } = openEngines({ transcriber: 'whisper-cpp' });
  const peer = peers ? await openPeer(threads) : null;
  const cli = peers ? openWhisperCli(threads) : null;
  const notes = [
    materialNote,
    'Ours includes detecting speech; faster-whisper runs in int8 with its own VAD filter and word times; ours on the shipped weights. The language is given to all.',
  ];
  try {
    const wav = conversation(dir, minutes5);
    const candidates = {
      ours: () => hear(engines, wav),
      'whisper.cpp 1.9.1 in our driver': () => hear(whisperCpp, wav),
      'ours, detecting speech alone': () => engines.detector.detect(wav, context),
    };
    if (peer)
      for (const mode of modes)
        candidates[`faster-whisper ${mode}`] = () => peer.call({ do: 'transcribe', wav, mode, language: 'en' });
    else
      notes.push(
        'No peers in this run (`--peers`, and what bench/peer/requirements.txt names installed in bench/.venv).',
      );
    if (cli) candidates['whisper.cpp’s own command line'] = () => cli.transcribe(wav, baseWeights(), 'en');
    const times = await inTurn(candidates, 3, notes);
    const factor = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, all.map((s) => s / minutes5)]));
    const rows = Object.entries(factor).map(([name, all]) => {
      if (name !== 'ours') return row(`${name}, 5 min`, `${spread(all)} ×`);
      return row('ours, 5 min', `${spread(all)} ×`, '≤ 0.050 ×', median(all) <= 0.05);
    });
    const batched = factor['faster-whisper batched'];
    if (batched && factor.ours) {
      const ratio = median(batched) / median(factor.ours);
      rows.push(row('faster-whisper batched over ours', `${ratio.toFixed(2)} times as long`, '> 1', ratio > 1));
    }
    const own = {
      ...(times.ours ? { ours: engines } : {}),
      ...(times['whisper.cpp 1.9.1 in our driver'] ? { 'whisper.cpp in our driver': whisperCpp } : {}),
    };
    const filters = { ...conditions, ...paces };
    const sets = { 'the samples': spoken, 'the samples made worse': degraded(dir, spoken, filters) };
    for (const [set, recordings] of Object.entries(sets))
      rows.push(...(await errorRates(set, recordings, { own, peer, cli })));
    notes.push(worseNote(filters));
    notes.push(
      'In our driver whisper.cpp packs, guards and aligns as ours does; its own command line hears the silence too, searches by beams, times no words, and loads the model each time.',
    );
    return { rows, notes };
  } finally {
    await engines.close();
    await whisperCpp.close();
    peer?.close();
  }
};

const errorRates = async (set, recordings, { own, peer, cli }) => {
  const engines = Object.fromEntries(
    Object.entries(own).map(([name, one]) => [name, async (wav, language) => textOf(await hear(one, wav, language))]),
  );
  if (peer)
    for (const mode of modes)
      engines[`faster-whisper ${mode}`] = async (wav, language) =>
        (await peer.call({ do: 'transcribe', wav, mode, language })).text;
  if (cli) engines['whisper.cpp’s own command line'] = (wav, language) => cli.transcribe(wav, baseWeights(), language);

  const found = {};
  for (const [name, transcribe] of Object.entries(engines)) {
    const pairs = [];
    for (const { wav, language, text } of recordings) pairs.push([text, await transcribe(wav, language)]);
    const scores = pairs.map(([said, heard]) => wordErrorRate(said, heard));
    const words = scores.reduce((sum, score) => sum + score.words, 0);
    const errors = scores.map((score) => Math.round(score.rate * score.words));
    const rate = (100 * errors.reduce((sum, count) => sum + count)) / words;
    const jiwer = peer ? `, jiwer ${(100 * (await peer.call({ do: 'wer', pairs })).rate).toFixed(1)} %` : '';
    found[name] = { rate, errors, shown: `${rate.toFixed(1)} % of ${words}${jiwer}` };
  }
  const rival = found['faster-whisper batched'];
  return Object.entries(found).map(([name, { rate, errors, shown }]) => {
    const what = `${name}, word error rate on ${set}`;
    if (name !== 'ours' || rival === undefined) return row(what, shown);
    const target = `≤ ${rival.rate.toFixed(1)} %, as faster-whisper batched`;
    const { low, high } = differenceOf(errors, rival.errors);
    // A few words more or fewer in one recording are chance.
    if (rate > rival.rate && low <= 0) return row(what, `${shown}, ${low} to ${high} words more: undecided`, target);
    return row(what, shown, target, rate <= rival.rate);
  });
};
