// node setup/whisper/main.mjs [native|cuda]: compiles the engine processes and prints the folder they lie in.
import { ensureWhisper } from './ensure.mjs';
import { targets } from './source.mjs';

const [target = 'native'] = process.argv.slice(2);
if (!targets.includes(target)) {
  console.error(`Targets: ${targets.join(', ')}`);
  process.exit(2);
}
try {
  console.log(await ensureWhisper({ target: /** @type {import('./source.mjs').WhisperTarget} */ (target) }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
