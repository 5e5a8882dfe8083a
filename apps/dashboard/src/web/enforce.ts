import { isCleanText } from '@whisper-bot/task';
import express, { type Express, type RequestHandler } from 'express';
import { receive } from '../admin/page-context.js';
import type { DashboardDeps } from '../deps.js';
import { sendAnswer } from './answer.js';
import { isSameOrigin } from './origin.js';
import { HttpError, type RequestContext } from './request-context.js';
import type { Route } from './route.js';
import { atLeast } from './session/account.js';
import { isMaskOf } from './session/csrf.js';

const visits = new WeakMap<object, RequestContext>();

const parseForm = express.urlencoded({ extended: false, limit: '1mb', parameterLimit: 2000 });

/** Puts every route of the table behind its guard; nothing of a body is read before. */
export const mountRoutes = (app: Express, routes: readonly Route[], deps: DashboardDeps): void => {
  for (const route of routes) {
    const steps: RequestHandler[] = [
      async (request, response, next) => {
        const context = await receive(deps, request, response);
        visits.set(request, context);
        if (admit(route, context)) next();
      },
      ...(route.proof === 'form' ? [parseForm, refuseUnreadable, proveForm] : []),
      async (request, response, next) => {
        const context = visits.get(request);
        if (context === undefined) return next();
        context.response = response;
        sendAnswer(context, await route.handler(context));
      },
    ];
    app[route.method](route.path, ...steps);
  }
};

/** False where the visitor is sent to the door. Throws HttpError where the route is not for them. */
const admit = (route: Route, context: RequestContext): boolean => {
  const { guard, proof } = route;
  if (guard !== 'anyone') {
    if (context.person === null) {
      if (route.method !== 'get' || !context.request.accepts('html') || context.request.path.startsWith('/board/api')) {
        throw new HttpError(401);
      }
      context.response.redirect(303, `/sign-in?back=${encodeURIComponent(context.request.originalUrl)}`);
      return false;
    }
    if (guard === 'nobody' || !atLeast(context.person.role, guard)) throw new HttpError(403);
  }
  if (proof !== 'none' && proof !== 'key' && !isSameOrigin(context.request.headers, context.request.host ?? '')) {
    throw new HttpError(403, context.words.forged);
  }
  return true;
};

/** No store takes U+0000: such a form is refused as a whole, before anything of it is looked up or changed. */
const refuseUnreadable: RequestHandler = (request, _response, next) => {
  const fields = Object.entries((request.body ?? {}) as Record<string, string | string[]>).flat(2);
  next(fields.every(isCleanText) ? undefined : new HttpError(400));
};

const proveForm: RequestHandler = (request, _response, next) => {
  const context = visits.get(request);
  if (context !== undefined) requireSecret(context, context.field('csrf'));
  next();
};

/** Throws HttpError where a form does not carry the session's secret. */
export const requireSecret = ({ person, words }: RequestContext, given: string): void => {
  if (person === null || isMaskOf(given, person.csrf)) return;
  throw new HttpError(403, words.forged);
};
