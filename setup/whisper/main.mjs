// node setup/whisper/main.mjs [1.9.1|1.5.4]: compiles whisper-child and prints its path.
import { ensureWhisper } from './ensure.mjs';
import { catalogue } from './source.mjs';

const version = process.argv[2] ?? '1.9.1';
if (!(version in catalogue)) {
  console.error(`Versions: ${Object.keys(catalogue).join(', ')}`);
  process.exit(2);
}
try {
  console.log(await ensureWhisper({ version: /** @type {keyof typeof catalogue} */ (version) }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
