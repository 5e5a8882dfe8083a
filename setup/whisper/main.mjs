// node setup/whisper/main.mjs [native|avx2|baseline|cuda] [engines|whisper-node|kernels …]: compiles the engine processes and prints the folders they lie in.
import { ensureWhisper } from './ensure.mjs';
import { suites, targets } from './source.mjs';

const [target = 'native', ...asked] = process.argv.slice(2);
const unknown = asked.filter((name) => !suites.includes(/** @type {import('./source.mjs').Suite} */ (name)));
if (!targets.includes(target) || unknown.length > 0) {
  console.error(`Targets: ${targets.join(', ')}; then any of: ${suites.join(', ')}`);
  process.exit(2);
}
try {
  for (const suite of asked.length > 0 ? asked : ['engines']) {
    const options = /** @type {import('./ensure.mjs').EnsureOptions} */ ({ target, suite });
    console.log(await ensureWhisper(options));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
