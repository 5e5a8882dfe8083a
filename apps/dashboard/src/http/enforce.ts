import { isCleanText } from '@whisper-bot/task';
import express, { type Express, type RequestHandler } from 'express';
import { isMaskOf } from '../auth/form-secret.js';
import { atLeast } from '../auth/person.js';
import type { Desk } from '../desk.js';
import { sendAnswer } from './answer.js';
import { isSameOrigin } from './origin.js';
import { receive } from './receive.js';
import type { Route } from './route.js';
import { HttpError, type Visit } from './visit.js';

const visits = new WeakMap<object, Visit>();

const parseForm = express.urlencoded({ extended: false, limit: '1mb', parameterLimit: 2000 });

/** Puts every route of the table behind its guard; nothing of a body is read before. */
export const mountRoutes = (app: Express, routes: readonly Route[], desk: Desk): void => {
  for (const route of routes) {
    const steps: RequestHandler[] = [
      async (request, response, next) => {
        const visit = await receive(desk, request, response);
        visits.set(request, visit);
        if (admit(route, visit)) next();
      },
      ...(route.proof === 'form' ? [parseForm, refuseUnreadable, proveForm] : []),
      async (request, response, next) => {
        const visit = visits.get(request);
        if (visit === undefined) return next();
        visit.response = response;
        sendAnswer(visit, await route.handler(visit));
      },
    ];
    app[route.method](route.path, ...steps);
  }
};

/** False where the visitor is sent to the door. Throws HttpError where the route is not for them. */
const admit = (route: Route, visit: Visit): boolean => {
  const { guard, proof } = route;
  if (guard !== 'anyone') {
    if (visit.person === null) {
      if (route.method !== 'get' || !visit.request.accepts('html') || visit.request.path.startsWith('/board/api')) {
        throw new HttpError(401);
      }
      visit.response.redirect(303, `/sign-in?back=${encodeURIComponent(visit.request.originalUrl)}`);
      return false;
    }
    if (guard === 'nobody' || !atLeast(visit.person.role, guard)) throw new HttpError(403);
  }
  if (proof !== 'none' && proof !== 'key' && !isSameOrigin(visit.request.headers, visit.request.host ?? '')) {
    throw new HttpError(403, visit.words.forged);
  }
  return true;
};

/** No store takes U+0000: such a form is refused as a whole, before anything of it is looked up or changed. */
const refuseUnreadable: RequestHandler = (request, _response, next) => {
  const fields = Object.entries((request.body ?? {}) as Record<string, string | string[]>).flat(2);
  next(fields.every(isCleanText) ? undefined : new HttpError(400));
};

const proveForm: RequestHandler = (request, _response, next) => {
  const visit = visits.get(request);
  if (visit !== undefined) requireSecret(visit, visit.field('csrf'));
  next();
};

/** Throws HttpError where a form does not carry the session's secret. */
export const requireSecret = ({ person, words }: Visit, given: string): void => {
  if (person === null || isMaskOf(given, person.csrf)) return;
  throw new HttpError(403, words.forged);
};
