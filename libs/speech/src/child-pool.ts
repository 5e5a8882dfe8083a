import type { Child } from '@whisper-bot/runtime';

/**
 * One warm child a model. Weights are read into memory of its own: children do not share them.
 * @param size models kept loaded at once; the one unused for longest makes room
 */
export const createChildPool = (size: number) => {
  // A Map keeps the order in which models were last used.
  const children = new Map<string, Child>();
  const closing = new Set<Promise<void>>();

  const close = (child: Child) => {
    const closed = child.close().finally(() => closing.delete(closed));
    closing.add(closed);
    return closed;
  };

  return {
    /** The child for a model (models are identified by any name), opened where there is none. */
    of(model: string, open: () => Child): Child {
      const child = children.get(model) ?? open();
      children.delete(model);
      children.set(model, child);
      for (const [path, old] of children) {
        if (children.size <= size) break;
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
