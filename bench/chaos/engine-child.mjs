// An engine process that takes its time and hears only numbers: what is tested is all that is around it. `argv[2]` is milliseconds a call.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { markOf, numberIn } from './sound.mjs';

const wait = Number(process.argv[2]);
const write = (line) => process.stdout.write(`\n${JSON.stringify(line)}\n`);

const samplesOf = (wav) => {
  const bytes = readFileSync(wav);
  return new Int16Array(bytes.buffer, bytes.byteOffset + 44, (bytes.length - 44) >> 1);
};

const methods = {
  detect: ({ wav }) => ({ seconds: samplesOf(wav).length / 16_000 }),
  language: () => ({ language: 'en', probability: 0.9 }),
  transcribe: ({ wav }) => {
    const number = numberIn(samplesOf(wav));
    return { text: number === null ? null : markOf(number) };
  },
  diarize: () => ({}),
};

process.stdin.on('end', () => process.exit());
process.stdout.on('error', () => process.exit());
setInterval(() => write({ beat: true }), 1000);
const running = new Map();
createInterface({ input: process.stdin }).on('line', (text) => {
  if (text === '') return;
  const { id, method, params, cancel } = JSON.parse(text);
  if (cancel) {
    clearTimeout(running.get(id));
    write({ id, error: { code: 'cancelled', message: 'Cancelled.' } });
    return;
  }
  const answer = () => {
    running.delete(id);
    try {
      write({ id, result: methods[method](params) });
    } catch (error) {
      write({ id, error: { code: 'internal', message: 'The stand-in failed.', cause: String(error) } });
    }
  };
  running.set(id, setTimeout(answer, wait));
});
write({ ready: {} });
