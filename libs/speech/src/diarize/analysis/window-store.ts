import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { createBlocks } from './block.js';
import { columns, windowFrames } from './grid.js';

/** The segmentation network's output for each window of a recording; hours of it are kept until all voices are clustered. */
export interface WindowStore {
  /** Windows of the recording, also those no one listened to. */
  readonly length: number;
  /** Keeps the `windowFrames` × `columns` probabilities, in 255ths, of a window; the windows come in their order. */
  add(window: number, probabilities: Uint8Array): void;
  /** What was kept; null where no one listened. Quick for windows near the one asked for before. */
  at(window: number): Uint8Array | null;
}

const cells = windowFrames * columns;
/** Windows packed together: 38 KB, which is what deflate looks back. */
const groupSize = 16;
/** Unpacked groups kept: a pass through the recording looks four windows back and ahead. */
const mostUnpacked = 3;

/**
 * Packs windows as they come, without loss: most probabilities are 0 or 255 and stay so for long, so that 2356 bytes become about
 * 300 (0.1 ms), and ten hours 4 MB instead of 34.
 */
export const createWindowStore = (length: number): WindowStore => {
  const groups: (Uint8Array | undefined)[] = [];
  // Deflate's answers lie in 16 KB each.
  const keep = createBlocks();
  const known = new Uint8Array(length);
  let open = new Uint8Array(groupSize * cells);
  let openGroup = 0;
  const unpacked = new Map<number, Uint8Array>();

  const groupAt = (index: number): Uint8Array | undefined => {
    if (index === openGroup) return open;
    const found = unpacked.get(index);
    if (found) return found;
    const packed = groups[index];
    if (!packed) return undefined;
    const group = unpack(packed);
    const [oldest] = unpacked.keys();
    if (unpacked.size >= mostUnpacked && oldest !== undefined) unpacked.delete(oldest);
    unpacked.set(index, group);
    return group;
  };

  return {
    length,
    add(window, probabilities) {
      const index = Math.floor(window / groupSize);
      if (index !== openGroup) {
        groups[openGroup] = keep(pack(open));
        open = new Uint8Array(groupSize * cells);
        openGroup = index;
      }
      known[window] = 1;
      open.set(probabilities, (window % groupSize) * cells);
    },
    at(window) {
      const group = known[window] ? groupAt(Math.floor(window / groupSize)) : undefined;
      const from = (window % groupSize) * cells;
      return group ? group.subarray(from, from + cells) : null;
    },
  };
};

/** One column of a window after another, each frame as its difference from the one before. */
const pack = (group: Uint8Array): Buffer => {
  const differences = new Uint8Array(group.length);
  let at = 0;
  for (let window = 0; window < group.length; window += cells)
    for (let column = 0; column < columns; column++) {
      let before = 0;
      for (let cell = window + column; cell < window + cells; cell += columns) {
        const value = group[cell] as number;
        differences[at++] = value - before;
        before = value;
      }
    }
  return deflateRawSync(differences);
};

const unpack = (packed: Uint8Array): Uint8Array => {
  const differences = inflateRawSync(packed);
  const group = new Uint8Array(differences.length);
  let at = 0;
  for (let window = 0; window < group.length; window += cells)
    for (let column = 0; column < columns; column++) {
      let value = 0;
      for (let cell = window + column; cell < window + cells; cell += columns) {
        value = (value + (differences[at++] as number)) & 255;
        group[cell] = value;
      }
    }
  return group;
};
