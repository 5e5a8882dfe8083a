// node setup/whisper/main.mjs [1.9.1|1.5.4 [native|cuda]]: compiles whisper-child and prints its path.
import { ensureWhisper } from './ensure.mjs';
import { catalogue, targets } from './source.mjs';

const [version = '1.9.1', target = 'native'] = process.argv.slice(2);
if (!(version in catalogue) || !targets.includes(target)) {
  console.error(`Versions: ${Object.keys(catalogue).join(', ')}; targets of 1.9.1: ${targets.join(', ')}`);
  process.exit(2);
}
try {
  console.log(
    await ensureWhisper({
      version: /** @type {import('./source.mjs').WhisperVersion} */ (version),
      target: /** @type {import('./source.mjs').WhisperTarget} */ (target),
    }),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
