import { artifacts } from '@whisper-bot/task';
import { seconds } from '../chunk.js';
import { allowances, limited } from '../limit.js';
import { ensureAudio } from './audio.js';
import { channelsOf, type SpeechSpan } from './channel.js';
import type { ArtifactContext } from './context.js';
import { keyOf } from './key.js';

/**
 * The language asked for, or the one found once for the recording (ISO 639-1): what its beginning is in. Where none is asked for,
 * later stretches may be heard in others.
 */
export const ensureLanguage = async (context: ArtifactContext, spans: readonly SpeechSpan[]): Promise<string> => {
  const { engines, folder, signal, task } = context;
  const { language, model, languageHints = [] } = task.options;
  if (language !== 'auto') return language;
  const name = artifacts.language.file(keyOf(model, ...languageHints));
  const known = await folder.read(name, artifacts.language.schema);
  if (known !== null) return known.language;
  const { wav, speech } = await mostSpeech(context, spans);
  const found = await limited(signal, allowances.language, 0, (within) =>
    engines.transcriber.detectLanguage({ wav, speech, model, languageHints }, { signal: within }),
  );
  signal.throwIfAborted();
  await folder.write(name, { v: 1, ...found });
  context.log(`The language is ${found.language} (${Math.round(found.probability * 100)} %).`);
  return found.language;
};

/** Where most is said: of channels that carry voices of their own, one; their mix may be nonsense. */
const mostSpeech = async (
  context: ArtifactContext,
  spans: readonly SpeechSpan[],
): Promise<{ wav: string; speech: readonly SpeechSpan[] }> => {
  const [first] = channelsOf(spans)
    .map((channel) => ({ channel, speech: spans.filter((span) => span.channel === channel) }))
    .sort((a, b) => seconds(b.speech) - seconds(a.speech));
  if (first === undefined) return { wav: (await ensureAudio(context)).wav, speech: spans };
  return { wav: context.folder.file(artifacts.channelAudio.file(first.channel)), speech: first.speech };
};
