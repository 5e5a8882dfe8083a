import { describe, expect, it } from 'vitest';
import { transcriptBlocks } from './format/block.js';
import { formatIds, formats } from './format/registry.js';
import { mergeTranscript } from './merge/merge.js';
import { splitMessage } from './message/split.js';
import { randomCase } from './test-data/sample.js';

describe('ten hours of speech', () => {
  // A bound far above what it takes, in time of the processor: a quadratic scan over 100,000 words would not end within it, and
  // other work on this machine does not count.
  it('is merged and written in every format', { timeout: 600_000 }, async () => {
    const before = process.cpuUsage();
    const input = randomCase(1, 100_000, true);
    const transcript = mergeTranscript({ ...input, outcome: 'found' });
    expect(transcript.segments.reduce((sum, { words }) => sum + words.length, 0)).toBe(100_000);
    for (const id of formatIds) expect((await formats[id].render(transcript)).length).toBeGreaterThan(100_000);
    expect(splitMessage(transcriptBlocks(transcript)).length).toBeGreaterThan(100);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(40);
  });
});
