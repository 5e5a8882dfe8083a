import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The rules of a .dockerignore, as the builder reads them: later ones win, and what holds for a folder holds for what
 * is in it.
 * @param {string} text
 */
const readRules = (text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const excludes = !line.startsWith('!');
      const pattern = (excludes ? line : line.slice(1)).replace(/^\/|\/$/g, '');
      const expression = pattern
        .split(/(\*\*\/|\*\*|\*|\?)/)
        .map((part) => wildcards.get(part) ?? part.replace(/[.+^${}()|[\]\\]/g, '\\$&'))
        .join('');
      return { excludes, pattern, expression: new RegExp(`^${expression}$`) };
    });

const wildcards = new Map([
  ['**/', '(?:.*/)?'],
  ['**', '.*'],
  ['*', '[^/]*'],
  ['?', '[^/]'],
]);

/**
 * Copies what `docker build` would send to the builder: the folder without what its .dockerignore leaves out.
 * @param {string} root
 * @param {string} target
 * @returns {string[]} the files' paths below `target`
 */
export const copyContext = (root, target) => {
  const rules = readRules(readFileSync(join(root, '.dockerignore'), 'utf8'));
  const isExcluded = (/** @type {string} */ path) => {
    const parents = path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
    return rules.findLast(({ expression }) => parents.some((part) => expression.test(part)))?.excludes ?? false;
  };
  const mayHoldMore = (/** @type {string} */ folder) =>
    rules.some(({ excludes, pattern }) => !excludes && pattern.startsWith(`${folder}/`));
  /** @type {string[]} */
  const files = [];
  const visit = (/** @type {string} */ folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!isExcluded(path) || mayHoldMore(path)) visit(path);
      } else if (!isExcluded(path)) files.push(path);
    }
  };
  visit('');
  for (const path of files) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(join(root, path), join(target, path));
  }
  return files;
};
