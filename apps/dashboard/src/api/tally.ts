/** How many of something each key holds in this process. */
export interface Tally {
  held(key: string): number;
  /** Holds one more until the returned function is called; calling it again changes nothing. */
  hold(key: string): () => void;
}

export const createTally = (): Tally => {
  const counts = new Map<string, number>();
  const held = (key: string): number => counts.get(key) ?? 0;
  return {
    held,
    hold: (key) => {
      counts.set(key, held(key) + 1);
      let released = false;
      return () => {
        if (released) return;
        released = true;
        const left = held(key) - 1;
        if (left === 0) counts.delete(key);
        else counts.set(key, left);
      };
    },
  };
};
