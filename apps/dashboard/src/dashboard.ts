import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import { answerElsewhere, answerErrors, answerMissingBase, refuseNul } from './api/elsewhere.js';
import type { Desk } from './desk.js';
import { compressed } from './http/compress.js';
import { mountRoutes } from './http/enforce.js';
import { answerFailures, answerStatus } from './http/failure.js';
import { securityHeaders } from './http/header.js';
import { boundBody } from './http/pace.js';
import { routes } from './routes.js';

const staticDir = fileURLToPath(new URL('../static', import.meta.url));

/** The dashboard as an Express application: all that it answers stands in the table of routes, but for its own files. */
export const createDashboard = (desk: Desk): Express => {
  const app = express();
  app.disable('x-powered-by');
  if (desk.options.trustProxy !== '') app.set('trust proxy', desk.options.trustProxy);
  app.use(securityHeaders);
  app.use((request, response, next) => {
    const started = performance.now();
    response.once('finish', () => {
      desk.metrics.answered({
        method: request.method,
        route: (request.route as { path?: string } | undefined)?.path ?? 'none',
        status: response.statusCode,
        seconds: (performance.now() - started) / 1000,
      });
    });
    next();
  });
  app.use(boundBody(desk.options.uploadPatience));
  app.use(compressed);
  app.use('/static', express.static(staticDir, { index: false, maxAge: '1h', fallthrough: false }));
  app.use(refuseNul(desk), answerMissingBase(desk));
  mountRoutes(app, routes, desk);
  app.use('/v1', answerElsewhere(desk), answerErrors(desk));
  app.use((request, response) => answerStatus(desk, { request, response }, 404));
  app.use(answerFailures(desk));
  return app;
};
