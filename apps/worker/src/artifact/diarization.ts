import { artifacts, type SpeakerCount } from '@whisper-bot/task';
import type { Diarization, SpeakerTurn } from '@whisper-bot/transcript';
import { seconds } from '../chunk.js';
import { allowances, limited } from '../limit.js';
import { ensureAudio } from './audio.js';
import { channelsOf, type SpeechSpan } from './channel.js';
import type { ArtifactContext } from './context.js';
import { keyOf } from './key.js';
import { ensureSpeech } from './speech.js';

const nameOf = ({ task }: Pick<ArtifactContext, 'task'>): string =>
  artifacts.diarization.file(keyOf(task.options.speakers));

/** Who spoke when, where that is known already. */
export const readDiarization = (context: Pick<ArtifactContext, 'task' | 'folder'>): Promise<Diarization | null> =>
  context.folder.read(nameOf(context), artifacts.diarization.schema);

export interface Diarized {
  diarization: Diarization;
  /** Of the recording, seconds. */
  duration: number;
  /** Seconds of work for a second of audio; null where the artifact was there or nothing had to be heard for it. */
  rate: number | null;
}

/** Who spoke when. */
export const ensureDiarization = async (context: ArtifactContext): Promise<Diarized> => {
  const { folder, signal, task } = context;
  const known = await readDiarization(context);
  const { spans, duration } = await ensureSpeech(context);
  if (known !== null) return { diarization: known, duration, rate: null };
  const { wav } = await ensureAudio(context);
  const started = performance.now();
  const channels = channelsOf(spans);
  const diarization =
    channels.length > 0
      ? await diarizeChannels(context, { spans, channels, duration })
      : await diarize(context, { wav, speech: spans, speakers: task.options.speakers, duration });
  signal.throwIfAborted();
  await folder.write(nameOf(context), diarization);
  const took = (performance.now() - started) / 1000;
  context.log(`Diarized ${diarization.speakers} speakers in ${took.toFixed(1)} s.`);
  return { diarization, duration, rate: channels.length > 0 ? null : took / Math.max(1, duration) };
};

const diarize = (
  { engines, signal, onProgress }: ArtifactContext,
  { duration, ...request }: { wav: string; speech: readonly SpeechSpan[]; speakers: SpeakerCount; duration: number },
): Promise<Diarization> =>
  limited(signal, allowances.diarize, duration, (within) =>
    engines.diarizer.diarize(request, { signal: within, onProgress }),
  );

interface ByChannel {
  spans: readonly SpeechSpan[];
  channels: readonly number[];
  /** Seconds. */
  duration: number;
}

/**
 * Each channel is a speaker of its own: nothing has to be heard for that. Where a person says that there are fewer, the channels with
 * least speech are one; where there are more, each channel is diarized.
 */
const diarizeChannels = async (
  context: ArtifactContext,
  { spans, channels, duration }: ByChannel,
): Promise<Diarization> => {
  const { speakers } = context.task.options;
  const of = (channel: number) => spans.filter((span) => span.channel === channel);
  const bySpeech = channels.toSorted((a, b) => seconds(of(b)) - seconds(of(a)));
  if (speakers.kind === 'exactly' && speakers.count > channels.length) {
    return diarizeWithin(context, { spans, channels: bySpeech, duration }, speakers.count);
  }
  const most = speakers.kind === 'auto' ? channels.length : Math.min(channels.length, speakers.count);
  const turns = spans.map(
    ({ start, end, channel = 0 }): SpeakerTurn => ({
      start,
      end,
      channel,
      speaker: Math.min(most - 1, bySpeech.indexOf(channel)),
    }),
  );
  return { v: 1, engine: 'channels', speakers: most, turns };
};

/** More people than channels: each channel is heard by itself, and the one with most speech makes up the number. */
const diarizeWithin = async (
  context: ArtifactContext,
  { spans, channels, duration }: ByChannel,
  count: number,
): Promise<Diarization> => {
  const [first, ...others] = channels;
  const turns: SpeakerTurn[] = [];
  let speakers = 0;
  let engine = 'channels';
  const add = async (channel: number, wanted: SpeakerCount): Promise<void> => {
    const found = await diarize(context, {
      wav: context.folder.file(artifacts.channelAudio.file(channel)),
      speech: spans.filter((span) => span.channel === channel),
      speakers: wanted,
      duration,
    });
    engine = found.engine;
    turns.push(...found.turns.map((turn) => ({ ...turn, speaker: turn.speaker + speakers, channel })));
    speakers += Math.max(1, found.speakers);
  };
  // The one with most speech comes last, and has at least one; so has each of those that follow.
  for (const [index, channel] of others.entries())
    await add(channel, { kind: 'at-most', count: count - speakers - (others.length - index) });
  if (first !== undefined) await add(first, { kind: 'exactly', count: Math.max(1, count - speakers) });
  return { v: 1, engine, speakers, turns: turns.sort((a, b) => a.start - b.start) };
};
