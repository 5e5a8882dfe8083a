import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, the longest first: begun last, one of them would keep a core waiting for the other. */
const longest = [
  'docker/test/docker.test.mjs',
  'docker/test/image.test.mjs',
  'bench/chaos/chaos.test.mjs',
  'apps/dashboard/src/admin/gallery.test.ts',
  'libs/speech/src/whisper/transcriber.test.ts',
  'apps/dashboard/src/admin/operator.test.ts',
  'libs/assembly/src/assemble.test.ts',
  'apps/bot/src/telegram/burst.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((path) => moduleId.endsWith(path));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

// Tests lie beside the code and run from source; child processes they start come from dist (built first).
export default defineConfig({
  test: {
    include: ['{apps,libs}/*/src/**/*.test.ts', '{bench,docker,setup}/**/*.test.mjs'],
    globalSetup: 'libs/store/src/test/shared-postgres.ts',
    // What is built is loaded as it runs: not transformed once more, module by module.
    server: { deps: { external: [/\/(apps|libs)\/[^/]+\/dist\//] } },
    pool: 'forks',
    maxWorkers: 2,
    // Bounds against hangs: a machine may be busy with much else.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    sequence: { sequencer: LongestFirst },
  },
});
