import { readTranscript, type Task, taskFolder } from '@whisper-bot/task';
import { textsIn } from '@whisper-bot/text';
import { type FormatId, formats, remarksOf, type Transcript, type TranscriptLabels } from '@whisper-bot/transcript';
import type { z } from 'zod';
import type { Answer } from '../web/request-context.js';
import type { transcriptionAnswerSchema } from './answer.js';
import type { ApiCall, ApiHandler } from './call.js';
import { ApiError, errorOfCode } from './error.js';
import { optionsOf, parseFields, transcriptionSchema, translationSchema } from './field.js';
import { takeRecording } from './intake.js';
import { keepWaiting } from './keep-alive.js';
import { streamTranscription } from './transcription-stream.js';

type Fields = z.output<typeof transcriptionSchema>;

/** `POST /v1/audio/transcriptions`: the answer is the transcript; who goes away before it cancels the task. */
export const transcribe: ApiHandler<
  'admission' | 'closing' | 'exclusively' | 'logger' | 'models' | 'options' | 'pipeline' | 'settings'
> = async (call) => {
  const { task, fields } = await takeRecording(call, {
    read: async (given) => {
      const asked = parseFields(transcriptionSchema, given);
      const diarize = asked.diarize ?? (asked.response_format === 'diarized_json' ? true : undefined);
      return { fields: asked, options: await optionsOf(call.deps, { ...asked, diarize }) };
    },
  });
  // OpenAI's clients show this as `_request_id`: under it the operators, and GET /v1/tasks, know the task.
  call.response.set('x-request-id', task.id);
  if (fields.stream) return streamTranscription(call, task, () => untilTranscribed(call, task));
  return render(await untilTranscribed(call, task), fields);
};

/** `POST /v1/audio/translations`: the same, into English. */
export const translate: ApiHandler<
  'admission' | 'closing' | 'exclusively' | 'models' | 'options' | 'pipeline' | 'settings'
> = async (call) => {
  const { task, fields } = await takeRecording(call, {
    read: async (given) => {
      const asked = parseFields(translationSchema, given);
      return { fields: asked, options: await optionsOf(call.deps, { ...asked, translate: true, diarize: false }) };
    },
  });
  call.response.set('x-request-id', task.id);
  return render(await untilTranscribed(call, task), { ...fields, timestamp_granularities: ['segment'] });
};

/** Waits for the end of a task. Throws ApiError where it fails; rejects, and cancels it, where the client has gone. */
const untilTranscribed = async (
  { deps, request, response, gone }: ApiCall<'closing' | 'options' | 'pipeline'>,
  task: Task,
): Promise<Transcript> => {
  const { pipeline, closing } = deps;
  const stop = keepWaiting(request, response, deps.options.answerBeat);
  const ended = await pipeline
    .untilEnded(task.id, AbortSignal.any([gone, closing]))
    .catch(async (error: unknown) => {
      if (!gone.aborted && !closing.aborted) throw error;
      await pipeline.cancel(task.id);
      throw gone.aborted ? error : new ApiError(503, 'The server is being restarted.', { retryAfter: 10 });
    })
    .finally(stop);
  if (ended.state !== 'done') {
    const { code, message } = ended.failure ?? { code: 'cancelled' as const, message: 'The task was cancelled.' };
    throw errorOfCode(code, message);
  }
  const transcript = await readTranscript(taskFolder(deps.options.tasksDir, task.id));
  if (transcript === null) throw new ApiError(500, 'The transcript is missing.', { code: 'internal' });
  return transcript;
};

const render = async (
  transcript: Transcript,
  {
    response_format: format,
    timestamp_granularities: granularities,
  }: Pick<Fields, 'response_format' | 'timestamp_granularities'>,
): Promise<Answer> => {
  if (format === 'json') {
    const usage = { type: 'duration', seconds: Math.ceil(transcript.duration) } as const;
    const body = {
      text: transcript.text,
      usage,
      ...remarksOf(transcript),
    };
    return { kind: 'json', body: body satisfies z.infer<typeof transcriptionAnswerSchema> };
  }
  // Without speakers the text is nothing but what was said, as OpenAI's is; where some is missing, it says so.
  if (format === 'text' && transcript.speakers.outcome === 'off' && transcript.breaksOff !== true) {
    return { kind: 'text', type: 'text/plain; charset=utf-8', body: `${transcript.text}\n` };
  }
  const { mime, render } = formats[format satisfies FormatId];
  return {
    kind: 'text',
    type: mime,
    body: String(await render(transcript, { granularities, labels: labelsOf(transcript) })),
  };
};

const english = textsIn('en').transcript;

/** Sentences in the language of the recording; the names of speakers are read by programs, and stay. */
const labelsOf = ({ language, translated }: Transcript): TranscriptLabels =>
  language === 'ru' && !translated ? { ...textsIn('ru').transcript, speaker: english.speaker } : english;
