import { connect } from 'node:net';

/** What became of the connections of an attack. */
export interface AttackReport {
  sent: number;
  /** How many got an answer, by status. */
  statuses: Record<string, number>;
  /** Requests that were neither answered nor cut off within the bound. */
  hanging: string[];
}

export interface AttackOptions {
  /** Paths the server has, tried with each kind of damage. */
  paths: readonly string[];
  /** Further requests made by damaging others at random. */
  random?: number;
  /** Of the random ones. */
  seed?: number;
  /** Milliseconds one connection may stay without an answer or an end. */
  bound?: number;
  /** Further header lines, for instance a key. */
  headers?: readonly string[];
}

/** Sends hostile requests to a port on loopback, each on a connection of its own, many at a time. */
export const attackHttp = async (port: number, options: AttackOptions): Promise<AttackReport> => {
  const { bound = 180_000 } = options;
  const requests = hostileRequests(options);
  const report: AttackReport = { sent: requests.length, statuses: {}, hanging: [] };
  const queue = [...requests];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const outcome = await send(port, next, bound);
      if (outcome === 'hanging') report.hanging.push(next.subarray(0, 200).toString('latin1'));
      else report.statuses[outcome] = (report.statuses[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 24 }, work));
  return report;
};

/** The status of the first answer, `closed` where there was none, `hanging` where neither came. */
const send = (port: number, request: Buffer, bound: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const timer = setTimeout(() => end('hanging'), bound);
    const end = (outcome: string): void => {
      clearTimeout(timer);
      resolve(outcome);
      socket.destroy();
    };
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1', 0, 64);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1];
      // What was asked to go on with the body is still waited for.
      if (status !== undefined && status !== '100') end(status);
      else if (heard.length > 4096) end('strange');
    });
    socket.on('error', () => end('closed'));
    socket.on('close', () => end('closed'));
    // The sending half is closed: a request that waits for the rest of itself learns that nothing more comes.
    socket.on('connect', () => socket.end(request));
  });

const targets = (path: string): string[] => [
  path,
  `/${path}`,
  `//${path}//`,
  `/.${path}`,
  `/..${path}/../..${path}`,
  `${path}?`,
  `${path}?%`,
  `${path}?a[__proto__][b]=1&constructor=2&a=1&a[]=3`,
  `${path}/%`,
  `${path}/%c0%af%ff`,
  `${path}/%00`,
  `${path}%0d%0aSet-Cookie:%20x=1`,
  `${path}#${path}`,
  `http://other.invalid${path}`,
  `${path}${'/a'.repeat(3000)}`,
];

const lines = [
  '//',
  '///',
  '//[',
  '//[::',
  '//:99999',
  '//user:pass@[::1]:x/',
  '/\\',
  '/\\\\host',
  '\\',
  '*',
  '?',
  '%',
  ':',
  'http:',
  'http://',
  'http://[',
  'http://%',
  'http://a:99999/',
  'javascript:alert(1)',
  'data:,x',
  'file:///etc/passwd',
  'a',
  '/\u00ff\u00fe',
];

const methods = ['GET', 'POST', 'OPTIONS', 'HEAD', 'PUT', 'DELETE', 'CONNECT', 'TRACE', 'M-SEARCH', 'BREW', ''];

const request = (line: string, headers: readonly string[] = [], body = ''): Buffer =>
  Buffer.from(`${line}\r\n${headers.join('\r\n')}${headers.length === 0 ? '' : '\r\n'}\r\n${body}`, 'latin1');

const boundary = 'multipart/form-data; boundary=x';
const part = (disposition: string): string =>
  `--x\r\nContent-Disposition: form-data; name="file"; ${disposition}\r\n\r\nRIFF\r\n--x--\r\n`;
const dispositions = [
  "filename*=utf-8''a%0d%0ab.wav",
  "filename*=utf-8''%",
  "filename*=nothing''%ff%fe",
  'filename*=',
  'filename="a\\"\\\\\u0000.wav"',
  'filename="../../../etc/passwd"',
  `filename="${'a'.repeat(10_000)}.wav"`,
];

const hostileRequests = ({ paths, headers = [], random = 200, seed = 1 }: AttackOptions): Buffer[] => {
  const host = ['Host: localhost', 'Connection: close', ...headers];
  const common: Buffer[] = [
    ...lines.flatMap((target) => methods.map((method) => request(`${method} ${target} HTTP/1.1`, host))),
    Buffer.from('\r\n\r\n\r\n'),
    Buffer.from([0, 255, 1, 254, 13, 10]),
    Buffer.from('\u0016\u0003\u0001\u0002\u0000\u0001\u0000', 'latin1'),
    request('GET / HTTP/0.9'),
    request('GET / HTTP/9.9', host),
    request('PRI * HTTP/2.0', [], 'SM\r\n\r\n'),
    request(`GET /${'a'.repeat(1_000_000)} HTTP/1.1`, host),
    request('GET / HTTP/1.1', [...host, `X: ${'a'.repeat(1_000_000)}`]),
    request('GET / HTTP/1.1', [
      ...host,
      ...Array.from({ length: 20_000 }, (_, index) => `X-${index}: ${'b'.repeat(40)}`),
    ]),
  ];
  const each = paths.flatMap((path) => [
    ...targets(path).flatMap((target) =>
      methods.slice(0, 8).map((method) => request(`${method} ${target} HTTP/1.1`, host)),
    ),
    request(`GET ${path} HTTP/1.1`, ['Connection: close', ...headers]),
    ...['', '[', 'a b', '%', 'a:99999', '[::1]:x', '\u00ff', 'a\u0000', 'x'.repeat(60_000)].map((name) =>
      request(`GET ${path} HTTP/1.1`, [`Host: ${name}`, 'Connection: close', ...headers]),
    ),
    ...[
      'Cookie: ; =; a; a=b=c; whisper_session=%; __proto__=1; whisper_locale=__proto__; whisper_theme=toString',
      'Cookie: whisper_session=\u00ff\u00fe',
      'Accept: ;q=a, */*;q=9',
      'Accept-Language: *;q=x, \u00ff, __proto__, en;q=-1',
      'Accept-Encoding: gzip;q=2, br;;, \u00ff',
      'Authorization: Basic %%%',
      `Authorization: Bearer ${'a'.repeat(20_000)}`,
      'X-Forwarded-For: , ,%,[::, \u00ff',
      'X-Forwarded-Host: [',
      'X-Forwarded-Proto: javascript',
      'Range: bytes=9-1,--1,99999999999999999999-',
      'If-Modified-Since: x',
      'Expect: 200-maybe',
      'Upgrade: websocket\r\nConnection: Upgrade',
      'Content-Length: -1',
      'Content-Length: 1\r\nContent-Length: 2',
      'Content-Length: 99999999999999999999999',
      'Transfer-Encoding: chunked\r\nContent-Length: 3',
      'Transfer-Encoding: gzip',
      'Origin: [',
      'Referer: http://[',
    ].map((header) => request(`POST ${path} HTTP/1.1`, [...host, header])),
    request(`POST ${path} HTTP/1.1`, [...host, 'Transfer-Encoding: chunked'], 'zz\r\n'),
    request(`POST ${path} HTTP/1.1`, [...host, 'Transfer-Encoding: chunked'], 'ffffffffffffffffff\r\n'),
    request(`POST ${path} HTTP/1.1`, [...host, 'Content-Length: 10', 'Content-Encoding: gzip'], '0123456789'),
    request(
      `POST ${path} HTTP/1.1`,
      [...host, 'Content-Length: 9', 'Content-Type: application/json'],
      '{"a":\u00ff\u0000}',
    ),
    request(
      `POST ${path} HTTP/1.1`,
      [
        ...host,
        'Content-Length: 9',
        'Content-Type: application/x-www-form-urlencoded; charset=[',
        'Origin: http://localhost',
      ],
      '%=%&a[b=1',
    ),
    // Half of a body, and then the end.
    request(`POST ${path} HTTP/1.1`, [...host, 'Content-Length: 1000', 'Content-Type: application/json'], '{"a'),
    ...[
      'multipart/form-data',
      'multipart/form-data; boundary=',
      `multipart/form-data; boundary=${'x'.repeat(9000)}`,
    ].map((type) => request(`POST ${path} HTTP/1.1`, [...host, `Content-Type: ${type}`, 'Content-Length: 4'], '--x\r')),
    ...dispositions.map((disposition) => {
      const body = part(disposition);
      return request(
        `POST ${path} HTTP/1.1`,
        [...host, `Content-Type: ${boundary}`, `Content-Length: ${Buffer.byteLength(body, 'latin1')}`],
        body,
      );
    }),
  ]);
  const known = [...common, ...each];
  const next = randomFrom(seed);
  const damaged = Array.from({ length: random }, () =>
    damage(known[Math.floor(next() * known.length)] ?? Buffer.of(), next),
  );
  return [...known, ...damaged];
};

/** Some bytes changed, cut out or doubled. */
const damage = (original: Buffer, next: () => number): Buffer => {
  const bytes = Buffer.from(original.subarray(0, 4000));
  for (let count = 1 + Math.floor(next() * 6); count > 0; count -= 1) {
    bytes[Math.floor(next() * Math.min(bytes.length, 300))] = Math.floor(next() * 256);
  }
  const from = Math.floor(next() * bytes.length);
  const to = from + Math.floor(next() * 40);
  return next() < 0.5 ? bytes : Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
};

/** Mulberry32: small, seeded, good enough to damage with. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
