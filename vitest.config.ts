import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take 15 s and more, the longest first (seconds alone on two cores: the JSON report of a run): begun last, one of them would keep a
 * core waiting for the others.
 */
const longest = [
  'docker/test/docker.test.mjs',
  'bench/chaos/chaos.test.mjs',
  'apps/cli/src/transcribe.test.ts',
  'apps/dashboard/src/admin/gallery.test.ts',
  'apps/dashboard/src/api/unavailable.test.ts',
  'libs/speech/src/engine/contract.test.ts',
  'apps/cli/src/program.test.ts',
  'libs/speech/src/whisper/case.test.ts',
  'apps/worker/src/real.test.ts',
  'apps/worker/src/media.test.ts',
  'docker/test/image.test.mjs',
  'apps/dashboard/src/api/real.test.ts',
  'apps/cli/src/admin.test.ts',
  'libs/speech/src/decode/ffmpeg.test.ts',
  'libs/gateway/src/gateway.test.ts',
  'libs/runtime/src/child/child.test.ts',
  'apps/cli/src/demo.test.ts',
  'apps/worker/src/crash.test.ts',
  'apps/dashboard/src/admin/browser/administration.test.ts',
  'libs/speech/src/engine/survey.test.ts',
  'apps/dashboard/src/admin/browser/task.test.ts',
  'apps/bot/src/crash.test.ts',
  'apps/bot/src/telegram/burst.test.ts',
  'libs/store/src/session.test.ts',
  'libs/embedded/src/postgres/server.test.ts',
  'apps/bot/src/outage.test.ts',
  'apps/dashboard/src/admin/operator.test.ts',
  'apps/dashboard/src/admin/sign-in/sign-in-bound.test.ts',
  'apps/dashboard/src/admin/browser/failure.test.ts',
  'libs/pipeline/src/command/command.test.ts',
  'apps/dashboard/src/domain/telegram-edit.test.ts',
];
for (const path of longest)
  if (!existsSync(new URL(path, import.meta.url))) process.emitWarning(`vitest.config.ts names ${path}, which is gone`);

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
    // More than cores: many tests wait, for what comes back by itself after an outage or for a clock to pass.
    maxWorkers: Math.min(availableParallelism() + 1, 8),
    // A worker process runs one file after another: to start it, and to load what most files import, costs more than half of the files themselves.
    isolate: false,
    // Bounds against hangs, far above those of the steps (`until`: three minutes each): a machine may be busy with much else.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    sequence: { sequencer: LongestFirst },
  },
});
