import {
  cutText,
  isCleanText,
  languageHintsOf,
  parseLanguage,
  type TaskOptions,
  taskOptionsSchema,
} from '@whisper-bot/task';
import { z } from 'zod';
import type { ApiDeps } from './deps.js';
import { ApiError } from './error.js';
import { diarizingModel, resolveModel } from './model.js';

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

/** A form carries text only, and each language writes its own: `true`, Python's `True`, `1`. */
const flag = z.preprocess(
  (text) => (typeof text === 'string' ? (truths[text.trim().toLowerCase()] ?? text) : text),
  z.boolean({ error: 'it is either true or false' }),
);
const number = z.preprocess(
  (text) => (text === '' ? undefined : Number(text)),
  z.number({ error: 'it is not a number' }),
);
const text = z.string({
  error: ({ input }) => (Array.isArray(input) ? 'it is given more than once' : 'it is missing'),
});
/** Repeated, with or without `[]`, separated by commas, or as JSON: clients do all of it. */
const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]).flatMap(itemsOf), z.array(item));

const itemsOf = (value: unknown): unknown[] => {
  if (typeof value !== 'string') return [value];
  return value
    .split(/[\s,[\]"']+/)
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());
};
/** One of a few words, in any case. */
const word = <const T extends readonly string[]>(words: T) =>
  z.preprocess((value) => (typeof value === 'string' ? value.trim().toLowerCase() : value), z.enum(words));

const file = z.any().meta({ type: 'string', format: 'binary', description: 'any recording or video ffmpeg can read' });
const model = text.min(1).max(100).describe('`whisper-1`, or the name of an installed model (GET /v1/models)');
const language = text.max(50).describe('ISO 639 code of two or three letters, name, or `auto`').optional();
const hints = list(text.max(50))
  .describe('languages usually spoken, codes or names: they decide about single words whose language is in doubt')
  .optional();
const prompt = text
  .describe('names and terms the recording is likely to hold; the first 200 characters reach the model')
  .optional();
const temperature = number.describe('accepted and ignored: decoding is greedy').optional();
const diarize = flag.describe('identify speakers').optional();
const count = number.pipe(z.number().int().min(1).max(32)).optional();
const speakers = count.describe('exactly so many people speak');
const formats = ['json', 'text', 'srt', 'vtt', 'verbose_json'] as const;
const track = number
  .pipe(z.number().int().min(1).max(100))
  .describe('which sound track of the file, from 1; otherwise the one with speech that is in the language or default')
  .optional();
const refused = z.never({ error: 'it is not supported' }).describe('not supported').optional();

/** The form of `POST /v1/audio/translations`. */
export const translationSchema = z.object({
  file,
  model,
  prompt,
  temperature,
  track,
  response_format: word(formats).default('json').describe('`json` where it is not named'),
});

/** The form of `POST /v1/audio/transcriptions`. */
export const transcriptionSchema = z.object({
  file,
  model,
  language,
  language_hints: hints,
  prompt,
  temperature,
  response_format: word([...formats, 'diarized_json'])
    .default('json')
    .describe('`json` where it is not named'),
  timestamp_granularities: list(z.enum(['word', 'segment'])).default(['segment']),
  stream: flag.default(false).describe('server-sent events instead of one answer'),
  chunking_strategy: text.describe('accepted and ignored: long recordings are always cut at silences').optional(),
  include: list(z.string()).describe('accepted and ignored: there are no log probabilities').optional(),
  diarize: diarize.describe(
    'identify speakers in any format; `diarized_json` and `gpt-4o-transcribe-diarize` do so in any case',
  ),
  speakers,
  track,
  known_speaker_names: refused,
  known_speaker_references: refused,
});

/** The form of `POST /v1/tasks`. */
export const taskRequestSchema = z.object({
  file,
  model: model.default('whisper-1'),
  language,
  language_hints: hints,
  prompt,
  diarize: flag.default(true).describe('identify speakers'),
  speakers,
  max_speakers: count.describe('at most so many people speak'),
  track,
  translate: flag.default(false).describe('into English'),
  webhook_url: text.max(2000).describe('is called when the task has ended').optional(),
});

/**
 * The fields of a form as a schema wants them; `name[]` and `name[part]` are `name`, as OpenAI's clients write them. Throws
 * ApiError 400 that names the first wrong field.
 */
export const parseFields = <T extends z.ZodType>(schema: T, fields: URLSearchParams): z.output<T> => {
  const values: Record<string, string | string[]> = {};
  for (const name of new Set(fields.keys())) {
    const plain = name.replace(/\[.*$/, '');
    for (const given of fields.getAll(name)) {
      if (!isCleanText(given)) throw unreadable(plain);
    }
    // An empty field is one that was not filled in.
    const given = fields.getAll(name).filter((value) => value.trim() !== '');
    const known = values[plain];
    const before = known === undefined ? [] : [known].flat();
    if (given.length + before.length > 0)
      values[plain] =
        given.length + before.length > 1 || name.endsWith('[]') ? [...before, ...given] : (given[0] ?? '');
  }
  // It has been received by now; in the schema it stands for the document.
  values.file = 'received';
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const param = String(issue?.path[0] ?? '');
  throw new ApiError(400, `The field "${param}" is wrong: ${issue?.message ?? ''}.`, { param, code: 'invalid_field' });
};

const unreadable = (param: string): ApiError =>
  new ApiError(400, `The field "${param}" holds a character that no text has (U+0000).`, {
    param,
    code: 'invalid_text',
  });

export interface AskedOptions {
  model: string;
  language?: string | undefined;
  language_hints?: string[] | undefined;
  prompt?: string | undefined;
  diarize?: boolean | undefined;
  speakers?: number | undefined;
  max_speakers?: number | undefined;
  track?: number | undefined;
  translate?: boolean;
}

/** The options of the task. Throws ApiError where model or language are unknown. */
export const optionsOf = async (
  deps: Pick<ApiDeps, 'models' | 'settings'>,
  asked: AskedOptions,
): Promise<TaskOptions> => {
  const language = parseLanguage(asked.language ?? '');
  if (language === null) {
    throw new ApiError(400, `There is no language "${asked.language}".`, {
      param: 'language',
      code: 'unknown_language',
    });
  }
  const { speakers, max_speakers: most } = asked;
  return taskOptionsSchema.parse({
    language,
    ...(asked.language_hints === undefined ? {} : { languageHints: languageHintsOf(asked.language_hints) }),
    model: await resolveModel(deps, asked.model),
    diarize: asked.diarize ?? asked.model === diarizingModel,
    translate: asked.translate ?? false,
    prompt: cutText(asked.prompt ?? '', 1000),
    ...(asked.track === undefined ? {} : { track: asked.track }),
    ...(speakers !== undefined ? { speakers: { kind: 'exactly', count: speakers } } : {}),
    ...(speakers === undefined && most !== undefined ? { speakers: { kind: 'at-most', count: most } } : {}),
  });
};
