import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readMachine, resolveConfig } from '@whisper-bot/config';
import { whisperShapes, writeWhisperModel } from '@whisper-bot/testing';
import { cannotRun, median, row, spread } from '../measure.mjs';
import { run } from '../peer.mjs';
import { memoryOf, openWhisperChild } from '../whisper-child.mjs';

const sizes = ['small', 'medium', 'large-v3-turbo', 'large-v3'];
const rounds = 3;
/** Tokens of a text; those that are continued do not matter for the time. */
const steps = 48;
/** A larger model is not tried once one took longer, minutes. */
const patience = 12;
const python = join(import.meta.dirname, '..', '.venv', 'bin', 'python');

/**
 * Whisper models larger than base with random weights, as none can be had here: encoder, decoder, memory and loading, ours beside whisper.cpp and
 * CTranslate2 in int8.
 */
export const models = async ({ dir, peers, sizes: asked = sizes, format = 'f16' }) => {
  const { threads } = resolveConfig({ env: process.env });
  const rows = [];
  const notes = [
    `Random weights of the published shapes, in ${format}, ${threads} threads, one window of 30 s at a time, ${rounds} rounds in turns. A token is the mean of ${steps} after the prompt.`,
    'The encoder includes the cross attention’s keys and values for ours and whisper.cpp; CTranslate2 computes them with the first token. Memory is resident after the measurement.',
  ];
  if (!peers) notes.push('No CTranslate2 in this run (`--peers`).');
  let slow = null;
  for (const size of asked) {
    if (!Object.hasOwn(whisperShapes, size)) throw new Error(`no such size: ${size}; there are ${sizes.join(', ')}`);
    const needed = memoryFor(size, peers);
    if (slow !== null) notes.push(`${size} was left out: ${slow} took more than ${patience} minutes.`);
    else if (needed > available())
      notes.push(`${size} was left out: it needs ${gigabytes(needed)}, ${gigabytes(available())} are free.`);
    else {
      const begin = performance.now();
      rows.push(...(await measure(size, { dir, peers, format, threads, notes })));
      if (performance.now() - begin > patience * 60_000) slow = size;
    }
  }
  return { rows, notes };
};

const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;

const available = () => Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))[1]) * 1024;

/** Bytes: ours and whisper.cpp's side by side, and before that the float arrays that CTranslate2's model is made from. */
const memoryFor = (size, peers) => {
  const { width, audioLayers, textLayers, vocabulary } = whisperShapes[size];
  const weights = width * width * (12 * audioLayers + 16 * textLayers) + width * vocabulary;
  return weights * (peers ? 12 : 6) + 1e9;
};

const measure = async (size, { dir, peers, format, threads, notes }) => {
  const file = join(dir, `${size}.bin`);
  const folder = join(dir, size);
  const shape = whisperShapes[size];
  const candidates = {};
  try {
    if (peers) await convert(size, { file, folder, notes });
    await writeWhisperModel(file, { shape, format });
    for (const [name, engine] of Object.entries({ ours: 'native', 'whisper.cpp': 'whisper-cpp' }))
      candidates[name] = await openWhisperChild(engine, file, threads).then(asked);
    if (existsSync(join(folder, 'model.bin'))) candidates['CTranslate2 int8'] = await openCTranslate2(folder, threads);
    const times = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1)
      for (const [name, one] of Object.entries(candidates)) {
        const found = await one.measure();
        if (round > 0) times[name].push(found);
      }
    return rowsOf(size, { candidates, times, bytes: statSync(file).size });
  } finally {
    for (const one of Object.values(candidates)) await one.close();
    rmSync(file, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
};

const convert = async (size, { file, folder, notes }) => {
  try {
    await writeWhisperModel(file, { shape: whisperShapes[size] });
    const code =
      'import sys; sys.path.insert(0, sys.argv[1]); from whisper_model import *; save_for_ctranslate2(*sys.argv[2:])';
    run(python, ['-c', code, join(import.meta.dirname, '..', 'peer'), file, folder, 'int8']);
  } catch (error) {
    notes.push(cannotRun(`CTranslate2, ${size},`, error));
  }
};

const asked = (child) => {
  const wav = join(readMachine().repository, 'samples', 'jfk.wav');
  const params = { wav, window: [{ from: 0, to: 176_000, at: 0 }], language: 'en' };
  const forced = Array.from({ length: steps }, (_, i) => 1000 + i);
  return {
    loadSeconds: child.loadSeconds,
    memory: child.memory,
    close: child.close,
    async measure() {
      const { encoderSeconds, decoderSeconds } = await child.call('inspect', { ...params, forced });
      return { encoder: encoderSeconds, token: decoderSeconds / steps };
    },
  };
};

const openCTranslate2 = async (folder, threads) => {
  const args = [join(import.meta.dirname, '..', 'peer', 'ctranslate2_child.py'), String(threads), folder];
  const child = spawn(python, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('CTranslate2’s process has ended');
    return JSON.parse(value);
  };
  const { ready } = await next();
  return {
    loadSeconds: ready.seconds,
    memory: () => memoryOf(child.pid),
    close: async () => void child.stdin.end(),
    async measure() {
      child.stdin.write(`${JSON.stringify({ steps })}\n`);
      const { encoderSeconds, tokenSeconds } = await next();
      return { encoder: encoderSeconds, token: tokenSeconds };
    },
  };
};

/** Ours against the best of the others, by the medians of the quotients of neighbouring runs. */
const rowsOf = (size, { candidates, times, bytes }) => {
  const others = Object.keys(candidates).filter((name) => name !== 'ours');
  const timeRows = [
    ['encoder', 'encoder, a window', 1, 's', 2],
    ['token', 'decoder, a token', 1000, 'ms', 1],
  ].flatMap(([key, what, unit, sign, digits]) =>
    Object.entries(times).map(([name, all]) => {
      const shown = `${spread(
        all.map((one) => one[key] * unit),
        digits,
      )} ${sign}`;
      if (name !== 'ours') return row(`${size}, ${what}, ${name}`, shown);
      const factors = others.map((other) => median(all.map((one, i) => times[other][i][key] / one[key])));
      const compared = others.map((other, i) => `${other} takes ${factors[i].toFixed(2)} times as long`).join(', ');
      return row(`${size}, ${what}, ours`, `${shown}; ${compared}`, 'ahead of both', Math.min(...factors) > 1);
    }),
  );
  const resident = Object.fromEntries(Object.entries(candidates).map(([name, one]) => [name, one.memory()]));
  const memoryRows = Object.entries(resident).map(([name, { resident: now, peak }]) => {
    const shown = `${gigabytes(now)}, ${gigabytes(peak)} at its peak`;
    if (name !== 'ours') return row(`${size}, memory, ${name}`, shown);
    return row(`${size}, memory, ours`, shown, '≤ whisper.cpp’s', now <= resident['whisper.cpp'].resident);
  });
  const loadRows = Object.entries(candidates).map(([name, { loadSeconds }]) => {
    const rate = loadSeconds / (bytes / 1e9);
    const shown = `${loadSeconds.toFixed(2)} s, ${rate.toFixed(2)} s a GB of ${gigabytes(bytes)}`;
    if (name !== 'ours') return row(`${size}, loading, ${name}`, `${loadSeconds.toFixed(2)} s`);
    return row(`${size}, loading, ours`, shown, '≤ 1.5 s a GB', rate <= 1.5);
  });
  return [...timeRows, ...memoryRows, ...loadRows];
};
