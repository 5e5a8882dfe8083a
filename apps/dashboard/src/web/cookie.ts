import { parse } from 'cookie';
import type { Request, Response } from 'express';

/** The cookies of a request; of two with one name the first. */
export const readCookies = (header = ''): Readonly<Record<string, string | undefined>> => parse(header);

/**
 * A cookie's name in this browser. Cookies know no ports: two installations on one host would end each other's sessions, so the
 * port stands in the name. Over TLS the browser itself sees to it that no other host has set it.
 */
export const cookieName = ({ request }: { request: Request }, name: string): string => {
  const port = /:(\d{1,5})$/.exec(request.host ?? '')?.[1];
  return `${request.secure ? '__Host-' : ''}${name}${port === undefined ? '' : `_${port}`}`;
};

/** Sets a cookie no script can read; only over TLS where the request came that way. `seconds` 0 removes it. */
export const setCookie = (
  { request, response }: { request: Request; response: Response },
  name: string,
  value: string,
  seconds: number,
): void => {
  response.cookie(name, value, {
    httpOnly: true,
    sameSite: 'lax',
    secure: request.secure,
    path: '/',
    maxAge: seconds * 1000,
  });
};
