import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { sendAnswer } from './answer.js';
import { ForgedRequest, HttpError } from './http-error.js';
import { isSameOrigin } from './origin.js';
import type { RequestContext } from './request-context.js';
import type { Route } from './route.js';
import { atLeast } from './session/account.js';
import { isMaskOf } from './session/csrf.js';

export interface Mounting<Context> {
  open(request: Request, response: Response): Promise<Context>;
  /** Where a visitor who is not signed in is sent to; null for those who are refused. */
  signInAddress(context: Context): string | null;
  /** Whether a field of a form is text that can be stored. */
  isText(field: string): boolean;
}

const parseForm = express.urlencoded({ extended: false, limit: '1mb', parameterLimit: 2000 });

/** Puts every route of the table behind its guard; nothing of a body is read before. */
export const mountRoutes = <Context extends RequestContext>(
  app: Express,
  routes: readonly Route<Context>[],
  mounting: Mounting<Context>,
): void => {
  const contexts = new WeakMap<object, Context>();
  /** No store takes U+0000: such a form is refused as a whole, before anything of it is looked up or changed. */
  const refuseUnreadable: RequestHandler = (request, _response, next) => {
    const fields = Object.entries((request.body ?? {}) as Record<string, string | string[]>).flat(2);
    next(fields.every(mounting.isText) ? undefined : new HttpError(400));
  };
  const requireFormSecret: RequestHandler = (request, _response, next) => {
    const context = contexts.get(request);
    if (context !== undefined) requireSecret(context, context.field('csrf'));
    next();
  };
  for (const route of routes) {
    const steps: RequestHandler[] = [
      async (request, response, next) => {
        const context = await mounting.open(request, response);
        contexts.set(request, context);
        const elsewhere = admit(route, context, mounting);
        if (elsewhere === null) next();
        else response.redirect(303, elsewhere);
      },
      ...(route.csrf === 'form' ? [parseForm, refuseUnreadable, requireFormSecret] : []),
      async (request, response, next) => {
        const context = contexts.get(request);
        if (context === undefined) return next();
        context.response = response;
        sendAnswer(context, await route.handler(context));
      },
    ];
    app[route.method](route.path, ...steps);
  }
};

/** Where the visitor is sent to instead; null where the route is for them. Throws HttpError where it is not. */
const admit = <Context extends RequestContext>(
  { guard, csrf }: Route<Context>,
  context: Context,
  { signInAddress }: Mounting<Context>,
): string | null => {
  const { signedIn, request } = context;
  if (guard !== 'anyone') {
    if (signedIn === null) {
      const address = signInAddress(context);
      if (address === null) throw new HttpError(401);
      return address;
    }
    if (guard === 'no-one' || !atLeast(signedIn.role, guard)) throw new HttpError(403);
  }
  if (csrf !== 'none' && csrf !== 'key' && !isSameOrigin(request.headers, request.host ?? '')) {
    throw new ForgedRequest();
  }
  return null;
};

/** Throws HttpError where a form does not carry the session's secret. */
export const requireSecret = ({ signedIn }: Pick<RequestContext, 'signedIn'>, given: string): void => {
  if (signedIn === null || isMaskOf(given, signedIn.csrf)) return;
  throw new ForgedRequest();
};
