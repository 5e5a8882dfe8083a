/**
 * What a command needs before it can begin. `whisper` and `oldWhisper` are the two builds of whisper.cpp (1.9.1, the
 * default, and 1.5.4, which only the tests and the benchmarks run).
 * @typedef {'packages' | 'build' | 'redis' | 'ffmpeg' | 'whisper' | 'oldWhisper'} Need
 */

/** @type {readonly Need[]} */
const always = ['packages', 'build'];
/** @type {readonly Need[]} */
const engines = [...always, 'redis', 'ffmpeg', 'whisper'];

/** Commands that touch no engine and no queue of their own: they start on a machine without a compiler. */
const light = new Set(['help', 'doctor', 'model', 'task', 'config']);
/** Commands that exercise everything. */
const thorough = new Set(['test', 'bench']);

/**
 * Derives the needs from the command line alone.
 * @param {readonly string[]} args as typed, without `node` and the script
 * @returns {readonly Need[]}
 */
export const needsOf = (args) => {
  const beforeDashes = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  const command = beforeDashes.find((arg) => !arg.startsWith('-'));
  const asksForHelp = beforeDashes.some(
    (arg) => arg === '--help' || arg === '-h' || arg === '--version' || arg === '-V',
  );
  if (command === undefined || asksForHelp || light.has(command)) return always;
  return thorough.has(command) ? [...engines, 'oldWhisper'] : engines;
};
