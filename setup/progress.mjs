/**
 * What is being set up, on stderr: one updating line on a terminal, otherwise a plain line at each beginning and end
 * (and at every tenth percent of a long step).
 * @typedef {object} Progress
 * @property {(label: string) => Step} begin
 * @property {(text: string) => void} say a line that stays
 * @property {() => void} close takes the updating line away
 *
 * @typedef {object} Step
 * @property {(percent: number) => void} at 0–100
 * @property {() => void} done
 * @property {() => void} failed
 */

/**
 * @param {NodeJS.WriteStream} stream
 * @returns {Progress}
 */
export const createProgress = (stream) => (stream.isTTY ? createLive(stream) : createPlain(stream));

/**
 * @param {NodeJS.WritableStream} stream
 * @returns {Progress}
 */
const createPlain = (stream) => ({
  begin: (label) => {
    const started = Date.now();
    let shown = 0;
    stream.write(`setup: ${label} …\n`);
    return {
      at: (percent) => {
        if (percent < shown + 10 || percent >= 100) return;
        shown = Math.floor(percent / 10) * 10;
        stream.write(`setup: ${label} … ${shown} %\n`);
      },
      done: () => stream.write(`setup: ${label}: done in ${seconds(started)} s\n`),
      failed: () => stream.write(`setup: ${label}: failed\n`),
    };
  },
  say: (text) => stream.write(`setup: ${text}\n`),
  close: () => {},
});

/**
 * @param {NodeJS.WriteStream} stream
 * @returns {Progress}
 */
const createLive = (stream) => {
  /** @type {Map<string, { started: number, percent: number | null }>} */
  const running = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const clear = () => stream.write('\r\x1b[K');
  const draw = () => {
    const text = [...running]
      .map(
        ([label, { started, percent }]) =>
          `${label} ${percent === null ? `${seconds(started)} s` : `${Math.floor(percent)} %`}`,
      )
      .join(' · ');
    stream.write(`\r\x1b[K${`Setting up: ${text}`.slice(0, (stream.columns || 80) - 1)}`);
  };
  /** @param {string} label @param {string} line */
  const end = (label, line) => {
    running.delete(label);
    clear();
    stream.write(`${line}\n`);
    if (running.size > 0) draw();
    else clearInterval(timer);
  };
  return {
    begin: (label) => {
      const step = { started: Date.now(), percent: /** @type {number | null} */ (null) };
      if (running.size === 0) timer = setInterval(draw, 250);
      running.set(label, step);
      draw();
      return {
        at: (percent) => {
          step.percent = percent;
        },
        done: () => end(label, `✔ ${label} (${seconds(step.started)} s)`),
        failed: () => end(label, `✖ ${label}`),
      };
    },
    say: (text) => {
      clear();
      stream.write(`${text}\n`);
    },
    close: () => {
      clearInterval(timer);
      clear();
    },
  };
};

/** @param {number} since Unix milliseconds */
const seconds = (since) => Math.round((Date.now() - since) / 1000);
