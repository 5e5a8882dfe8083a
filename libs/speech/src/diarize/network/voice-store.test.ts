import { expect, test } from 'vitest';
import { dot, unit } from '../cluster/vector.js';
import { createVoiceStore, voiceLength } from './voice-store.js';

test('thousands of voices keep their directions, and none lies over another', () => {
  const keep = createVoiceStore();
  const voices = Array.from({ length: 3000 }, (_, index) =>
    unit(Float32Array.from({ length: voiceLength }, (_, at) => Math.sin(index + 1.7 * at * (1 + (index % 5))))),
  );
  const kept = voices.map((voice) => keep(voice));
  for (const [index, voice] of voices.entries()) {
    const next = (index + 1) % voices.length;
    const [own, other] = [unit(kept[index] as Int8Array), unit(kept[next] as Int8Array)];
    expect(dot(own, voice)).toBeGreaterThan(0.9999);
    expect(Math.abs(dot(own, other) - dot(voice, voices[next] as Float32Array))).toBeLessThan(0.001);
  }
});

test('silence has no direction', () => {
  expect(createVoiceStore()(new Float32Array(voiceLength)).every((value) => value === 0)).toBe(true);
});
