import type { Task } from '@whisper-bot/task';
import { type Transcript, toDiarized } from '@whisper-bot/transcript';
import { z } from 'zod';
import { openEventStream } from '../web/event-stream.js';
import type { Answer } from '../web/request-context.js';
import type { ApiCall } from './call.js';
import { toApiError } from './error.js';

/** What `stream=true` sends, as `TranscriptionStreamEvent` of the npm package openai. */
export const streamEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('transcript.text.delta'),
    delta: z.string(),
    segment_id: z.string().optional().describe('with diarization'),
  }),
  z.object({
    type: z.literal('transcript.text.segment'),
    id: z.string(),
    start: z.number(),
    end: z.number(),
    text: z.string(),
    speaker: z.string(),
  }),
  z.object({
    type: z.literal('transcript.text.done'),
    text: z.string(),
    breaks_off: z.literal(true).optional().describe('there where the file ends before its time'),
  }),
]);
type StreamEvent = z.infer<typeof streamEventSchema>;

/** Sends the transcript as events: its paragraphs one by one, with their speakers where they were asked for. */
export const streamTranscription = async (
  { deps, response, gone, request }: ApiCall<'logger'>,
  task: Task,
  untilTranscribed: () => Promise<Transcript>,
): Promise<Answer> => {
  const events = openEventStream(response);
  try {
    for (const event of eventsOf(await untilTranscribed(), task.options.diarize)) events.send(event);
    events.done();
  } catch (thrown) {
    if (!gone.aborted) {
      const error = toApiError(thrown);
      if (error.status >= 500) deps.logger.error({ err: error, path: request.path }, 'API stream failed');
      events.send(error.body);
    }
    response.end();
  }
  return { kind: 'sent' };
};

/** The deltas joined are the text, letter by letter. */
const eventsOf = function* (transcript: Transcript, diarize: boolean): Generator<StreamEvent> {
  const diarized = diarize ? toDiarized(transcript).segments : [];
  let sent = 0;
  for (const [index, segment] of transcript.segments.entries()) {
    const found = transcript.text.indexOf(segment.text, sent);
    const end = found < 0 ? sent : found + segment.text.length;
    const delta = transcript.text.slice(sent, end);
    sent = end;
    const spoken = diarized[index];
    yield {
      type: 'transcript.text.delta',
      delta,
      ...(spoken === undefined ? {} : { segment_id: spoken.id }),
    };
    if (spoken !== undefined) yield spoken;
  }
  if (sent < transcript.text.length) yield { type: 'transcript.text.delta', delta: transcript.text.slice(sent) };
  yield {
    type: 'transcript.text.done',
    text: transcript.text,
    ...(transcript.breaksOff === true ? { breaks_off: true } : {}),
  };
};
