// Processes by Linux's /proc, by number and time of birth: a number alone may be another's by now.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { familyOf } from '../task.mjs';

/** Birth in clock ticks since boot; null where it has ended (a zombie has). */
const birthOf = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , , , , , , , , , , , , , , , , , , birth] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : birth;
  } catch {
    return null;
  }
};

const nameOf = (pid) => {
  try {
    const parts = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    return parts
      .map((part) => part.split('/').at(-1))
      .slice(0, 3)
      .join(' ')
      .slice(0, 80);
  } catch {
    return '';
  }
};

/** Remembers every process that was ever seen below another, and says which of them live on outside of it. */
export const createCensus = () => {
  const seen = new Map();
  return {
    /** Takes down who is there now. */
    take: (root) => {
      for (const pid of familyOf(root)) {
        const birth = birthOf(pid);
        if (birth !== null && seen.get(pid)?.birth !== birth) seen.set(pid, { birth, name: nameOf(pid) });
      }
    },
    /** Those that live and belong to no one; null: to no family at all. */
    orphans: (root) => {
      const family = new Set(root === null ? [] : familyOf(root));
      return [...seen]
        .filter(([pid, { birth }]) => !family.has(pid) && birthOf(pid) === birth)
        .map(([pid, { name }]) => ({ pid, name }));
    },
    /** Forgets one, as it has been counted. */
    forget: (pid) => seen.delete(pid),
  };
};

/** ClickHouse keeps these open for each of its threads that a query has run on, as long as the thread lives. */
const ofThread = /^\/proc\/(?:\d+|self|thread-self)(?:\/task\/\d+)?\/(?:schedstat|stat|io)$/;

const openFiles = (pid) =>
  readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)];
    } catch {
      // It was closed meanwhile.
      return [];
    }
  });

/**
 * What a process holds: open files but those, how many of those (`statistics`), threads, resident memory (MiB); null where it is gone.
 */
export const loadOf = (pid) => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const files = openFiles(pid);
    const statistics = files.filter((file) => ofThread.test(file)).length;
    return {
      files: files.length - statistics,
      statistics,
      threads: readdirSync(`/proc/${pid}/task`).length,
      mib: Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024),
    };
  } catch {
    return null;
  }
};

export const isAlive = (pid) => birthOf(pid) !== null;
