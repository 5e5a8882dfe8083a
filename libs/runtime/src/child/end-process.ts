import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds given to each signal; after the last of them SIGKILL. */
type Patience = readonly (readonly [NodeJS.Signals, number])[];

/** Ends a child: asks with each signal in turn, then kills. Resolves once it is gone. */
export const endProcess = async (child: ChildProcess, patience: Patience): Promise<void> => {
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  if (isGone() || child.pid === undefined) return;
  const gone = once(child, 'exit');
  for (const [signal, graceMs] of patience) {
    child.kill(signal);
    const done = new AbortController();
    const overdue = wait(graceMs, undefined, { signal: done.signal }).catch(() => undefined);
    await Promise.race([gone, overdue]);
    done.abort();
    if (isGone()) return;
  }
  child.kill('SIGKILL');
  await gone;
};
