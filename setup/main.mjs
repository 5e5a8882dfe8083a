import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needsOf } from './need.mjs';
import { setUp } from './setup.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const cache = resolve(root, process.env.WHISPER_BOT_CACHE || '.cache');
const done = await setUp({ needs: needsOf(args), root, cache, env: process.env, stream: process.stderr });
if (!done) process.exit(process.exitCode ?? 1);
await import('../apps/cli/dist/main.js');
