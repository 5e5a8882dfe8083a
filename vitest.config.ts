import { defineConfig } from 'vitest/config';

// Tests lie beside the code and run from source; child processes they start come from dist (built first).
export default defineConfig({
  test: {
    include: ['{apps,libs}/*/src/**/*.test.ts', '{bench,docker,setup}/**/*.test.mjs'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
