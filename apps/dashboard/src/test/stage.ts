import type { StageHandlers } from '@whisper-bot/pipeline';
import { TaskError, type TaskOptions, writeResult } from '@whisper-bot/task';
import { type Transcript, transcriptSchema } from '@whisper-bot/transcript';

/** Stages that hear what a test says. */
export interface StandInStage {
  handlers: StageHandlers;
  /** Stages that fail, with the cause. */
  broken: Map<string, string>;
  /** Lets transcribing wait until `release`. */
  hold(): void;
  release(): void;
  /** What is heard: a turn each, speakers in turn. */
  turns: string[];
  /** What else the transcript says. */
  more: Partial<Transcript>;
  /** The parts that ran, in order. */
  ran: string[];
}

export const createStage = (): StandInStage => {
  let gate: Promise<void> | null = null;
  let open: () => void = () => {};
  const stage: StandInStage = {
    broken: new Map(),
    turns: [
      'Good morning, shall we begin?',
      'Yes, let us look at the figures first.',
      'They are better than we thought.',
    ],
    more: {},
    ran: [],
    hold: () => {
      gate ??= new Promise((resolve) => {
        open = resolve;
      });
    },
    release: () => {
      gate = null;
      open();
    },
    handlers: {
      prepare: async (call) => {
        enter('prepare');
        call.log('Decoded 6.0 s of pcm_u8 in wav within 0.1 s.');
        return { duration: 6, chunks: [6] };
      },
      diarize: async () => enter('diarize'),
      transcribe: async ({ log, report, signal }) => {
        enter('transcribe');
        report(0.4);
        await Promise.race([
          gate,
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
          ...(gate === null ? [Promise.resolve()] : []),
        ]);
        log('Transcribed 5.4 s of speech in 0.5 s.');
      },
      merge: async ({ folder, payload, task }) => {
        enter('merge');
        const transcript = { ...transcriptOf(stage.turns, task.options), ...stage.more };
        await writeResult(folder, payload.revision, transcript);
      },
    },
  };
  const enter = (part: string): void => {
    const cause = stage.broken.get(part);
    // An error that no attempt fixes: the letter is there at once.
    if (cause !== undefined) throw new TaskError('unknown-model', 'The model is not here.', { cause });
    stage.ran.push(part);
  };
  return stage;
};

/** Two seconds a turn, words evenly spread. */
const transcriptOf = (turns: readonly string[], { model, diarize, translate }: TaskOptions): Transcript =>
  transcriptSchema.parse({
    v: 1,
    language: 'en',
    duration: 6,
    model,
    engine: 'stand-in',
    translated: translate,
    speakers: diarize
      ? { outcome: 'found', list: [{ label: 'SPEAKER_00' }, { label: 'SPEAKER_01' }] }
      : { outcome: 'off', list: [] },
    text: turns.join(' '),
    segments: turns.map((text, index) => {
      const words = text.split(' ');
      const start = index * 2;
      return {
        start,
        end: start + 1.8,
        text,
        speaker: diarize ? `SPEAKER_0${index % 2}` : null,
        words: words.map((word, at) => ({
          start: start + (1.8 * at) / words.length,
          end: start + (1.8 * (at + 1)) / words.length,
          text: word,
        })),
      };
    }),
  });
