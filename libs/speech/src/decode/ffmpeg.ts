import { copyFile, type FileHandle, open, rm, stat } from 'node:fs/promises';
import { runProcess } from '@whisper-bot/runtime';
import { TaskError } from '@whisper-bot/task';
import type { CallContext, DecodeContext, Decoded, Decoder } from '../contract.js';
import { sampleRate } from '../wav/sample-rate.js';
import { breaksOff, isCutOffWav } from './break.js';
import { causeOf } from './cause.js';
import { parseDump } from './dump.js';
import { cutOffMedia, damagedMedia, explainFailure, isFull, noAudioTrack, noSuchTrack, tooLong } from './failure.js';
import { ffmpegMissing, resolveFfmpeg } from './ffmpeg-path.js';
import { allowedDemuxers } from './media-format.js';
import { type CutOffOgg, cutOffOgg } from './ogg.js';
import { createPacketReader } from './packet.js';
import { putSilence } from './silence.js';
import { openSource } from './source.js';
import { createTimeline } from './timeline.js';

export interface FfmpegDecoderOptions {
  /** FFMPEG_PATH; without it `ffmpeg-static`, then the PATH. */
  ffmpegPath?: string;
}

/** What one recording may take of the machine: decoders of pictures are not run, and a day of sound takes minutes. */
const addressSpaceBytes = 4 * 2 ** 30;
const cpuSeconds = 6 * 3600;
/** Samples that ffmpeg may be ahead of its reported position. */
const reserve = 120 * sampleRate;
/** Of stderr, read for the description of the input, bytes: chapters and tags of a long podcast fit. */
const dumpBytes = 256 * 1024;
/** Bytes of all channels as they are: what a call of nine hours takes. Longer ones are decoded to the mix alone. */
const channelBytes = 2 * 2 ** 30;
/** Samples: a file that breaks off before holds no word. */
const leastOfCutOff = sampleRate / 10;
/** Of the WAV that ffmpeg writes bit by bit the same. */
const headerBytes = 44;

// Inputs are descriptors 3 and 4: no name ever reaches ffmpeg. The probe may read 16 MiB, since without a name to go by a
// cover picture in front of the sound hides the format; one allocation may take 512 MiB. Times stay the file's: ffmpeg would
// begin some formats with the sound instead of the picture.
const common = ['-hide_banner', '-nostdin', '-nostats', '-max_alloc', `${512 * 1024 * 1024}`];
const input = [
  ...['-protocol_whitelist', 'file', '-format_whitelist', allowedDemuxers],
  ...['-formatprobesize', `${16 * 1024 * 1024}`, '-probesize', `${32 * 1024 * 1024}`, '-analyzeduration', '20000000'],
  ...['-copyts', '-i', 'file:/dev/fd/3'],
];
/** The sound into a file, and a line about each packet to stdout. */
const wav = '[f=wav:fflags=+bitexact:onfail=abort]file:/dev/fd/4|[f=framecrc:onfail=abort]pipe\\:1';

/**
 * Times of MPEG transport streams may jump to another clock, which their length then includes: beyond two minutes nothing was lost.
 */
const longestGapOf = (format: string | undefined): { longest?: number } =>
  format === 'mpegts' ? { longest: 120 } : {};

/** Decodes whatever ffmpeg can, in a process a call: it needs no warming up and a hostile file costs nothing else. */
export const createFfmpegDecoder = ({ ffmpegPath }: FfmpegDecoderOptions = {}): Decoder => {
  const command = resolveFfmpeg(ffmpegPath);

  const run = async (
    args: string[],
    files: number[],
    context: CallContext & {
      limit?: { fileBytes: number; seconds: number };
      onStdout?: (chunk: Buffer, log: string) => void;
    },
  ) => {
    let log = '';
    const { onStdout } = context;
    const outcome = await runProcess({
      command,
      args: [...common, ...args],
      signal: context.signal,
      limits: {
        addressSpaceBytes,
        cpuSeconds,
        ...(context.limit === undefined ? {} : { fileBytes: context.limit.fileBytes }),
      },
      network: false,
      openFiles: files,
      ...(onStdout === undefined ? {} : { onStdout: (chunk) => onStdout(chunk, log) }),
      onStderr: (chunk) => {
        if (log.length < dumpBytes) log += chunk.toString('utf8');
      },
    });
    if (outcome.notFound) throw ffmpegMissing(command);
    if (outcome.killedBy === 'SIGXFSZ' && context.limit !== undefined) throw tooLong(context.limit.seconds);
    if (outcome.killedBy !== null)
      throw new TaskError('engine-crashed', 'The decoder stopped unexpectedly.', {
        cause: causeOf(outcome.stderr, `ffmpeg ended by ${outcome.killedBy}`),
      });
    return { ...outcome, log };
  };

  /** Runs ffmpeg over a recording: from the first file into the others. Returns its log and where sound is missing. */
  const listen = async (files: readonly FileHandle[], context: DecodeContext) => {
    const { track = 1, maximumSeconds = Number.POSITIVE_INFINITY, channels, onProgress } = context;
    const maximum = maximumSeconds * sampleRate;
    const overdue = new AbortController();
    let timeline = createTimeline({ duration: null });
    let dump: ReturnType<typeof parseDump> | undefined;
    const read = createPacketReader((time, length) => {
      timeline.add(time - (dump?.start ?? 0) * sampleRate, length);
      if (timeline.decoded() > maximum) overdue.abort(tooLong(maximumSeconds));
    });
    const sound = ['-map', `0:a:${track - 1}`, '-map_metadata', '-1', '-ar', `${sampleRate}`, '-c:a', 'pcm_s16le'];
    // -max_error_rate 1: what can be decoded of a damaged recording is worth having.
    const mixed = [...sound, '-ac', '1', '-max_error_rate', '1', '-y', '-f', 'tee', wav];
    const apart =
      channels === undefined
        ? []
        : [
            ...[...sound, '-ac', `${channels.count}`, '-max_error_rate', '1', '-y'],
            ...[
              '-t',
              `${Math.floor(channelBytes / (2 * sampleRate * channels.count))}`,
              '-f',
              's16le',
              'file:/dev/fd/5',
            ],
          ];
    const outcome = await run(
      [...input, ...mixed, ...apart],
      files.map(({ fd }) => fd),
      {
        signal: AbortSignal.any([context.signal, overdue.signal]),
        // Should ffmpeg write on without saying so; the channels are as long, and there are more of them.
        ...(Number.isFinite(maximum)
          ? {
              limit: {
                fileBytes: headerBytes + (maximum + reserve) * 2 * (channels?.count ?? 1),
                seconds: maximumSeconds,
              },
            }
          : {}),
        onStdout: (chunk, log) => {
          if (dump === undefined) {
            dump = parseDump(log);
            timeline = createTimeline({
              duration: dump?.audio?.duration ?? null,
              maximum,
              ...longestGapOf(dump?.format),
            });
          }
          read(chunk);
          const duration = dump?.audio?.duration;
          if (duration) onProgress?.(Math.min(1, timeline.decoded() / sampleRate / duration));
        },
      },
    );
    dump = parseDump(outcome.log);
    if (outcome.exitCode !== 0 && dump?.audio === null) throw noAudioTrack();
    const tracks = dump?.audio?.tracks.length ?? track;
    if (outcome.exitCode !== 0 && track > tracks) throw noSuchTrack(track, tracks);
    return {
      ...outcome,
      gaps: timeline.gaps(),
      /** Seconds of sound that there was. */
      decoded: timeline.decoded() / sampleRate,
    };
  };

  return {
    async probe(path, context) {
      const { handle, head } = await openSource(path);
      try {
        // Without an output ffmpeg describes the input and leaves with an error.
        const { log, stderr } = await run(input, [handle.fd], context);
        const dump = parseDump(log);
        if (dump === null) throw explainFailure(stderr, head);
        if (dump.audio === null) throw noAudioTrack();
        return dump.audio;
      } finally {
        await handle.close();
      }
    },

    async decode(path, target, context) {
      const { handle, head } = await openSource(path);
      const { channels } = context;
      const files: FileHandle[] = [];
      // Beside their target, whose name marks it as unfinished.
      const repairedPath = `${target}-source`;
      try {
        const cut = await cutOffOgg(handle, head);
        files.push(cut === null || cut.page.length === 0 ? handle : await repair(path, repairedPath, cut));
        for (const each of [target, ...(channels === undefined ? [] : [channels.target])])
          files.push(await open(each, 'w'));
        const { log, stderr, exitCode, gaps, decoded } = await listen(files, context);
        if (exitCode !== 0 || isFull(stderr)) throw explainFailure(stderr, head);
        const samples = await samplesIn(target, { channels: 1, headerBytes });
        if (cut !== null && samples < leastOfCutOff) throw cutOffMedia();
        if (samples <= 0) throw damagedMedia(causeOf(stderr, 'nothing was decoded'));
        const hasChannels =
          channels !== undefined &&
          Math.abs((await samplesIn(channels.target, { channels: channels.count, headerBytes: 0 })) - samples) <
            sampleRate / 10;
        if (gaps.length > 0) {
          await putSilence(target, { gaps, channels: 1, headerBytes });
          if (hasChannels) await putSilence(channels.target, { gaps, channels: channels.count, headerBytes: 0 });
        }
        if (channels !== undefined && !hasChannels) await rm(channels.target, { force: true });
        const missing = gaps.reduce((sum, gap) => sum + gap.length, 0);
        return {
          duration: (samples + missing) / sampleRate,
          ...(cut !== null || breaksOff(log + stderr, decoded) || (await isCutOffWav(handle, head))
            ? { breaksOff: true }
            : {}),
          ...(hasChannels ? { hasChannels } : {}),
          ...(missing === 0 ? {} : { missing: missing / sampleRate }),
        } satisfies Decoded;
      } catch (error) {
        await rm(target, { force: true });
        if (channels !== undefined) await rm(channels.target, { force: true });
        throw error;
      } finally {
        await Promise.all([...new Set([handle, ...files])].map((file) => file.close()));
        await rm(repairedPath, { force: true });
      }
    },
  };
};

const samplesIn = async (
  path: string,
  { channels, headerBytes: header }: { channels: number; headerBytes: number },
): Promise<number> => ((await stat(path)).size - header) / (2 * channels);

/** A copy of an Ogg file that ends with a whole page. */
const repair = async (path: string, target: string, { size, page }: CutOffOgg): Promise<FileHandle> => {
  await copyFile(path, target);
  const copy = await open(target, 'r+');
  await copy.truncate(size);
  await copy.write(page, 0, page.length, size);
  return copy;
};
