export interface LineSplitterOptions {
  /** Longest line kept, bytes. */
  maxBytes: number;
  onLine: (line: string) => void;
  /** Called once for a line that grows past `maxBytes`; that line is dropped up to its end. */
  onTooLong: () => void;
}

/** Cuts a byte stream into UTF-8 lines in bounded memory; returns the function to feed it with. */
export const createLineSplitter = ({ maxBytes, onLine, onTooLong }: LineSplitterOptions) => {
  let parts: Buffer[] = [];
  let held = 0;
  let dropping = false;

  const take = (part: Buffer) => {
    if (dropping) return;
    held += part.length;
    if (held > maxBytes) {
      parts = [];
      dropping = true;
      onTooLong();
      return;
    }
    parts.push(part);
  };

  return (chunk: Buffer): void => {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      take(chunk.subarray(from, at));
      const line = dropping ? '' : Buffer.concat(parts).toString('utf8');
      parts = [];
      held = 0;
      dropping = false;
      from = at + 1;
      if (line.trim() !== '') onLine(line);
    }
    if (from < chunk.length) take(chunk.subarray(from));
  };
};
