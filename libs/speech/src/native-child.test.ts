import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findEngineBinary } from './binary.js';

const root = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

test.each([
  ['{"id":7,"method":"detect","params":{"wav":"half a character \\ud83d"}}', 7],
  ['{"id":7,"method":5,"params":{}}', 7],
  ['{"id":7,"method":"detect"}', 7],
  ['{"id":"seven"}', 0],
  ['no JSON at all', 0],
  ['[1]', 0],
])('a native child answers a line it cannot read, and the next one: %s', async (line, id) => {
  const binary = await findEngineBinary(root('.cache'), 'detect-child');
  const child = spawn(binary, ['--model', root('models/silero_vad.onnx')], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(`${line}\n{"id":8,"method":"nonsense","params":{}}\n`);
  const answers: object[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const answer = JSON.parse(text) as object;
    if ('id' in answer) answers.push(answer);
    if (answers.length === 2) break;
  }
  child.kill('SIGKILL');
  expect(answers).toContainEqual({ id, error: expect.objectContaining({ code: 'invalid-request' }) });
  expect(answers).toContainEqual({ id: 8, error: expect.anything() });
});
