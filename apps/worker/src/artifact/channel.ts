import { extractChannel, findOwnVoices, measureLevels, type Span } from '@whisper-bot/speech';
import { artifacts } from '@whisper-bot/task';
import { allowances, limited } from '../limit.js';
import { undecidedChannels } from './audio.js';
import type { ArtifactContext } from './context.js';

/** Speech, and the channel that it was heard on where the channels carry voices of their own. */
export interface SpeechSpan extends Span {
  channel?: number | undefined;
}

/**
 * The speech of each channel where at least two carry voices of their own, each channel then in a file of its own; null where all is
 * one recording.
 * @param mixed the speech of the mix: where no one speaks, no one speaks on a channel
 */
export const speechByChannel = async (
  context: ArtifactContext,
  { mixed, duration }: { mixed: readonly Span[]; duration: number },
): Promise<SpeechSpan[] | null> => {
  const { folder, engines, signal } = context;
  const undecided = await undecidedChannels(context);
  if (undecided === null) return null;
  const { path, channels } = undecided;
  const all = Array.from({ length: channels }, (_, channel) => channel);
  const levels = await measureLevels(path, channels);
  signal.throwIfAborted();
  // Cheap, and enough for nearly all: one recording on every channel.
  if (
    !findOwnVoices(
      levels,
      all.map(() => mixed),
    ).apart
  )
    return null;
  const speech: Span[][] = [];
  for (const channel of all) {
    await extractChannel(path, folder.file(artifacts.channelAudio.file(channel)), { channel, channels });
    speech.push(
      await limited(signal, allowances.detect, duration, (within) =>
        engines.detector.detect(folder.file(artifacts.channelAudio.file(channel)), { signal: within }),
      ),
    );
  }
  const found = findOwnVoices(levels, speech);
  const isHeard = (channel: number): boolean => found.apart && (found.speech[channel]?.length ?? 0) > 0;
  for (const channel of all) if (!isHeard(channel)) await folder.remove(artifacts.channelAudio.file(channel));
  if (!found.apart) return null;
  context.log(`${all.filter(isHeard).length} of ${channels} channels carry voices of their own.`);
  return all
    .flatMap((channel) => (found.speech[channel] ?? []).map((span) => ({ ...span, channel })))
    .sort((a, b) => a.start - b.start || a.channel - b.channel);
};

/** The channels that carry voices of their own, in their order; empty where all is one recording. */
export const channelsOf = (spans: readonly SpeechSpan[]): number[] =>
  [...new Set(spans.flatMap(({ channel }) => channel ?? []))].sort((a, b) => a - b);
