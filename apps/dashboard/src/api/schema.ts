import { diarizedAnswerSchema, transcriptionAnswerSchema, verboseAnswerSchema } from './answer.js';
import { errorSchema } from './error.js';
import { taskRequestSchema, transcriptionSchema, translationSchema } from './field.js';
import { modelListSchema, modelSchema } from './model.js';
import { secretSchema } from './secret.js';
import { taskEventSchema } from './task-event.js';
import { taskDeletedSchema, taskListSchema, taskViewSchema } from './task-view.js';
import { streamEventSchema } from './transcription-stream.js';
import { webhookSchema } from './webhook/webhook.js';

/** Schemas of the OpenAPI document by their names: of what is sent, and of what is answered. */
export const requestSchemas = {
  TranscriptionRequest: transcriptionSchema,
  TranslationRequest: translationSchema,
  TaskRequest: taskRequestSchema,
};
export const answerSchemas = {
  Error: errorSchema,
  Transcription: transcriptionAnswerSchema,
  TranscriptionVerbose: verboseAnswerSchema,
  TranscriptionDiarized: diarizedAnswerSchema,
  TranscriptionEvent: streamEventSchema,
  Model: modelSchema,
  ModelList: modelListSchema,
  Task: taskViewSchema,
  TaskList: taskListSchema,
  TaskDeleted: taskDeletedSchema,
  TaskEvent: taskEventSchema,
  WebhookEvent: webhookSchema,
  WebhookSecret: secretSchema,
};
export type SchemaName = keyof typeof requestSchemas | keyof typeof answerSchemas;
