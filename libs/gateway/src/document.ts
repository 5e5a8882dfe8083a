import { z } from 'zod';
import { resultMessageSchema, taskMessageSchema } from './message.js';

/** The JSON Schemas of both messages, by their file names in `docs/schema/`. */
export const messageSchemas = (): Record<string, string> => ({
  'transcribe-tasks.schema.json': text(z.toJSONSchema(taskMessageSchema, { io: 'input' })),
  'transcribe-results.schema.json': text(z.toJSONSchema(resultMessageSchema)),
});

const text = (schema: unknown): string => `${JSON.stringify(schema, null, 2)}\n`;
