import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readStages } from './dockerfile.mjs';

const execute = promisify(execFile);

/**
 * Steps that change the operating system below the application: they need the image's own root, which a folder is not.
 * @type {readonly [RegExp, string][]}
 */
const systemSteps = [
  [/^apt-get /, 'installs Debian packages into the image'],
  [/^groupadd /, "makes the image's user and the folders it owns"],
];

/**
 * Builds images without a Docker daemon: each stage becomes a folder that stands for the image's root, COPY copies, RUN runs
 * the same command line there, with this machine's programs. A stage that another Dockerfile has as well is built once.
 * @param {object} options
 * @param {string} options.context what the builder would get
 * @param {string} options.work an empty folder for the stages
 * @param {(command: string, folder: string) => Promise<string | null>} [options.prepare] called before each RUN; gives what of it is
 *   left to run, null where all its work is done already
 * @param {(line: string) => void} [options.log]
 */
export const createReplay = ({ context, work, prepare, log = () => {} }) => {
  /** @type {Map<string, Promise<string>>} */
  const built = new Map();
  /** Steps that were left out, with the reason: `apt-get …`. @type {Map<string, string>} */
  const skipped = new Map();
  /** Roots in which a step was left out. @type {Set<string>} */
  const incomplete = new Set();

  /**
   * @param {import('./dockerfile.mjs').Stage} stage
   * @param {ReadonlyMap<string, Promise<string>>} earlier roots of the stages before it, by name
   * @param {string} key names the stage with all that it is built from
   */
  const buildStage = async (stage, earlier, key) => {
    const root = join(work, key);
    await mkdir(root);
    const at = (/** @type {string} */ path) => join(root, path);
    let folder = '/';
    /** @type {Record<string, string>} */
    const env = {};
    for (const step of stage.steps) {
      const { keyword, args, flags, text } = step;
      if (keyword === 'WORKDIR') {
        folder = resolve(folder, args[0] ?? '');
        await mkdir(at(folder), { recursive: true });
      } else if (keyword === 'ENV') {
        for (const pair of args) Object.assign(env, Object.fromEntries([pair.split(/=(.*)/s).slice(0, 2)]));
      } else if (keyword === 'COPY') {
        const source = flags.from === undefined ? context : await earlier.get(flags.from);
        if (source === undefined) throw new Error(`COPY --from=${flags.from}: there is no such stage`);
        // A program that a step would have compiled, had it not been left out.
        if (incomplete.has(source) && !existsSync(join(source, args[0] ?? ''))) {
          skipped.set(`COPY ${text}`, 'is made by a step that was left out');
          continue;
        }
        await copy(
          args.slice(0, -1).map((path) => join(source, path)),
          args.at(-1) ?? '',
          (path) => at(resolve(folder, path)),
        );
      } else if (keyword === 'RUN') {
        const reason = systemSteps.find(([pattern]) => pattern.test(text))?.[1];
        if (reason !== undefined) {
          skipped.set(text, reason);
          incomplete.add(root);
          continue;
        }
        const left = prepare === undefined ? text : await prepare(text, at(folder));
        if (left === null) continue;
        const started = performance.now();
        await run(left, at(folder), env);
        log(`${((performance.now() - started) / 1000).toFixed(1)} s: ${text}`);
      }
    }
    return root;
  };

  return {
    skipped,
    /**
     * @param {string} path of a Dockerfile
     * @returns {Promise<string>} the folder that stands for the root of the image's last stage
     */
    build: async (path) => {
      /** @type {Map<string, Promise<string>>} */
      const named = new Map();
      /** @type {Map<string, string>} */
      const keys = new Map();
      let last = Promise.resolve('');
      for (const stage of readStages(path)) {
        const from = stage.steps.map(({ flags }) => keys.get(flags.from ?? '') ?? '');
        const material = JSON.stringify([stage.base, stage.steps, from]);
        const key = createHash('sha256').update(material).digest('hex').slice(0, 12);
        const known = built.get(key) ?? buildStage(stage, named, key);
        built.set(key, known);
        named.set(stage.name, known);
        keys.set(stage.name, key);
        last = known;
        // One after the other, as two cores are soon busy; a failure is reported where it happens.
        await known;
      }
      return last;
    },
  };
};

/**
 * @param {readonly string[]} sources
 * @param {string} target as it stands in the Dockerfile
 * @param {(path: string) => string} place
 */
const copy = async (sources, target, place) => {
  const into = sources.length > 1 || target.endsWith('/');
  for (const source of sources) {
    const isFolder = (await stat(source)).isDirectory();
    const path = place(!isFolder && into ? join(target, basename(source)) : target);
    await mkdir(isFolder ? path : dirname(path), { recursive: true });
    // A folder's contents are copied, not the folder. As links, since no step writes into a file it was given.
    await execute('cp', ['--archive', '--link', '--force', isFolder ? `${source}/.` : source, path]);
  }
};

/** All that a step sees of this machine's settings: where programs, certificates, proxies and npm's packages are. */
const passedOn =
  /^(PATH|HOME|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|(https?|no)_proxy|npm_config_(cache|cafile|registry|userconfig))$/i;

/** How much of a failed command's output is shown. */
const tail = 3000;

/**
 * @param {string} command
 * @param {string} cwd
 * @param {Record<string, string>} env of the Dockerfile
 */
const run = (command, cwd, env) =>
  new Promise((done, fail) => {
    const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name)));
    const child = spawn('/bin/sh', ['-c', command], {
      cwd,
      env: { ...bare, npm_config_prefer_offline: 'true', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + chunk).slice(-tail);
      });
    }
    child.once('error', fail);
    child.once('close', (code) => {
      if (code === 0) done(undefined);
      else fail(new Error(`exit code ${code}: ${command}\n${output}`));
    });
  });

/**
 * Bytes of all files below the folder, symbolic links not followed.
 * @param {string} folder
 * @returns {Promise<number>}
 */
export const sizeOf = async (folder) => {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
};
