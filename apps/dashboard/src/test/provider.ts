import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import OidcProvider from 'oidc-provider';

/** A real OpenID Connect provider on loopback; its people sign in with their name and any password. */
export interface TestProvider {
  issuer: string;
  /** For the dashboard's settings. */
  env: Record<string, string>;
  /** Its users by sign-in name (also their subject), with their claims. */
  people: Map<string, Record<string, unknown>>;
  /** Paths that are answered otherwise than by the provider. */
  broken: Map<string, { status: number; body?: string }>;
  /** Begins to serve, for the dashboard at this address. */
  serve(dashboard: string): Promise<void>;
  /** Ends it. */
  stop(): void;
}

const client = { client_id: 'whisper', client_secret: 'a-secret-of-the-client' };

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Reserves an address; before `serve` every call to it breaks off. The port stays taken: another process would get it meanwhile. */
export const reserveProvider = async (): Promise<TestProvider> => {
  let answer: Listener | null = null;
  const server = createServer((request, response) => {
    if (answer === null) request.socket.destroy();
    else answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const people: TestProvider['people'] = new Map();
  const broken: TestProvider['broken'] = new Map();

  const serve = async (dashboard: string): Promise<void> => {
    const provider = new OidcProvider(issuer, {
      clients: [{ ...client, redirect_uris: [`${dashboard}/sign-in/provider/return`] }],
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email', 'email_verified'] },
      // Claims of a scope come from UserInfo only, as with older providers.
      conformIdTokenClaims: true,
      ttl: Object.fromEntries(['AccessToken', 'Grant', 'IdToken', 'Interaction', 'Session'].map((name) => [name, 600])),
      pkce: { required: () => true },
      cookies: { keys: [randomUUID()] },
      findAccount: (_context, id) => {
        const claims = people.get(id);
        return claims && { accountId: id, claims: async () => ({ sub: id, ...claims }) };
      },
    });
    const callback = provider.callback();
    answer = (request, response) => {
      const other = broken.get(request.url ?? '');
      if (other !== undefined) response.writeHead(other.status, { 'content-type': 'application/json' }).end(other.body);
      else void callback(request, response);
    };
  };

  return {
    issuer,
    env: {
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: client.client_id,
      OIDC_CLIENT_SECRET: client.client_secret,
      OIDC_ADMINISTRATORS: 'admins',
      OIDC_OPERATORS: 'operators, night shift',
      OIDC_VIEWERS: 'staff',
    },
    people,
    broken,
    serve,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

/** A browser without pages: keeps the cookies of each host, follows links and redirects one by one. */
export interface Walker {
  cookies: Map<string, string>;
  /** One request; redirects are not followed. */
  go(address: string, form?: Record<string, string>): Promise<Response>;
}

export const createWalker = (): Walker => {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (host: string): Map<string, string> => {
    const jar = jars.get(host) ?? new Map<string, string>();
    jars.set(host, jar);
    return jar;
  };
  const cookies = new Map<string, string>();
  return {
    cookies,
    go: async (address, form) => {
      const { host, origin } = new URL(address);
      const jar = jarOf(host);
      const response = await fetch(address, {
        redirect: 'manual',
        headers: { origin, cookie: [...jar].map((pair) => pair.join('=')).join('; ') },
        ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        const gone = value === '' || /expires=Thu, 01 Jan 1970/i.test(cookie);
        for (const each of [jar, cookies]) {
          if (gone) each.delete(name);
          else each.set(name, value);
        }
      }
      return response;
    },
  };
};

const locationOf = (response: Response, base: string): string =>
  new URL(response.headers.get('location') ?? '', base).href;

/** From the dashboard's button to the provider: the address of its first page. */
export const beginSignIn = async (walker: Walker, dashboard: string, back = '/'): Promise<string> => {
  const address = `${dashboard}/sign-in/provider?back=${encodeURIComponent(back)}`;
  return locationOf(await walker.go(address), dashboard);
};

/** Signs in and agrees at the provider; the address it sends the browser back to, not yet followed. */
export const signInThere = async (walker: Walker, start: string, name: string): Promise<string> => {
  const { origin } = new URL(start);
  let address = start;
  for (let step = 0; step < 20; step += 1) {
    if (new URL(address).origin !== origin) return address;
    const page = await walker.go(address);
    if (page.status >= 300 && page.status < 400) {
      address = locationOf(page, address);
      continue;
    }
    const text = await page.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1];
    if (prompt === undefined) throw new Error(`The provider shows no form (${page.status}): ${text.slice(0, 500)}`);
    const action = new URL(/action="([^"]+)"/.exec(text)?.[1] ?? '', address).href;
    const fields = { prompt, ...(prompt === 'login' ? { login: name, password: 'any' } : {}) };
    address = locationOf(await walker.go(action, fields), action);
  }
  throw new Error('The provider does not come to an end.');
};
