import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Fault } from '../fault/schedule.js';
import { size } from '../limit/size.js';
import { openFile, type ShelvedFile } from './shelf.js';
import type { World } from './world.js';

/** Sends a file that `getFile` has named; true if all of it went out. */
export async function sendFile(
  world: World,
  path: string,
  { response, fault }: { response: ServerResponse; fault: Fault | undefined },
): Promise<boolean> {
  const file = world.shelf.byPath(path);
  // Local servers do not serve files over HTTP: the bot reads them from the disk.
  if (!file || world.local || file.size > size.download || fault?.kind === 'file-expired') {
    const body = JSON.stringify({ ok: false, error_code: 404, description: 'Not Found' });
    response.writeHead(404, { 'content-type': 'application/json' }).end(body);
    return false;
  }
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.size });
  try {
    await pipeline(content(file, fault), response);
    return true;
  } catch {
    // The bot hung up, or the fault cut the file short.
    response.destroy();
    return false;
  }
}

async function* content(file: ShelvedFile, fault: Fault | undefined): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const part of openFile(file)) {
    const bytes = part as Buffer;
    switch (fault?.kind) {
      case 'truncated-download':
        yield bytes.subarray(0, Math.max(fault.bytes - sent, 0));
        if (sent + bytes.length > fault.bytes) throw new Error('Cut short as planned');
        break;
      case 'slow-download':
        yield* slowly(bytes, fault.bytesPerSecond);
        break;
      default:
        yield bytes;
    }
    sent += bytes.length;
  }
}

async function* slowly(bytes: Buffer, bytesPerSecond: number): AsyncGenerator<Buffer> {
  const intervalMs = 50;
  const step = Math.max(1, Math.round((bytesPerSecond * intervalMs) / 1000));
  for (let at = 0; at < bytes.length; at += step) {
    yield bytes.subarray(at, at + step);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
