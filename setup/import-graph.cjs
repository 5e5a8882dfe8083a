const { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { dirname, join, relative } = require('node:path');
const { parseSync } = require('oxc-parser');

/** @typedef {{ folder: string, exports: Record<string, string> }} Package */

/**
 * Writes for every source file of the packages a JavaScript file that imports the same, types included: dependency-cruiser cannot
 * read TypeScript 7, and in what is compiled the imports of types are gone.
 * @param {string} root of the repository
 * @param {string} target folder below it; emptied first
 */
exports.writeImportGraph = (root, target) => {
  rmSync(join(root, target), { recursive: true, force: true });
  const packages = new Map();
  for (const folder of ['apps', 'libs'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}`),
  )) {
    const manifest = join(folder, 'package.json');
    const { name, exports } = JSON.parse(readFileSync(join(root, manifest), 'utf8'));
    packages.set(name, { folder, exports });
    cpSync(join(root, manifest), join(root, target, manifest));
  }
  for (const { folder } of packages.values()) {
    for (const name of readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const path = join(folder, 'src', name);
      const written = join(root, target, path.replace(/\.ts$/, '.js'));
      const imports = importsOf(path, readFileSync(join(root, path), 'utf8'));
      mkdirSync(dirname(written), { recursive: true });
      writeFileSync(written, imports.map((wanted) => `import '${sourceOf(wanted, path, packages)}';\n`).join(''));
    }
  }
};

/**
 * @param {string} path
 * @param {string} source
 * @returns {string[]} what it imports, re-exports or loads
 */
const importsOf = (path, source) => {
  const { module } = parseSync(path, source);
  return [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value ?? '')),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => source.slice(start + 1, end - 1)),
  ].filter((wanted, at, all) => wanted !== '' && !wanted.includes('$') && all.indexOf(wanted) === at);
};

/**
 * A package of ours is read as its sources, everything else as it stands.
 * @param {string} wanted
 * @param {string} from
 * @param {Map<string, Package>} packages
 */
const sourceOf = (wanted, from, packages) => {
  const [scope, name, ...below] = wanted.split('/');
  const known = packages.get(`${scope}/${name}`);
  const built = known?.exports[['.', ...below].join('/')];
  if (known === undefined || built === undefined) return wanted;
  const path = relative(dirname(from), join(known.folder, built.replace('/dist/', '/src/')));
  return path.startsWith('.') ? path : `./${path}`;
};
