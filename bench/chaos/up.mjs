// `whisper-bot up` as it is, with two differences: the parent process sits between the parts and the servers, and asks by IPC which
// processes run. It ends with its starter.
import { resolveConfig } from '@whisper-bot/config';
import { up } from '../../apps/cli/dist/command/up.js';
import { explain } from '../../apps/cli/dist/failure.js';
import { createTerminal } from '../../apps/cli/dist/terminal.js';

const { program, env } = JSON.parse(process.argv[2]);
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'disconnect']) process.on(name, () => interrupted.abort(new Error(name)));

let system = null;
const waiting = new Map();
process.on('message', (message) => {
  if (message.processes) process.send({ processes: { ...system?.processes(), supervisor: process.pid } });
  if (message.through) waiting.get('through')?.(message.through);
});
const through = (places) =>
  new Promise((resolve) => {
    waiting.set('through', resolve);
    process.send({ through: places });
  });

try {
  await up(createTerminal(process.env, interrupted.signal), resolveConfig({ env: process.env }), {
    through,
    env,
    programs: { worker: program },
    onStarted: (started) => {
      system = started;
      process.send({ up: started.up });
    },
  });
} catch (error) {
  for (const line of explain(error).lines) process.stderr.write(`${line}\n`);
  process.exitCode = 1;
}
process.exit();
