import { type Child, createChild, type Logger } from '@whisper-bot/runtime';
import type { TranscriberName } from '../engine-name.js';

export interface PoolOptions {
  /** Models kept loaded at once; the one unused for longest makes room. */
  size: number;
  threads: number;
  engine: TranscriberName;
  memoryLimitBytes: number;
  /** Path of whisper-child or whisper-node-child. */
  binary: () => Promise<string>;
  logger: Logger;
}

/** One warm child a model file. Weights are read into memory of its own: children do not share them. */
export const createPool = (options: PoolOptions) => {
  // A Map keeps the order in which models were last used.
  const children = new Map<string, Child>();
  const closing = new Set<Promise<void>>();

  const close = (child: Child) => {
    const closed = child.close().finally(() => closing.delete(closed));
    closing.add(closed);
    return closed;
  };

  return {
    /** The child for a model file, started on its first call. */
    async of(model: string): Promise<Child> {
      const command = await options.binary();
      const known = children.get(model);
      const child =
        known ??
        createChild({
          name: 'whisper',
          command,
          args: ['--model', model, '--threads', String(options.threads), '--engine', options.engine],
          memoryLimitBytes: options.memoryLimitBytes,
          logger: options.logger,
        });
      children.delete(model);
      children.set(model, child);
      for (const [path, old] of children) {
        if (children.size <= options.size) break;
        children.delete(path);
        void close(old);
      }
      return child;
    },
    async close(): Promise<void> {
      for (const child of children.values()) void close(child);
      children.clear();
      await Promise.all(closing);
    },
    /** Of the living children. */
    pids: (): number[] => [...children.values()].flatMap(({ pid }) => pid ?? []),
  };
};
