import { formatIds } from '@whisper-bot/transcript';
import type { Route } from '../web/route.js';
import type { SchemaName } from './schema.js';

/** What the OpenAPI document says of a route beside its schemas. */
export interface Operation {
  method: Route<never>['method'];
  /** As in the table of routes. */
  path: string;
  /** Names the function in generated clients. */
  id: string;
  summary: string;
  /** Schema of the multipart form. */
  form?: SchemaName;
  query?: Record<string, object>;
  /** Request headers beside the key. */
  headers?: Record<string, object>;
  status?: number;
  answer: SchemaName | 'transcript' | 'translation' | 'result' | 'document';
  /** Needs no key. */
  isOpen?: boolean;
}

/** In the order of the document; a test holds it to the table of routes. */
export const operations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/audio/transcriptions',
    id: 'createTranscription',
    summary: 'Transcribe a recording and wait for it; who goes away cancels it',
    form: 'TranscriptionRequest',
    answer: 'transcript',
  },
  {
    method: 'post',
    path: '/v1/audio/translations',
    id: 'createTranslation',
    summary: 'Translate a recording into English and wait for it',
    form: 'TranslationRequest',
    answer: 'translation',
  },
  { method: 'get', path: '/v1/models', id: 'listModels', summary: 'List the models', answer: 'ModelList' },
  { method: 'get', path: '/v1/models/:id', id: 'retrieveModel', summary: 'One model', answer: 'Model' },
  {
    method: 'post',
    path: '/v1/tasks',
    id: 'createTask',
    summary: 'Hand in a recording; the answer comes at once, the transcript later',
    form: 'TaskRequest',
    headers: {
      'Idempotency-Key': {
        type: 'string',
        maxLength: 255,
        description: 'the same again is answered with the task it made, however often it is sent',
      },
    },
    status: 202,
    answer: 'Task',
  },
  {
    method: 'get',
    path: '/v1/tasks',
    id: 'listTasks',
    summary: 'The key’s own tasks, newest first',
    query: {
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
      after: { type: 'string', description: '`next` of the page before' },
    },
    answer: 'TaskList',
  },
  { method: 'get', path: '/v1/tasks/:id', id: 'retrieveTask', summary: 'A task as it is now', answer: 'Task' },
  {
    method: 'get',
    path: '/v1/tasks/:id/result',
    id: 'retrieveResult',
    summary: 'The transcript of a task that is done; 409 while it is not, 410 when it is gone',
    query: { format: { type: 'string', enum: formatIds, default: 'json' } },
    answer: 'result',
  },
  {
    method: 'get',
    path: '/v1/tasks/:id/events',
    id: 'followTask',
    summary: 'Each change of a task as a server-sent event, until it has ended',
    answer: 'TaskEvent',
  },
  {
    method: 'delete',
    path: '/v1/tasks/:id',
    id: 'deleteTask',
    summary: 'Stop a task where it runs, and remove its recording and transcript',
    answer: 'TaskDeleted',
  },
  {
    method: 'get',
    path: '/v1/webhook_secret',
    id: 'retrieveWebhookSecret',
    summary: 'What the key’s webhooks are signed with',
    answer: 'WebhookSecret',
  },
  {
    method: 'get',
    path: '/v1/openapi.json',
    id: 'openapi',
    summary: 'This document',
    answer: 'document',
    isOpen: true,
  },
];
