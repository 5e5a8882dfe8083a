// node bench/chaos/main.mjs [--faults N] [--seed S] [--minutes M] [--kind NAME …] [--keep], or ./whisper-bot bench chaos
import { parseArgs } from 'node:util';
import { familyOf } from '../task.mjs';
import { kinds } from './kind.mjs';
import { report } from './report.mjs';
import { runChaos } from './run.mjs';

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '30' },
    kind: { type: 'string', multiple: true },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const say = (text) => console.error(text);
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) {
  process.on(name, () => {
    if (interrupted.signal.aborted) process.exit(130);
    say('Stopping …');
    interrupted.abort(new Error('interrupted'));
  });
}
process.on('exit', () => {
  // Whatever way it ends, nothing of what was started stays behind.
  for (const pid of familyOf(process.pid).slice(1)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
});
try {
  const result = await runChaos({
    faults: Number(values.faults),
    seed: Number(values.seed),
    minutes: Number(values.minutes),
    names: values.kind ?? [...kinds.keys()],
    keep: values.keep,
    say,
    signal: interrupted.signal,
  });
  console.log(values.json ? JSON.stringify(result, null, 2) : report(result, values));
  process.exit(result.failed ? 1 : 0);
} catch (error) {
  console.error(interrupted.signal.aborted ? 'Interrupted.' : error);
  process.exit(interrupted.signal.aborted ? 130 : 2);
}
