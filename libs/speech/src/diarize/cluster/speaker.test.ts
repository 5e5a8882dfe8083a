import { expect, test } from 'vitest';
import { collectAnalysis } from '../analysis/analysis.js';
import { anySpeaker, columns, embeddingSize, windowFrames } from '../analysis/grid.js';
import { clusterSpeakers } from './speaker.js';

/** Of a cosine of 0.7: by their voices alone they are one person. */
const embeddings = [0, 0.7].map((similarity) => {
  const embedding = new Int8Array(embeddingSize);
  embedding[0] = similarity === 0 ? 127 : 127 * similarity;
  if (similarity > 0) embedding[1] = 127 * Math.sqrt(1 - similarity ** 2);
  return Buffer.from(embedding.buffer).toString('base64');
});

/** Four windows in which the first half is the one's and the second half the other's, and they talk at once for so many frames of the middle. */
const analysisWith = (overlap: number) => {
  const { analysis, add } = collectAnalysis(4);
  const half = Math.floor(windowFrames / 2);
  const probabilities = new Uint8Array(windowFrames * columns);
  for (let frame = 0; frame < windowFrames; frame++) {
    if (frame < half + overlap) probabilities[frame * columns] = 255;
    if (frame >= half) probabilities[frame * columns + 1] = 255;
    probabilities[frame * columns + anySpeaker] = 255;
  }
  for (let window = 0; window < 4; window++)
    add({
      window,
      probabilities: Buffer.from(probabilities).toString('base64'),
      speakers: embeddings.map((embedding, local) => ({
        local,
        nonOverlapped: half - overlap,
        active: half,
        assignmentOnly: false,
        embedding,
      })),
    });
  return analysis;
};
const speakers = (labels: readonly number[]) => new Set(labels).size;

test('two who talk at once are two, however alike their voices', () => {
  const labels = clusterSpeakers(analysisWith(120), { kind: 'auto' });
  expect(speakers(labels)).toBe(2);
  for (let window = 0; window < 4; window++) expect(labels[2 * window]).not.toBe(labels[2 * window + 1]);
});

test('alike voices that never talk at once are one person, and so are those of whom one is wanted', () => {
  expect(speakers(clusterSpeakers(analysisWith(0), { kind: 'auto' }))).toBe(1);
  expect(speakers(clusterSpeakers(analysisWith(3), { kind: 'auto' }))).toBe(1);
  expect(speakers(clusterSpeakers(analysisWith(120), { kind: 'at-most', count: 1 }))).toBe(1);
  expect(speakers(clusterSpeakers(analysisWith(120), { kind: 'exactly', count: 1 }))).toBe(1);
});
