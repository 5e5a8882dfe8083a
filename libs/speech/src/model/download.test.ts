import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PublishedModel } from './catalog.js';
import { downloadModel } from './download.js';
import { createModelStore } from './store.js';

const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const model: PublishedModel = { name: 'base', kind: 'whisper', file: 'ggml-base.bin', repository: 'owner/models' };

/** What a request for the bytes is answered with; tests replace it. */
type Serve = (request: IncomingMessage, response: ServerResponse, from: number) => void;
const serveRest: Serve = (_request, response, from) => {
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': content.length - from });
  response.end(content.subarray(from));
};

/** A recognizer of two files: the hub declares the SHA-256 of the large one, and git's checksum of the small one. */
const tokens = Buffer.from('<blk> 0\n');
const parts: Record<string, { content: Buffer; etag: string }> = {
  'model.int8.onnx': { content, etag: sha256 },
  'tokens.txt': {
    content: tokens,
    etag: createHash('sha1').update(`blob ${tokens.length}\0`).update(tokens).digest('hex'),
  },
};
const recognizer: PublishedModel = {
  name: 'gigaam',
  kind: 'recognizer',
  family: 'nemo-ctc',
  languages: ['ru'],
  repository: 'owner/parts',
  files: { model: 'model.int8.onnx', tokens: 'tokens.txt' },
  bytes: content.length + tokens.length,
  licence: 'MIT',
  accuracy: [],
};
const servePart = (request: IncomingMessage, response: ServerResponse): void => {
  const part = parts[request.url?.split('/').at(-1) ?? ''];
  if (part === undefined) return void response.writeHead(404).end();
  const header = part.etag.length === 64 ? 'x-linked-etag' : 'etag';
  if (request.method === 'GET') requested.push(request.url ?? '');
  response.writeHead(200, { [header]: `"${part.etag}"`, 'content-length': part.content.length }).end(part.content);
};
let requested: string[];

let folder: string;
let hub: string;
let stop: () => void;
let serve: Serve;
let ranges: (string | undefined)[];
let declared: Record<string, string | number>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whisper-bot-model-'));
  serve = serveRest;
  ranges = [];
  requested = [];
  declared = { 'x-linked-etag': `"${sha256}"`, 'x-linked-size': content.length };
  const server = createServer((request, response) => {
    if (request.url === '/owner/models/resolve/main/ggml-base.bin') {
      response.writeHead(302, { ...declared, location: '/cdn/blob' }).end();
    } else if (request.url === '/cdn/blob') {
      ranges.push(request.headers.range);
      serve(request, response, Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0));
    } else if (request.url?.startsWith('/owner/parts/')) servePart(request, response);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
});

afterEach(async () => {
  stop();
  await rm(folder, { recursive: true, force: true });
});

const options = () => ({ folder, hub, signal: new AbortController().signal, retryDelay: 1 });

test('a model arrives whole, checked against what the hub declares', async () => {
  const seen: number[] = [];
  const done = await downloadModel(model, { ...options(), onProgress: (received) => seen.push(received) });
  expect(done).toEqual({ path: join(folder, 'ggml-base.bin'), bytes: content.length, sha256, checkedAgainst: 'hub' });
  expect((await readFile(done.path)).equals(content)).toBe(true);
  expect(seen.at(-1)).toBe(content.length);
  expect(await readdir(folder)).toEqual(['ggml-base.bin']);
});

test('a broken connection is taken up where it ended', async () => {
  serve = (_request, response, from) => {
    serve = serveRest;
    response.writeHead(200, { 'content-length': content.length - from });
    response.write(content.subarray(0, 100_000), () => response.destroy());
  };
  const done = await downloadModel(model, options());
  expect((await readFile(done.path)).equals(content)).toBe(true);
  expect(ranges[0]).toBeUndefined();
  expect(ranges).toHaveLength(2);
});

test('an interrupted download goes on in the next start', async () => {
  await writeFile(join(folder, '.ggml-base.bin.part'), content.subarray(0, 123_456));
  const done = await downloadModel(model, options());
  expect(ranges).toEqual(['bytes=123456-']);
  expect((await readFile(done.path)).equals(content)).toBe(true);
});

test('a server that ignores ranges is read from the beginning', async () => {
  await writeFile(join(folder, '.ggml-base.bin.part'), content.subarray(0, 1000));
  serve = (request, response) => serveRest(request, response, 0);
  const done = await downloadModel(model, options());
  expect((await readFile(done.path)).equals(content)).toBe(true);
});

test('a wrong checksum leaves nothing behind', async () => {
  declared = { ...declared, 'x-linked-etag': `"${'0'.repeat(64)}"` };
  await expect(downloadModel(model, options())).rejects.toThrow('wrong checksum');
  expect(await readdir(folder)).toEqual([]);
});

test('a pinned checksum wins over the hub', async () => {
  const pinned = { ...model, sha256: 'f'.repeat(64) };
  await expect(downloadModel(pinned, options())).rejects.toThrow('wrong checksum');
  const right = await downloadModel({ ...model, sha256 }, options());
  expect(right.checkedAgainst).toBe('pinned');
});

test('the official SHA-1 is held against it as well', async () => {
  await expect(downloadModel({ ...model, sha1: 'a'.repeat(40) }, options())).rejects.toThrow('wrong checksum');
});

test('without anything to check against nothing is taken', async () => {
  declared = { 'x-linked-size': content.length };
  await expect(downloadModel(model, options())).rejects.toThrow('declares no checksum');
  expect(ranges).toEqual([]);
});

test('cancelling keeps what has arrived', async () => {
  const abort = new AbortController();
  serve = (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 50_000));
  };
  const onProgress = () => abort.abort(new Error('enough'));
  await expect(downloadModel(model, { ...options(), signal: abort.signal, onProgress })).rejects.toThrow('enough');
  expect(await readdir(folder)).toEqual(['.ggml-base.bin.part']);
});

test('a recognizer appears once all its files are there, each compared with its checksum', async () => {
  const seen: number[] = [];
  const onProgress = (received: number, total: number) => void seen.push(received / total);
  const done = await downloadModel(recognizer, { ...options(), onProgress });
  expect(done).toMatchObject({ path: join(folder, 'gigaam'), bytes: content.length + tokens.length });
  expect(await readdir(folder)).toEqual(['gigaam']);
  const found = await createModelStore([folder]).find('gigaam');
  expect(found).toMatchObject({ kind: 'recognizer', family: 'nemo-ctc', languages: ['ru'] });
  expect(seen.at(-1)).toBe(1);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});

test('a recognizer whose download broke off goes on with the files that are missing', async () => {
  const right = parts['tokens.txt'];
  if (right === undefined) throw new Error('no tokens');
  parts['tokens.txt'] = { ...right, etag: '0'.repeat(40) };
  try {
    await expect(downloadModel(recognizer, options())).rejects.toThrow('tokens.txt arrived with a wrong checksum');
  } finally {
    parts['tokens.txt'] = right;
  }
  expect(await createModelStore([folder]).list()).toEqual([]);
  requested = [];
  await downloadModel(recognizer, options());
  expect(requested).toEqual(['/owner/parts/resolve/main/tokens.txt']);
});
