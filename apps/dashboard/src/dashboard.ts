import { fileURLToPath } from 'node:url';
import { isCleanText } from '@whisper-bot/task';
import express, { type Express } from 'express';
import { answerFailures, answerStatus } from './admin/failure.js';
import { openPageContext, signInAddress } from './admin/page-context.js';
import { answerElsewhere, answerErrors, answerMissingBase, refuseNul } from './api/fallback.js';
import type { DashboardDeps } from './deps.js';
import { routes } from './routes.js';
import { compressed } from './web/compress.js';
import { mountRoutes } from './web/enforce.js';
import { securityHeaders } from './web/security-header.js';
import { boundBody } from './web/upload-timeout.js';

const staticDir = fileURLToPath(new URL('../static', import.meta.url));

/** The dashboard as an Express application: all that it answers stands in the table of routes, but for its own files. */
export const createDashboard = (deps: DashboardDeps): Express => {
  const app = express();
  app.disable('x-powered-by');
  if (deps.options.trustProxy !== '') app.set('trust proxy', deps.options.trustProxy);
  app.use(securityHeaders);
  app.use((request, response, next) => {
    const started = performance.now();
    response.once('finish', () => {
      deps.metrics.answered({
        method: request.method,
        route: (request.route as { path?: string } | undefined)?.path ?? 'none',
        status: response.statusCode,
        seconds: (performance.now() - started) / 1000,
      });
    });
    next();
  });
  app.use(boundBody(deps.options.uploadTimeouts));
  app.use(compressed);
  app.use('/static', express.static(staticDir, { index: false, maxAge: '1h', fallthrough: false }));
  app.use(refuseNul(deps), answerMissingBase(deps));
  mountRoutes(app, routes, {
    open: (request, response) => openPageContext(deps, request, response),
    signInAddress,
    isText: isCleanText,
  });
  app.use('/v1', answerElsewhere(deps), answerErrors(deps));
  app.use((request, response) => answerStatus(deps, { request, response }, 404));
  app.use(answerFailures(deps));
  return app;
};
