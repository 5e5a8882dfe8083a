import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { afterAll, expect, test } from 'vitest';
import { shippedDiarizationModels } from './diarization.js';
import { createStockDiarizer } from './stock.js';

const root = new URL('../../../../', import.meta.url);
const sample = (name: string) => fileURLToPath(new URL(`samples/${name}`, root));
const diarizer = createStockDiarizer({
  models: shippedDiarizationModels(fileURLToPath(new URL('models', root))),
  threads: 2,
  logger: createLogger({ name: 'test', level: 'silent' }),
});
afterAll(() => diarizer.close());

test("sherpa-onnx's own pipeline names every turn of the dialogue", async () => {
  const wav = sample('dialogue-3-speakers.wav');
  const context = { signal: new AbortController().signal };
  const { speakers, turns } = await diarizer.diarize({ wav, speech: [], speakers: { kind: 'auto' } }, context);
  expect(speakers).toBe(3);
  const reference = JSON.parse(await readFile(sample('dialogue-3-speakers.json'), 'utf8'));
  const named = new Map<string, number>();
  for (const { speaker, start, end } of reference) {
    const overlap = (turn: { start: number; end: number }) => Math.min(end, turn.end) - Math.max(start, turn.start);
    const heard = turns.toSorted((a, b) => overlap(b) - overlap(a))[0];
    if (!named.has(speaker)) named.set(speaker, heard?.speaker ?? -1);
    expect(heard?.speaker).toBe(named.get(speaker));
  }
  expect(new Set(named.values()).size).toBe(3);
});
