// Which fault follows which: the same seed gives the same order.
import { createRandom } from '@whisper-bot/testing';
import { kinds } from './kind.mjs';

/**
 * The faults of a run. Every kind comes once, in random order, before any comes again, so that short runs meet many kinds.
 * @param {{ seed: number, faults: number, names?: readonly string[] }} given
 */
export const schedule = ({ seed, faults, names = [...kinds.keys()] }) => {
  const unknown = names.filter((name) => !kinds.has(name));
  if (unknown.length > 0) throw new Error(`no such kind of fault: ${unknown.join(', ')}`);
  const random = createRandom(seed);
  const list = [];
  let bag = [];
  while (list.length < faults) {
    if (bag.length === 0) bag = [...names];
    const [name] = bag.splice(Math.floor(random() * bag.length), 1);
    list.push({ number: list.length + 1, name, ...kinds.get(name)(random) });
  }
  return list;
};
