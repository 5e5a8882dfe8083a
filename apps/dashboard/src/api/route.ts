import type { RequestContext } from '../web/request-context.js';
import { type Route, read } from '../web/route.js';
import { type ApiContext, type ApiHandler, forKey } from './call.js';
import type { ApiDeps } from './deps.js';
import { showOpenApi } from './document.js';
import { listModels, showModel } from './model.js';
import { showWebhookSecret } from './secret.js';
import { deleteTask, listTasks, showResult, showTask, submitTask } from './task.js';
import { followTask } from './task-event.js';
import { transcribe, translate } from './transcription.js';

/** A way in for a program: anyone may knock, the key decides. */
const program = <Parts extends keyof ApiDeps>(
  method: Route<never>['method'],
  path: string,
  sentence: string,
  handler: ApiHandler<Parts>,
): Route<ApiContext<Parts>> => ({
  method,
  path,
  guard: 'anyone',
  csrf: 'key',
  sentence,
  handler: forKey(handler),
});

/** The HTTP API for programs, `/v1/…`: its rows of the route table. */
export const apiRoutes: readonly Route<RequestContext<ApiDeps>>[] = [
  read('/v1/openapi.json', 'anyone', 'API: its OpenAPI document', showOpenApi),
  program('post', '/v1/audio/transcriptions', 'API: transcribe a recording and wait for it', transcribe),
  program('post', '/v1/audio/translations', 'API: translate a recording into English and wait for it', translate),
  program('get', '/v1/models', 'API: list the models', listModels),
  program('get', '/v1/models/:id', 'API: one model', showModel),
  program('post', '/v1/tasks', 'API: hand in a recording', submitTask),
  program('get', '/v1/tasks', 'API: list the key’s own tasks', listTasks),
  program('get', '/v1/tasks/:id', 'API: a task', showTask),
  program('get', '/v1/tasks/:id/result', 'API: the transcript of a task', showResult),
  program('get', '/v1/tasks/:id/events', 'API: follow a task', followTask),
  program('delete', '/v1/tasks/:id', 'API: cancel and delete a task', deleteTask),
  program('get', '/v1/webhook_secret', 'API: what the key’s webhooks are signed with', showWebhookSecret),
];
