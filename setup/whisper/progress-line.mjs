/**
 * Shows a build on one line that rewrites itself; where the stream is not a terminal, one plain line every quarter.
 *
 * @param {string} label
 * @param {NodeJS.WriteStream} [stream]
 */
export const createProgressLine = (label, stream = process.stderr) => {
  let quarter = -1;
  /** @param {number} fraction 0–1 */
  return (fraction) => {
    const percent = Math.floor(fraction * 100);
    if (stream.isTTY) {
      stream.write(`\r\u001b[K${label} ${percent} %${fraction >= 1 ? '\n' : ''}`);
      return;
    }
    const reached = Math.floor(fraction * 4);
    if (reached <= quarter) return;
    quarter = reached;
    stream.write(`${label} ${percent} %\n`);
  };
};
