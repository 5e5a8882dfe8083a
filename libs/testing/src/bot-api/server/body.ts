import type { IncomingMessage } from 'node:http';
import { badRequest, Refusal } from './refusal.js';

/** A file that came with a request. */
interface Upload {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
}

/** A request's parameters: JSON values, or texts from a query, a form or a multipart body. */
export interface RequestBody {
  readonly fields: Record<string, unknown>;
  readonly uploads: ReadonlyMap<string, Upload>;
}

/**
 * Reads a request as Telegram does: query, JSON, urlencoded or multipart.
 * @throws Refusal 413 when the body is larger than `maximum` bytes, 400 when it is not what it says it is
 */
export async function readBody(
  request: IncomingMessage,
  query: URLSearchParams,
  maximum: number,
): Promise<RequestBody> {
  const fields: Record<string, unknown> = Object.fromEntries(query);
  const type = request.headers['content-type'] ?? '';
  const bytes = await collect(request, maximum);
  if (bytes.length === 0) return { fields, uploads: new Map() };
  if (type.startsWith('application/json')) {
    return { fields: { ...fields, ...parseJson(bytes.toString('utf8')) }, uploads: new Map() };
  }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return {
      fields: { ...fields, ...Object.fromEntries(new URLSearchParams(bytes.toString('utf8'))) },
      uploads: new Map(),
    };
  }
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary) {
    const parts = parseMultipart(bytes, boundary);
    return { fields: { ...fields, ...parts.fields }, uploads: parts.uploads };
  }
  return { fields, uploads: new Map() };
}

async function collect(request: IncomingMessage, maximum: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  // What is too large is read to its end all the same: a client still sending would see a broken connection, not the answer.
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size <= maximum) parts.push(part as Buffer);
  }
  if (size > maximum) throw new Refusal(413, 'Request Entity Too Large', { limit: 'file-size' });
  return Buffer.concat(parts);
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Reported below: a value that is no object is refused in the same words as a text that is no JSON.
  }
  throw badRequest("can't parse JSON object");
}

function parseMultipart(body: Buffer, boundary: string) {
  const fields: Record<string, unknown> = {};
  const uploads = new Map<string, Upload>();
  const separator = Buffer.from(`\r\n--${boundary}`);
  // The first separator has no line break before it.
  const framed = Buffer.concat([Buffer.from('\r\n'), body]);
  let start = framed.indexOf(separator);
  while (start >= 0) {
    const begin = start + separator.length;
    const end = framed.indexOf(separator, begin);
    if (end < 0) break;
    const headEnd = framed.indexOf('\r\n\r\n', begin);
    if (headEnd >= 0 && headEnd < end)
      addPart(framed.toString('utf8', begin, headEnd), framed.subarray(headEnd + 4, end));
    start = end;
  }
  return { fields, uploads };

  function addPart(head: string, content: Buffer): void {
    const name = /;\s*name="?([^";\r\n]+)"?/i.exec(head)?.[1];
    if (!name) return;
    const file = /;\s*filename="([^"\r\n]*)"/i.exec(head)?.[1] ?? /;\s*filename=([^";\r\n]+)/i.exec(head)?.[1];
    if (file === undefined) {
      fields[name] = content.toString('utf8');
      return;
    }
    const mime = /content-type:\s*([^\r\n;]+)/i.exec(head)?.[1] ?? 'application/octet-stream';
    uploads.set(name, { name: file, mime, bytes: content });
  }
}
