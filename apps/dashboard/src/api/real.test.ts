import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readMachine } from '@whisper-bot/config';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, startHarness } from '../test/harness.js';
import { createProgram, type Program } from './test/client.js';

// The worker as it is started, with ffmpeg and the speech engines.
let harness: Harness;
let worker: ChildProcess;
let program: Program;
beforeAll(async () => {
  harness = await startHarness({ work: false });
  worker = spawn(process.execPath, [createRequire(import.meta.url).resolve('@whisper-bot/worker')], {
    env: { ...process.env, ...harness.environment, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  program = await createProgram(harness);
});
afterAll(async () => {
  if (worker.exitCode === null && worker.signalCode === null) {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  }
  await harness.close();
});

const sample = (name: string) => createReadStream(join(readMachine().repository, 'samples', name));

test('OpenAI’s client gets a conversation with its three speakers', async () => {
  const answer = await program.openai.audio.transcriptions.create({
    file: sample('dialogue-3-speakers.wav'),
    model: 'gpt-4o-transcribe-diarize',
    response_format: 'diarized_json',
    chunking_strategy: 'auto',
  });
  const { segments, duration } = answer as unknown as { segments: { speaker: string }[]; duration: number };
  expect([...new Set(segments.map(({ speaker }) => speaker))]).toEqual(['A', 'B', 'C']);
  expect(answer.text).toMatch(/warehouse in Hamburg/);
  expect(duration).toBeGreaterThan(40);
});

test('its stream sends paragraphs with words, and Russian becomes English', async () => {
  const stream = await program.openai.audio.transcriptions.create({
    file: sample('jfk.wav'),
    model: 'whisper-1',
    language: 'en',
    stream: true,
  });
  let heard = '';
  for await (const event of stream) {
    if (event.type === 'transcript.text.delta') heard += event.delta;
    if (event.type === 'transcript.text.done') expect(event.text).toBe(heard);
  }
  expect(heard).toMatch(/ask not what your country can do for you/i);
  const translated = await program.openai.audio.translations.create({
    file: sample('russian.wav'),
    model: 'whisper-1',
  });
  expect(translated.text).toMatch(/[a-z]{3,}/i);
  expect(translated.text).not.toMatch(/\p{Script=Cyrillic}/u);
});
