import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from '../fault/schedule.js';
import { size } from '../limit/size.js';
import { type RequestBody, readBody } from './body.js';
import { sendFile } from './download.js';
import type { JournalEntry, Outcome } from './journal.js';
import { perform, summarize } from './perform.js';
import { Refusal } from './refusal.js';
import { onWebhookAnswer, stopWebhook } from './webhook.js';
import type { World } from './world.js';

/** Room for the fields of a form beside the largest file. */
const formOverhead = 1024 * 1024;

/** Serves a world over HTTP on 127.0.0.1. */
export async function listen(world: World, port: number): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(world, request, response).catch(() => response.destroy());
  });
  onWebhookAnswer(world, (method, fields) => {
    const body: RequestBody = { fields, uploads: new Map() };
    const entry = world.journal.begin({ method, parameters: fields });
    void perform(world, method, { body, signal: new AbortController().signal }).then((outcome) =>
      world.journal.end(entry, outcome),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    close: () =>
      new Promise((resolve) => {
        stopWebhook(world);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://loopback');
  const route = /^\/(file\/)?bot([^/]*)\/(.+)$/.exec(decodeURIComponent(url.pathname));
  const [, file, token, target = ''] = route ?? [];
  if (!route || token !== world.token) {
    request.resume();
    // A token of the right form that no bot has is unauthorized, anything else is no address at all.
    const known = route && /^\d+:[\w-]+$/.test(token ?? '');
    return sendJson(response, {
      kind: 'refused',
      code: known ? 401 : 404,
      description: known ? 'Unauthorized' : 'Not Found',
    });
  }
  if (file) return answerDownload(world, target, response);

  const fault = world.faults.take(target);
  if (fault?.kind === 'drop-request') {
    end(world, begin(world, target, {}, fault), { kind: 'lost' });
    request.destroy();
    return;
  }
  const maximum = (world.local ? size.local : size.upload) + formOverhead;
  const read = await readBody(request, url.searchParams, maximum).catch((error: unknown) => {
    if (error instanceof Refusal) return error;
    throw error;
  });
  if (read instanceof Refusal) {
    const outcome: Outcome = { kind: 'refused', code: read.errorCode, description: read.description };
    if (read.detail.limit) world.violate(read.detail.limit, `${target}: ${read.description}`);
    end(world, begin(world, target, {}, fault), outcome);
    return sendJson(response, outcome);
  }
  const entry = begin(world, target, summarize(read), fault);
  if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault?.kind === 'server-error') {
    end(world, entry, { kind: 'refused', code: fault.status, description: 'a proxy failed' });
    response.writeHead(fault.status, { 'content-type': 'text/html' }).end(proxyError(fault.status));
    return;
  }
  const hungUp = new AbortController();
  response.once('close', () => hungUp.abort());
  const outcome = await perform(world, target, { body: read, signal: hungUp.signal, fault });
  if (fault?.kind === 'drop-response' || hungUp.signal.aborted) {
    end(world, entry, outcome.kind === 'ok' ? { kind: 'lost', result: outcome.result } : { kind: 'lost' });
    response.destroy();
    return;
  }
  end(world, entry, outcome);
  sendJson(response, outcome);
}

async function answerDownload(world: World, path: string, response: ServerResponse): Promise<void> {
  const fault = world.faults.take('download');
  const entry = begin(world, 'download', { path }, fault);
  if (fault?.kind === 'drop-request') {
    response.destroy();
    return end(world, entry, { kind: 'lost' });
  }
  if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault?.kind === 'server-error') {
    response.writeHead(fault.status, { 'content-type': 'text/html' }).end(proxyError(fault.status));
    return end(world, entry, { kind: 'refused', code: fault.status, description: 'a proxy failed' });
  }
  const whole = await sendFile(world, path, { response, fault });
  end(world, entry, whole ? { kind: 'ok', result: path } : { kind: 'refused', code: 404, description: 'Not Found' });
}

function begin(
  world: World,
  method: string,
  parameters: Record<string, unknown>,
  fault: Fault | undefined,
): JournalEntry {
  return world.journal.begin({ method, parameters, fault });
}

function end(world: World, entry: JournalEntry, outcome: Outcome): void {
  world.journal.end(entry, outcome);
}

function sendJson(response: ServerResponse, outcome: Outcome): void {
  const [status, body] = ((): [number, object] => {
    switch (outcome.kind) {
      case 'ok':
        return [200, { ok: true, result: outcome.result }];
      case 'refused': {
        const { code, description, parameters } = outcome;
        return [code, { ok: false, error_code: code, description, ...(parameters && { parameters }) }];
      }
      case 'broken':
        return [500, { ok: false, error_code: 500, description: `Internal Server Error: ${outcome.cause}` }];
      case 'lost':
        throw new Error('A lost answer is not sent');
    }
  })();
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function proxyError(status: number): string {
  return `<html>\r\n<head><title>${status}</title></head>\r\n<body><center><h1>${status}</h1></center></body>\r\n</html>\r\n`;
}
