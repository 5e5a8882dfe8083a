/**
 * What a command needs before it can begin. `whisper` are the speech engines, compiled for this machine and tested; `all-engines` those besides that
 * run only where they are chosen.
 * `checks` is what only the tests use: a browser, the Python client that the documentation's example imports, and
 * Docker Compose.
 * `voices` is what `bench fidelity` lets speak.
 * @typedef {'packages' | 'build' | 'redis' | 'ffmpeg' | 'whisper' | 'all-engines' | 'checks' | 'voices'} Need
 */

/** @type {readonly Need[]} */
const always = ['packages', 'build'];
/** @type {readonly Need[]} */
const engines = [...always, 'redis', 'ffmpeg', 'whisper'];

/** What each command needs besides; those that are not named here start on a machine without a compiler. */
const needs = new Map([
  ['bench', engines],
  ['demo', engines],
  ['transcribe', engines],
  ['up', engines],
  ['test', /** @type {const} */ ([...engines, 'all-engines', 'checks'])],
]);

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
  if (asksForHelp) return always;
  if (command === 'doctor' && beforeDashes.includes('--engines')) return [...always, 'whisper', 'all-engines'];
  if (command === 'bench' && beforeDashes.includes('fidelity')) return [...engines, 'voices'];
  return needs.get(command ?? 'help') ?? always;
};
