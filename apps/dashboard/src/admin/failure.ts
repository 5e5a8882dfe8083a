import { TaskError } from '@whisper-bot/task';
import type { ErrorRequestHandler, Request, Response } from 'express';
import { sendAnswer } from '../web/answer.js';
import { ForgedRequest, HttpError } from '../web/http-error.js';
import { isUnavailable } from '../web/unavailable.js';
import type { AdminDeps } from './deps.js';
import type { Words } from './locale/locale.js';
import { openPageContext, type PageContext } from './page-context.js';
import { html } from './view/html.js';
import { barePage, page } from './view/layout.js';

/** Whatever goes wrong becomes a page, or JSON for those who asked for it; the cause goes to the log alone. */
export const answerFailures =
  (deps: Pick<AdminDeps, 'logger' | 'sessions'>): ErrorRequestHandler =>
  async (error, request, response, _next) => {
    const { status, say } = refusalOf(error);
    if (status >= 500) deps.logger.error({ err: error, path: request.path }, 'request failed');
    if (response.headersSent) {
      response.end();
      return;
    }
    await answerStatus(deps, { request, response }, status, say);
  };

/** A status as a page in the visitor's language. */
export const answerStatus = async (
  deps: Pick<AdminDeps, 'sessions'>,
  { request, response }: { request: Request; response: Response },
  status: number,
  say: (words: Words) => string | undefined = () => undefined,
): Promise<void> => {
  const context = await openPageContext(deps, request, response).catch(() => null);
  if (context === null) {
    response.status(503).type('text').send('The database is away. Try again in a moment.');
    return;
  }
  const words = context.words.status[status] ?? context.words.status[500] ?? { title: '', text: '' };
  const text = say(context.words) ?? words.text;
  if (request.path.startsWith('/board/api') || !request.accepts('html')) {
    sendAnswer(context, { kind: 'json', status, body: { error: text } });
    return;
  }
  sendAnswer(context, { kind: 'page', status, page: statusPage(context, words.title, text) });
};

const statusPage = (context: PageContext, title: string, text: string) =>
  context.signedIn === null
    ? barePage(context, {
        title,
        body: html`<h1>${title}</h1><p class="lead">${text}</p><a class="button" href="/sign-in">${context.words.signIn.title}</a>`,
      })
    : page(context, {
        title,
        body: html`<p class="lead">${text}</p><a class="button" href="/">${context.words.nav.overview}</a>`,
      });

const refusalOf = (error: unknown): { status: number; say?: (words: Words) => string | undefined } => {
  if (error instanceof ForgedRequest) return { status: 403, say: ({ forged }) => forged };
  if (error instanceof HttpError) {
    return { status: error.status, say: () => error.sentence };
  }
  if (error instanceof TaskError) return { status: error.retryable ? 503 : 400 };
  // Express's own: a body that is too big or not understood, a path that cannot be decoded.
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (status === 403 || status === 404) return { status: 404 };
  return { status: status >= 400 && status < 500 ? (status === 413 ? 413 : 400) : isUnavailable(error) ? 503 : 500 };
};
