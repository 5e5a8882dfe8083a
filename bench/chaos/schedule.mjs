// Which fault follows which: the same seed gives the same order.
import { kinds } from './kind.mjs';

/** Numbers in [0, 1) that repeat with the seed: mulberry32, public domain, by Tommy Ettinger. */
export const randomOf = (seed) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/**
 * The faults of a run. Every kind comes once, in random order, before any comes again, so that short runs meet many kinds.
 * @param {{ seed: number, faults: number, names?: readonly string[] }} given
 */
export const schedule = ({ seed, faults, names = [...kinds.keys()] }) => {
  const unknown = names.filter((name) => !kinds.has(name));
  if (unknown.length > 0) throw new Error(`no such kind of fault: ${unknown.join(', ')}`);
  const random = randomOf(seed);
  const list = [];
  let bag = [];
  while (list.length < faults) {
    if (bag.length === 0) bag = [...names];
    const [name] = bag.splice(Math.floor(random() * bag.length), 1);
    list.push({ number: list.length + 1, name, ...kinds.get(name)(random) });
  }
  return list;
};
