import { automaticModel } from '@whisper-bot/speech';
import { z } from 'zod';
import type { ApiHandler } from './call.js';
import type { ApiDeps } from './deps.js';
import { ApiError } from './error.js';

/** OpenAI's names, for clients that know no others: each is the default model. */
const aliases = ['whisper-1', 'gpt-4o-transcribe-diarize', 'gpt-4o-transcribe', 'gpt-4o-mini-transcribe'] as const;
/** Of these, the one whose answers always name speakers. */
export const diarizingModel = 'gpt-4o-transcribe-diarize';

export const modelSchema = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.number().int().describe('always 0: it is not known'),
  owned_by: z.string(),
});
export const modelListSchema = z.object({ object: z.literal('list'), data: z.array(modelSchema) });
type Model = z.infer<typeof modelSchema>;

const isAlias = (name: string): boolean => (aliases as readonly string[]).includes(name);
const ownerOf = { whisper: 'whisper.cpp', recognizer: 'sherpa-onnx' } as const;
const describeModel = (id: string, owner: string): Model => ({
  id,
  object: 'model',
  created: 0,
  owned_by: owner,
});

/** The name of what a client calls a model. Throws ApiError 404. */
export const resolveModel = async (
  { models, settings }: Pick<ApiDeps, 'models' | 'settings'>,
  asked: string,
): Promise<string> => {
  if (isAlias(asked)) return settings.get('model');
  if (await models.has(asked)) return asked;
  throw unknown(asked);
};

const unknown = (asked: string): ApiError =>
  new ApiError(404, `There is no model "${asked}" here; GET /v1/models lists them.`, {
    param: 'model',
    code: 'model_not_found',
  });

export const listModels: ApiHandler<'models'> = async ({ deps }) => {
  const installed = await deps.models.installed();
  const data = [
    ...[...aliases, automaticModel].map((name) => describeModel(name, 'alias')),
    ...installed.map(({ name, kind }) => describeModel(name, ownerOf[kind])),
  ];
  return { kind: 'json', body: { object: 'list', data } };
};

export const showModel: ApiHandler<'models'> = async ({ deps }, context) => {
  const name = context.param('id');
  if (isAlias(name) || name === automaticModel) return { kind: 'json', body: describeModel(name, 'alias') };
  if (!(await deps.models.has(name))) throw unknown(name);
  const found = (await deps.models.installed()).find((model) => model.name === name);
  return { kind: 'json', body: describeModel(name, ownerOf[found?.kind ?? 'whisper']) };
};
