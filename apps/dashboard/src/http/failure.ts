import { TaskError } from '@whisper-bot/task';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Desk } from '../desk.js';
import { html } from '../view/html.js';
import { barePage, page } from '../view/layout.js';
import { sendAnswer } from './answer.js';
import { receive } from './receive.js';
import { isUnavailable } from './unavailable.js';
import { HttpError, type Visit } from './visit.js';

/** Whatever goes wrong becomes a page, or JSON for those who asked for it; the cause goes to the log alone. */
export const answerFailures =
  (desk: Desk): ErrorRequestHandler =>
  async (error, request, response, _next) => {
    const { status, sentence } = tell(error);
    if (status >= 500) desk.logger.error({ err: error, path: request.path }, 'a request failed');
    if (response.headersSent) {
      response.end();
      return;
    }
    await answerStatus(desk, { request, response }, status, sentence);
  };

/** A status as a page in the visitor's language. */
export const answerStatus = async (
  desk: Desk,
  { request, response }: { request: Request; response: Response },
  status: number,
  sentence?: string,
): Promise<void> => {
  const visit = await receive(desk, request, response).catch(() => null);
  if (visit === null) {
    response.status(503).type('text').send('The database is away. Try again in a moment.');
    return;
  }
  const words = visit.words.status[status] ?? visit.words.status[500] ?? { title: '', text: '' };
  const text = sentence ?? words.text;
  if (request.path.startsWith('/board/api') || !request.accepts('html')) {
    sendAnswer(visit, { kind: 'json', status, body: { error: text } });
    return;
  }
  sendAnswer(visit, { kind: 'page', status, page: statusPage(visit, words.title, text) });
};

const statusPage = (visit: Visit, title: string, text: string) =>
  visit.person === null
    ? barePage(visit, {
        title,
        body: html`<h1>${title}</h1><p class="lead">${text}</p><a class="button" href="/sign-in">${visit.words.signIn.title}</a>`,
      })
    : page(visit, {
        title,
        body: html`<p class="lead">${text}</p><a class="button" href="/">${visit.words.nav.overview}</a>`,
      });

const tell = (error: unknown): { status: number; sentence?: string } => {
  if (error instanceof HttpError) {
    return { status: error.status, ...(error.sentence === undefined ? {} : { sentence: error.sentence }) };
  }
  if (error instanceof TaskError) return { status: error.retryable ? 503 : 400 };
  // Express's own: a body that is too big or not understood, a path that cannot be decoded.
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (status === 403 || status === 404) return { status: 404 };
  return { status: status >= 400 && status < 500 ? (status === 413 ? 413 : 400) : isUnavailable(error) ? 503 : 500 };
};
