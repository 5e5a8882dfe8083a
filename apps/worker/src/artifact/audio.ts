import { rm, statfs } from 'node:fs/promises';
import {
  channelInsteadOfMix,
  type DecodeContext,
  extractChannel,
  type MediaInfo,
  measureLevels,
} from '@whisper-bot/speech';
import { artifacts, TaskError } from '@whisper-bot/task';
import { seconds } from '../chunk.js';
import { allowances, limited } from '../limit.js';
import type { ArtifactContext } from './context.js';
import { trackLanguage, wantedTracks } from './track.js';

const { decoded, truncation, trackChoice, channels: channelFile, channelCount } = artifacts;

/** Whether the recording was found to end before its time. */
export const isBrokenOff = async ({ folder }: Pick<ArtifactContext, 'folder'>): Promise<boolean> =>
  (await folder.read(truncation.file(), truncation.schema)) !== null;

/** The sound tracks that hold speech besides the one that was transcribed. */
export const otherTracks = async ({ folder }: Pick<ArtifactContext, 'folder'>) =>
  (await folder.read(trackChoice.file(), trackChoice.schema))?.others ?? [];

/** More channels are mixed. */
const mostChannels = 8;

/** The channels of the recording, where it is not known yet what they hold; null where there is nothing to find out. */
export const undecidedChannels = async ({ folder }: Pick<ArtifactContext, 'folder'>) => {
  const known = await folder.read(channelCount.file(), channelCount.schema);
  const name = channelFile.file();
  return known !== null && (await folder.has(name)) ? { ...known, path: folder.file(name) } : null;
};

/** What is known of the channels is written down: they are not needed any more. */
export const dropChannels = async ({ folder }: Pick<ArtifactContext, 'folder'>): Promise<void> => {
  await folder.remove(channelFile.file());
};

/** Bytes of the header and of a second: 16 kHz, mono, 16 bit. */
const wav = { header: 44, second: 32_000 };

/** Longest recording, seconds, and whatever else an operator may bound. */
export interface AudioLimit {
  /** Asked for each recording: it may change while everything runs. */
  maximumSeconds: () => number;
}

/**
 * The decoded recording, 16 kHz mono; decoded where it is not there yet. Throws TaskError `file-expired` where the
 * source is gone as well, `too-long`, and what the decoder throws.
 */
export const ensureAudio = async (
  context: ArtifactContext,
  limit?: AudioLimit,
): Promise<{ wav: string; duration: number }> => {
  const { folder } = context;
  const name = decoded.file();
  const bytes = await folder.size(name);
  if (bytes !== null && bytes >= wav.header) {
    return { wav: folder.file(name), duration: (bytes - wav.header) / wav.second };
  }
  return { wav: folder.file(name), duration: await decode(context, limit) };
};

const decode = async (context: ArtifactContext, limit?: AudioLimit): Promise<number> => {
  const { engines, folder, task, signal } = context;
  const source = await folder.source(task.source).catch((error: unknown) => {
    // It was there when the task was accepted: its time has come.
    if (error instanceof TaskError && error.code === 'no-such-file') {
      throw new TaskError('file-expired', 'The recording is no longer here.', { cause: error });
    }
    throw error;
  });
  const info = await limited(signal, allowances.probe, 0, (within) =>
    engines.decoder.probe(source, { signal: within }),
  );
  refuseTooLong(info.duration, limit);
  // Exactly now: what was kept when it was accepted was a guess.
  if (info.duration !== null) await context.reserve?.(info.duration);
  const track = await chooseTrack(context, { source, info, limit });
  const started = performance.now();
  const temporary = folder.temporary(decoded.file());
  const channels = {
    target: folder.temporary(channelFile.file()),
    count: info.tracks?.[track - 1]?.channels ?? info.channels,
  };
  const space = await freeSpace(folder.path, info.duration ?? 0);
  if (space.left < 0) throw new TaskError('no-space', 'There is no space left for recordings.', { cause: space.cause });
  // Each channel is stored twice while they are separated.
  const areApart =
    channels.count >= 2 && channels.count <= mostChannels && space.left > 2 * channels.count * space.needed;
  try {
    const { duration, breaksOff, hasChannels, missing } = await decodeTrack(context, {
      source,
      info,
      target: temporary,
      limit,
      track,
      ...(areApart ? { channels } : {}),
    });
    refuseTooLong(duration, limit);
    if (hasChannels) await keepChannels(context, { ...channels, mix: temporary });
    signal.throwIfAborted();
    // Before the audio, which is not decoded again once it is there.
    if (breaksOff) await folder.write(truncation.file(), { v: 1, at: duration });
    await folder.adopt(temporary, decoded.file());
    const took = ((performance.now() - started) / 1000).toFixed(1);
    context.log(`Decoded ${duration.toFixed(1)} s of ${info.codec} in ${info.format} within ${took} s.`);
    if (missing !== undefined) context.log(`Of these, ${missing.toFixed(1)} s have no sound in the file.`);
    if (breaksOff) context.log(`The file breaks off at ${duration.toFixed(1)} s, before its time.`);
    return duration;
  } finally {
    await Promise.all([temporary, channels.target].map((each) => rm(each, { force: true })));
  }
};

interface TrackRequest extends Pick<DecodeContext, 'track' | 'channels'> {
  source: string;
  info: MediaInfo;
  target: string;
  limit: AudioLimit | undefined;
}

const decodeTrack = (context: ArtifactContext, { source, info, target, limit, ...options }: TrackRequest) =>
  // A length that the container does not state may be anything; ten hours is the limit.
  limited(context.signal, allowances.decode, info.duration ?? 36_000, (within) =>
    context.engines.decoder.decode(source, target, {
      signal: within,
      onProgress: context.onProgress,
      ...(limit === undefined ? {} : { maximumSeconds: limit.maximumSeconds() }),
      ...options,
    }),
  );

/**
 * Which sound track to hear, decided once: among several the first wanted one in which someone speaks. That others hold speech as
 * well is written down.
 */
const chooseTrack = async (
  context: ArtifactContext,
  { source, info, limit }: Pick<TrackRequest, 'source' | 'info' | 'limit'>,
): Promise<number> => {
  const { folder, task, signal, engines } = context;
  const tracks = info.tracks ?? [];
  if (tracks.length < 2) return task.options.track ?? 1;
  const known = await folder.read(trackChoice.file(), trackChoice.schema);
  if (known !== null) return known.chosen;
  const wanted = wantedTracks(tracks, task.options);
  const listened =
    wanted.length === 1
      ? [...new Set([...wanted, ...wantedTracks(tracks, { ...task.options, track: undefined })])]
      : wanted;
  const speaking: number[] = [];
  for (const track of listened) {
    const target = folder.temporary(decoded.file());
    try {
      const { duration } = await decodeTrack(
        { ...context, onProgress: () => {} },
        { source, info, target, limit, track },
      );
      const spans = await limited(signal, allowances.detect, duration, (within) =>
        engines.detector.detect(target, { signal: within }),
      );
      if (seconds(spans) > 0) speaking.push(track);
    } catch (error) {
      // The track asked for must be heard; that another is damaged does not matter.
      if (signal.aborted || track === task.options.track) throw error;
    } finally {
      await rm(target, { force: true });
    }
  }
  const chosen = task.options.track ?? speaking[0] ?? wanted[0] ?? 1;
  const others = speaking
    .filter((track) => track !== chosen)
    .map((track) => {
      const language = trackLanguage(tracks[track - 1]?.language ?? null);
      return { track, ...(language === null ? {} : { language }) };
    });
  await folder.write(trackChoice.file(), { v: 1, chosen, others });
  context.log(`Of ${tracks.length} sound tracks the ${chosen}. is heard; ${others.length} others hold speech.`);
  return chosen;
};

/**
 * Keeps the channels for the search for voices on each. Where they cancel each other in the mix, the loudest stands for it.
 */
const keepChannels = async (
  { folder, log }: ArtifactContext,
  { target, count, mix }: { target: string; count: number; mix: string },
): Promise<void> => {
  const instead = channelInsteadOfMix(await measureLevels(target, count));
  if (instead !== null) {
    await extractChannel(target, mix, { channel: instead, channels: count });
    log(`The channels cancel each other: channel ${instead + 1} is heard instead of their mix.`);
  }
  await folder.write(channelCount.file(), { v: 1, channels: count });
  await folder.adopt(target, channelFile.file());
};

/** Bytes that stay free for other writers. */
const spared = 64 * 2 ** 20;

/** Whether a recording of so many seconds fits onto the volume once it is decoded: better not begun than broken off. */
const freeSpace = async (path: string, duration: number) => {
  const { bavail, bsize } = await statfs(path);
  const needed = wav.header + wav.second * duration;
  const left = bavail * bsize - spared - needed;
  return { needed, left, cause: `${Math.ceil(needed)} bytes are needed, ${bavail * bsize} are free` };
};

const refuseTooLong = (duration: number | null, limit?: AudioLimit): void => {
  const maximum = limit?.maximumSeconds() ?? Number.POSITIVE_INFINITY;
  if (duration === null || duration <= maximum) return;
  const hours = Math.round(maximum / 360) / 10;
  throw new TaskError('too-long', `The recording is longer than ${hours} hours.`, { params: { hours } });
};
