import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProgram, formOf, type Program } from '../api/test/client.js';
import { type Harness, startHarness } from '../test/harness.js';

let harness: Harness;
let program: Program;
beforeAll(async () => {
  // More than any disk has.
  harness = await startHarness({ env: { MIN_FREE_DISK: '8000000GB' }, work: false });
  program = await createProgram(harness);
});
afterAll(() => harness.close());

const nothingStays = async () => {
  expect(await readdir(harness.deps.options.tasksDir)).toEqual([]);
  expect((await harness.store.tasks.search({}, { limit: 1 })).rows).toEqual([]);
};

test.each(['/tasks', '/audio/transcriptions'])(
  '%s says that there is no space, and when to come back',
  async (path) => {
    const answer = await program.ask(path, { method: 'POST', body: formOf({ model: 'whisper-1' }) });
    expect([answer.status, await answer.json()]).toMatchObject([
      507,
      { error: { code: 'no_space', type: 'server_error' } },
    ]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await nothingStays();
  },
);

test('a recording is refused before it has been sent', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sending = request(`${harness.url}/v1/tasks`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${program.key}`,
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': 50_000_000,
      },
    });
    sending.on('response', (response) => resolve(response.statusCode));
    sending.on('error', reject);
    // The head of the form and no byte of the file.
    sending.write('--x\r\ncontent-disposition: form-data; name="file"; filename="a.ogg"\r\n\r\n');
  });
  expect(status).toBe(507);
  await nothingStays();
});

test('the upload page says so in a sentence', async () => {
  const { cookie, csrf } = await harness.enter('operator');
  const body = new FormData();
  body.append('csrf', csrf);
  body.append('file', new Blob(['sound']), 'talk.mp3');
  const answer = await fetch(`${harness.url}/upload`, {
    method: 'POST',
    body,
    headers: { cookie, origin: harness.url, accept: 'application/json' },
  });
  expect([answer.status, await answer.json()]).toEqual([
    507,
    { error: 'The disk is full. Free some space, then retry.' },
  ]);
  await nothingStays();
});
