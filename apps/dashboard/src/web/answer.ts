import type { Answer, RequestContext } from './request-context.js';

/** Writes an answer. */
export const sendAnswer = ({ response }: Pick<RequestContext, 'response'>, answer: Answer): void => {
  switch (answer.kind) {
    case 'page':
      response
        .status(answer.status ?? 200)
        .type('html')
        .send(answer.page);
      return;
    case 'redirect':
      response.redirect(303, answer.to);
      return;
    case 'json':
      response.status(answer.status ?? 200).json(answer.body);
      return;
    case 'text':
      response
        .status(answer.status ?? 200)
        .type(answer.type)
        .send(answer.body);
      return;
    case 'file':
      response.attachment(answer.name).set('Content-Type', answer.type);
      response.send(typeof answer.body === 'string' ? answer.body : Buffer.from(answer.body));
      return;
    case 'sent':
      return;
  }
};

/** Back to a page, which then says what was done: `said` is a path into the words, like `task.retried`. */
export const backTo = (path: string, said?: string, more: Record<string, string | number> = {}): Answer => {
  const [base = '', query = ''] = path.split('?');
  const parameters = new URLSearchParams(query);
  for (const name of ['said', 'count', 'bad']) parameters.delete(name);
  if (said !== undefined) parameters.set('said', said);
  for (const [name, value] of Object.entries(more)) parameters.set(name, String(value));
  const text = parameters.toString();
  return { kind: 'redirect', to: text === '' ? base : `${base}?${text}` };
};

/** A path of ours out of what a request asks to go back to; `/` for anything that could lead elsewhere. */
export const ownPath = (asked: string): string => (/^\/(?![/\\])[^\\\s]*$/.test(asked) ? asked : '/');
