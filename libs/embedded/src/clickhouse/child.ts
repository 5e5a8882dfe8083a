import { timingSafeEqual } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createGuardedServer } from '@whisper-bot/runtime/http';
import { Session } from 'chdb';
import { z } from 'zod';

/**
 * ClickHouse in this process, behind the part of ClickHouse's HTTP interface that its own client speaks, so that the
 * embedded database and a server are one thing to everyone else. Runs alone: a native query must not hold up an event
 * loop that others wait for.
 */
const options = z.object({ dir: z.string().min(1), port: z.number().int() });
/** chdb's errors carry ClickHouse's code where the statement was at fault. */
const queryError = z.object({ clickhouseCode: z.number() });
const maxBodyBytes = 256 * 1024 * 1024;

const readBody = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = [];
  let held = 0;
  for await (const piece of request) {
    held += (piece as Buffer).length;
    if (held > maxBodyBytes) throw new RangeError('The request is too big.');
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces).toString('utf8');
};

const isAllowed = (request: IncomingMessage, secret: string): boolean => {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Basic ${Buffer.from(`whisper-bot:${secret}`).toString('base64')}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};

/** Settings the client sends by URL that matter here; the rest concern HTTP only. */
const settingsOf = (url: URL): string => {
  const pairs = ['insert_deduplication_token', 'deduplicate_blocks_in_dependent_materialized_views'].flatMap((name) => {
    const value = url.searchParams.get(name);
    if (value === null) return [];
    return [`${name} = ${/^\d+$/.test(value) ? value : `'${value.replace(/[^\w-]/g, '')}'`}`];
  });
  return pairs.length === 0 ? '' : ` SETTINGS ${pairs.join(', ')}`;
};

const parametersOf = (url: URL): Record<string, string> =>
  Object.fromEntries(
    [...url.searchParams].flatMap(([name, value]) => (name.startsWith('param_') ? [[name.slice(6), value]] : [])),
  );

const run = async (session: Session, url: URL, body: string): Promise<Uint8Array> => {
  const database = url.searchParams.get('database');
  if (database !== null && /^\w+$/.test(database) && database !== 'default')
    await session.queryAsync(`USE ${database}`);
  const statement = url.searchParams.get('query');
  if (statement === null) return (await session.queryBindAsync(body, parametersOf(url))).bytes();
  // An insert: the statement by URL, its rows in the body. SETTINGS stand before FORMAT.
  const inserting = statement.replace(/ FORMAT /, `${settingsOf(url)} FORMAT `);
  return (await session.queryAsync(`${inserting} ${body}`)).bytes();
};

const start = () => {
  const { dir, port } = options.parse(JSON.parse(process.argv[2] ?? '{}'));
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  let secret = '';
  const session = new Session(dir);

  // One statement at a time: `USE` belongs to the session, and two cores gain nothing from more.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse, url: URL) => {
    if (url.pathname === '/ping') return void response.end('Ok.\n');
    if (!isAllowed(request, secret)) return void response.writeHead(403).end('Code: 516. Authentication failed.');
    try {
      const body = await readBody(request);
      response.end(await inTurn(() => run(session, url, body)));
    } catch (error) {
      const refused = queryError.safeParse(error);
      const headers = refused.success ? { 'X-ClickHouse-Exception-Code': String(refused.data.clickhouseCode) } : {};
      response.writeHead(refused.success ? 400 : 500, headers);
      response.end(error instanceof Error ? error.message : String(error));
    }
  };

  const server = createGuardedServer(answer, {
    onError: (error) => process.stderr.write(`request failed: ${String(error)}\n`),
    requestTimeout: 300_000,
  });
  const stop = () => {
    server.close();
    server.closeAllConnections();
    session.close();
    process.exit(0);
  };
  // The first line on stdin is the secret (never in the argument list, which others can read); its end is the parent's.
  process.stdin.once('data', (line) => {
    secret = String(line).trim();
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : port })}\n`);
    });
  });
  process.stdin.once('end', stop);
  process.once('SIGTERM', stop);
};

start();
