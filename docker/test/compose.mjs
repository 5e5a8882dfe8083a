import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/**
 * @typedef {object} Service
 * @property {string} image
 * @property {string[]} [command]
 * @property {{ dockerfile: string }} [build]
 * @property {Record<string, string>} [environment]
 * @property {(string | { source: string, target: string })[]} [secrets]
 * @property {string[]} [volumes]
 * @property {string[]} [ports]
 * @property {string[]} [networks]
 * @property {string} [container_name]
 * @property {string} [stop_grace_period]
 * @property {{ test: string[] }} [healthcheck]
 * @property {string} [mem_limit]
 * @property {string} [restart]
 * @property {Record<string, unknown>} [depends_on]
 * @property {string[]} [cap_drop]
 * @property {string[]} [profiles]
 * @property {unknown} [logging]
 * @property {boolean} [read_only]
 *
 * @typedef {object} ComposeFile
 * @property {string} name
 * @property {Record<string, Service>} services
 * @property {Record<string, { file: string }>} secrets
 * @property {Record<string, { internal?: boolean }>} networks
 */

/** `${NAME:-default}`, as Compose fills it in; `$$` is a dollar. */
const variable = /\$\$|\$\{(\w+)(?::-([^}]*))?\}/g;

/**
 * The file with variables filled in from `env`.
 * @param {string} path
 * @param {Record<string, string>} [env]
 * @returns {ComposeFile}
 */
export const readCompose = (path, env = {}) => {
  const fill = (/** @type {unknown} */ value) =>
    typeof value === 'string'
      ? value.replaceAll(variable, (whole, name, fallback = '') => (whole === '$$' ? '$' : env[name] || fallback))
      : value;
  const filled = JSON.stringify(parse(readFileSync(path, 'utf8'), { merge: true }), (_key, value) => fill(value));
  return JSON.parse(filled);
};

/**
 * Every variable the file takes, with its default.
 * @param {string} path
 */
export const variablesOf = (path) => {
  const found = [...readFileSync(path, 'utf8').matchAll(variable)].filter(([whole]) => whole !== '$$');
  return new Map(found.map(([, name = '', fallback = '']) => [name, fallback]));
};

/**
 * How Compose is called here: the plugin, the program of its own, or not at all. Only version 2 or newer counts: the first one,
 * which Debian 12 still has, does not know `name`.
 * @returns {string[] | null}
 */
export const findCompose = () =>
  [['docker', 'compose'], ['docker-compose']].find(([program = '', ...args]) => {
    const { stdout } = spawnSync(program, [...args, 'version', '--short'], { encoding: 'utf8' });
    return Number.parseInt((stdout ?? '').trim().replace(/^v/, ''), 10) >= 2;
  }) ?? null;

/**
 * `config`: Compose's own reading of the file. Throws what it says of a faulty one.
 * @param {string[]} compose
 * @param {string} root
 * @returns {ComposeFile}
 */
export const composeConfig = ([program = '', ...args], root) => {
  const output = execFileSync(
    program,
    [...args, '--project-directory', root, '--file', `${root}/docker-compose.yml`, 'config'],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  return parse(output);
};
