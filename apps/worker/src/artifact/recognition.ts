import { artifacts, type TaskFolder } from '@whisper-bot/task';
import type { Recognition } from '@whisper-bot/transcript';
import { cutChunks, seconds } from '../chunk.js';
import { allowances, limited } from '../limit.js';
import { ensureAudio } from './audio.js';
import { channelsOf, type SpeechSpan } from './channel.js';
import type { ArtifactContext } from './context.js';
import { ensureLanguage } from './language.js';
import { earlierName, type Place, recognitionName } from './recognition-name.js';
import { ensureSpeech } from './speech.js';

export interface Recognized {
  recognition: Recognition;
  /** Of speech in the chunk. */
  seconds: number;
  /** Seconds of work for a second of speech; null where the artifact was there. */
  rate: number | null;
}

/** The words of one chunk. */
export const ensureRecognition = async (context: ArtifactContext, { chunk, chunks }: Place): Promise<Recognized> => {
  const { folder, signal } = context;
  const { spans } = await ensureSpeech(quiet(context));
  const language = await ensureLanguage(context, spans);
  const name = recognitionName(context, { chunk, chunks }, language);
  const known =
    (await readWords(folder, name)) ??
    (await readWords(folder, await earlierName(context, { chunk, chunks }, language)));
  const speech = cutChunks(spans, chunks)[chunk] ?? [];
  if (known !== null) return { recognition: known, seconds: seconds(speech), rate: null };

  const started = performance.now();
  const recognition = await recognize(context, speech, language);
  signal.throwIfAborted();
  await folder.write(name, recognition);
  const took = (performance.now() - started) / 1000;
  const others = new Set(recognition.segments.flatMap((segment) => segment.language ?? []));
  if (others.size > 0) context.log(`Spoken in other languages, too: ${[...others].join(', ')}.`);
  for (const { start, end, reason } of recognition.removed ?? [])
    context.log(`${lost[reason]} from ${start.toFixed(1)} to ${end.toFixed(1)} s.`);
  context.log(`Transcribed ${seconds(speech).toFixed(1)} s of speech in ${took.toFixed(1)} s.`);
  return { recognition, seconds: seconds(speech), rate: took / Math.max(1, seconds(speech)) };
};

const readWords = async (folder: TaskFolder, name: string | null): Promise<Recognition | null> =>
  name === null ? null : folder.read(name, artifacts.recognition.schema);

/** The words of a chunk: of each channel by itself where they carry voices of their own. */
const recognize = async (
  context: ArtifactContext,
  speech: readonly SpeechSpan[],
  language: string,
): Promise<Recognition> => {
  const { folder, onProgress } = context;
  const channels = channelsOf(speech);
  if (channels.length === 0) {
    const { wav } = await ensureAudio(quiet(context));
    return transcribe(context, { wav, speech, language });
  }
  const recognitions: Recognition[] = [];
  const whole = Math.max(1, seconds(speech));
  let done = 0;
  for (const channel of channels) {
    const own = speech.filter((span) => span.channel === channel);
    const [from, part] = [done / whole, seconds(own) / whole];
    const heard = await transcribe(
      { ...context, onProgress: (fraction) => onProgress(from + part * fraction) },
      { wav: folder.file(artifacts.channelAudio.file(channel)), speech: own, language },
    );
    recognitions.push({ ...heard, segments: heard.segments.map((segment) => ({ ...segment, channel })) });
    done += seconds(own);
  }
  const [first] = recognitions as [Recognition, ...Recognition[]];
  const segments = recognitions.flatMap((recognition) => recognition.segments);
  const removed = recognitions.flatMap((recognition) => recognition.removed ?? []).sort((a, b) => a.start - b.start);
  return {
    ...first,
    segments: segments.sort((a, b) => a.start - b.start),
    ...(removed.length > 0 ? { removed } : {}),
  };
};

const transcribe = (
  { engines, signal, onProgress, task }: ArtifactContext,
  request: { wav: string; speech: readonly SpeechSpan[]; language: string },
): Promise<Recognition> => {
  const { model, translate, prompt, languageHints = [] } = task.options;
  const followLanguages = task.options.language === 'auto';
  const options = { model, translate, prompt, followLanguages, languageHints };
  return limited(signal, allowances.transcribe, seconds(request.speech), (within) =>
    engines.transcriber.transcribe({ ...request, ...options }, { signal: within, onProgress }),
  );
};

/** What the log says of what was heard and is not in the text. */
const lost = {
  repetition: 'Removed a repetition without sound',
  'no-words': 'No words were made out',
} as const;

/** What is made on the way, should it be missing, must not move the bar. */
const quiet = (context: ArtifactContext): ArtifactContext => ({ ...context, onProgress: () => {} });
