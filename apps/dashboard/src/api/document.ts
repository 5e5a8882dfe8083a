import { formats } from '@whisper-bot/transcript';
import { z } from 'zod';
import type { Handler } from '../web/request-context.js';
import { type Operation, operations } from './operation.js';
import { answerSchemas, requestSchemas, type SchemaName } from './schema.js';

/** The OpenAPI 3.1 document, made from the schemas that requests are checked with. */
export const documentApi = (): Record<string, unknown> => ({
  openapi: '3.1.0',
  info: {
    title: 'whisper-bot',
    version: '1',
    description:
      'Voice to text with speakers. The audio endpoints are those of OpenAI, so that its clients work unchanged.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  security: [{ key: [] }],
  paths: paths(),
  webhooks: {
    task: {
      post: {
        operationId: 'webhook',
        summary: 'Sent to `webhook_url` when a task has ended, signed as Standard Webhooks are',
        requestBody: { content: json('WebhookEvent') },
        responses: { '2XX': { description: 'Taken; anything else is tried again for hours.' } },
      },
    },
  },
  components: {
    securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key; made in the dashboard.' } },
    schemas: { ...schemasOf(requestSchemas, 'input'), ...schemasOf(answerSchemas, 'output') },
  },
});

export const showOpenApi: Handler<unknown> = async () => ({ kind: 'json', body: documentApi() });

const schemasOf = (named: Record<string, z.ZodType>, io: 'input' | 'output'): Record<string, unknown> => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io, uri: reference, unrepresentable: 'any', override: withDefault });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _dialect, $id: _address, ...schema }]) => [id, schema]),
  );
};

/** Zod leaves out the defaults of what is read leniently: they hold for the form all the same. */
const withDefault: NonNullable<z.core.ToJSONSchemaParams['override']> = ({ zodSchema, jsonSchema }) => {
  const { def } = zodSchema._zod;
  if (def.type === 'default') jsonSchema.default = def.defaultValue as typeof jsonSchema.default;
};

const reference = (name: string): string => `#/components/schemas/${name}`;
const oneOf = (...names: SchemaName[]) => ({
  'application/json': { schema: { anyOf: names.map((name) => ({ $ref: reference(name) })) } },
});
const json = (name: SchemaName) => ({ 'application/json': { schema: { $ref: reference(name) } } });

const paths = (): Record<string, Record<string, unknown>> => {
  const all: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    all[path] = { ...all[path], [operation.method]: describeOperation(operation, path) };
  }
  return all;
};

const describeOperation = (
  { id, summary, form, query = {}, headers = {}, status = 200, answer, isOpen }: Operation,
  path: string,
) => {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema }));
  const inHeader = Object.entries(headers).map(([name, schema]) => ({ name, in: 'header', schema }));
  const parameters = [...inPath, ...inQuery, ...inHeader];
  return {
    operationId: id,
    summary,
    ...(isOpen === true ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(form === undefined
      ? {}
      : { requestBody: { required: true, content: { 'multipart/form-data': { schema: { $ref: reference(form) } } } } }),
    responses: {
      [status]: { description: 'The answer.', content: contentOf(answer) },
      default: { description: 'What went wrong, in OpenAI’s shape.', content: json('Error') },
    },
  };
};

const contentOf = (answer: Operation['answer']): Record<string, unknown> => {
  const events = (name: SchemaName) => ({ 'text/event-stream': { schema: { $ref: reference(name) } } });
  switch (answer) {
    case 'transcript':
      return {
        ...oneOf('Transcription', 'TranscriptionVerbose', 'TranscriptionDiarized'),
        'text/plain': { schema: { type: 'string' } },
        ...events('TranscriptionEvent'),
      };
    case 'translation':
      return { ...oneOf('Transcription', 'TranscriptionVerbose'), 'text/plain': { schema: { type: 'string' } } };
    case 'result':
      return Object.fromEntries(
        Object.values(formats).map(({ mime }) => [
          mime.split(';')[0],
          { schema: mime.includes('json') ? {} : { type: 'string' } },
        ]),
      );
    case 'document':
      return { 'application/json': { schema: { type: 'object' } } };
    case 'TaskEvent':
      return events('TaskEvent');
    default:
      return json(answer);
  }
};
