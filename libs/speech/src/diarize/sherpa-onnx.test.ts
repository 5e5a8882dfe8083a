import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { diarizationErrorRate } from '@whisper-bot/testing';
import { afterAll, expect, test } from 'vitest';
import { openWav } from '../wav/reader.js';
import { wavOf } from '../wav/wav-of.js';
import { shippedDiarizationModels } from './diarization.js';
import { createSherpaOnnxDiarizer } from './sherpa-onnx.js';

const root = new URL('../../../../', import.meta.url);
const sample = (name: string) => fileURLToPath(new URL(`samples/${name}`, root));
const diarizer = createSherpaOnnxDiarizer({
  models: shippedDiarizationModels(fileURLToPath(new URL('models', root))),
  threads: 2,
  logger: createLogger({ name: 'test', level: 'silent' }),
});
afterAll(() => diarizer.close());

test("sherpa-onnx's own pipeline tells the first two speakers of the dialogue apart", async () => {
  // Its cost is ten times ours: thirteen seconds have to do.
  const whole = await openWav(sample('dialogue-3-speakers.wav'));
  const folder = await mkdtemp(join(tmpdir(), 'stock-'));
  try {
    const wav = join(folder, 'beginning.wav');
    await writeFile(wav, wavOf(await whole.read(0, 16_000 * 13.4)));
    const context = { signal: new AbortController().signal };
    const { speakers, turns } = await diarizer.diarize({ wav, speech: [], speakers: { kind: 'auto' } }, context);
    expect(speakers).toBe(2);
    const reference = JSON.parse(await readFile(sample('dialogue-3-speakers.json'), 'utf8')).slice(0, 2);
    expect(diarizationErrorRate(reference, turns).rate).toBeLessThan(0.15);
  } finally {
    await whole.close();
    await rm(folder, { recursive: true });
  }
});
