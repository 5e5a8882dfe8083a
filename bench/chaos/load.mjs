// A steady flow through all ways in, and probes that ask whether all of them work again.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { isRefusal } from './reconcile.mjs';
import { markOf, soundOf, soundSeconds } from './sound.mjs';

/** Speech, for the real engines, and a word that they write of it. */
const spoken = {
  sound: readFileSync(new URL('../../samples/jfk.wav', import.meta.url)),
  seconds: 11,
  mark: 'country',
};

/**
 * @param {{ ways: Record<string, object>, every: number, real: number }} given milliseconds between two recordings; every how manieth of them
 *   is speech for the real engines, 0 for none
 */
export const createLoad = ({ ways, every, real }) => {
  const entries = [];
  const names = Object.keys(ways);
  const open = new Set();
  let next = 0;
  let timer;

  const hand = (way, { probe = false } = {}) => {
    const number = next;
    next += 1;
    const isReal = !probe && real > 0 && number % real === real - 1;
    const numbered = { sound: soundOf(number), seconds: soundSeconds, mark: markOf(number) };
    const entry = {
      number,
      way,
      probe,
      ...(isReal ? spoken : numbered),
      handed: Date.now(),
      accepted: null,
      answers: [],
      failures: [],
      refusals: [],
    };
    entries.push(entry);
    const handing = ways[way]
      .hand(entry)
      .catch((error) => {
        entry.refusals.push(String(error.message).slice(0, 160));
      })
      .finally(() => {
        entry.sound = null;
        open.delete(handing);
      });
    open.add(handing);
    return entry;
  };

  return {
    entries,
    start: () => {
      timer = setInterval(() => hand(names[next % names.length]), every);
    },
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
    },
    /**
     * Hands one recording in on each way and waits for all answers; one that is refused is handed in again.
     * @returns seconds until the last was there; null past `bound` milliseconds
     */
    probe: async (asked, bound) => {
      const began = performance.now();
      const late = () => performance.now() - began > bound;
      const answered = async (way) => {
        let entry = hand(way, { probe: true });
        while (entry.answers.length === 0 && !late()) {
          await pause(100);
          // A client whose request came to nothing sends it again, and so does a person who reads that there is no space.
          const isRefused = entry.accepted === null ? entry.refusals.length > 0 : entry.failures.some(isRefusal);
          if (entry.sound === null && isRefused) {
            await pause(400);
            entry = hand(way, { probe: true });
          }
          await ways[way].look(entry).catch(() => undefined);
        }
      };
      await Promise.all(asked.map(answered));
      return late() ? null : (performance.now() - began) / 1000;
    },
    look: async () => {
      for (const entry of entries) await ways[entry.way].look(entry).catch(() => undefined);
    },
  };
};
