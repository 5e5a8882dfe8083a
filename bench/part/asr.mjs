import { wordErrorRate } from '@whisper-bot/testing';
import { baseWeights, context, hear, openEngines, textOf } from '../engines.mjs';
import { conversation, materialNote, spoken } from '../material.mjs';
import { inTurn, median, row, spread } from '../measure.mjs';
import { openPeer } from '../peer.mjs';
import { openWhisperCli } from '../whisper-cli.mjs';

const minutes5 = 300;
const modes = ['greedy', 'beam', 'batched'];

/** Words: how fast and how right, ours (from detecting speech on) and faster-whisper's. */
export const asr = async ({ dir, peers }) => {
  const { engines, threads } = openEngines();
  const { engines: whispercpp } = openEngines('whispercpp');
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
      'whisper.cpp 1.9.1 in our driver': () => hear(whispercpp, wav),
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
    const times = await inTurn(candidates, 3);
    const factor = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, all.map((s) => s / minutes5)]));
    const rows = Object.entries(factor).map(([name, all]) => {
      if (name !== 'ours') return row(`${name}, 5 min`, `${spread(all)} ×`);
      return row('ours, 5 min', `${spread(all)} ×`, '≤ 0.050 ×', median(all) <= 0.05);
    });
    const batched = factor['faster-whisper batched'];
    if (batched) {
      const ratio = median(batched) / median(factor.ours);
      rows.push(row('faster-whisper batched over ours', `${ratio.toFixed(2)} times as long`, '> 1', ratio > 1));
    }
    rows.push(...(await errorRates({ ours: engines, 'whisper.cpp in our driver': whispercpp }, peer, cli)));
    notes.push(
      'In our driver whisper.cpp packs, guards and aligns as ours does; its own command line hears the silence too, searches by beams, times no words, and loads the model each time.',
    );
    return { rows, notes };
  } finally {
    await engines.close();
    await whispercpp.close();
    peer?.close();
  }
};

const errorRates = async (own, peer, cli) => {
  const heard = Object.fromEntries(Object.keys(own).map((name) => [name, []]));
  for (const { wav, language } of spoken) {
    for (const name of Object.keys(own)) heard[name].push(textOf(await hear(own[name], wav, language)));
    if (peer)
      for (const mode of modes) {
        heard[`faster-whisper ${mode}`] ??= [];
        heard[`faster-whisper ${mode}`].push((await peer.call({ do: 'transcribe', wav, mode, language })).text);
      }
    if (cli) {
      heard['whisper.cpp’s own command line'] ??= [];
      heard['whisper.cpp’s own command line'].push(await cli.transcribe(wav, baseWeights(), language));
    }
  }
  const rows = [];
  for (const [name, texts] of Object.entries(heard)) {
    const scores = texts.map((text, index) => wordErrorRate(spoken[index].text, text));
    const words = scores.reduce((sum, score) => sum + score.words, 0);
    const wrong = scores.reduce((sum, score) => sum + score.rate * score.words, 0);
    const pairs = texts.map((text, index) => [spoken[index].text, text]);
    const jiwer = peer ? `, jiwer ${(100 * (await peer.call({ do: 'wer', pairs })).rate).toFixed(1)} %` : '';
    rows.push(
      row(`${name}, word error rate on the samples`, `${((100 * wrong) / words).toFixed(1)} % of ${words}${jiwer}`),
    );
  }
  return rows;
};
