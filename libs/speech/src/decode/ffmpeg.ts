import { open, rm } from 'node:fs/promises';
import { runProcess } from '@whisper-bot/runtime';
import { TaskError } from '@whisper-bot/task';
import type { CallContext, Decoder } from '../contract.js';
import { openWav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { breaksOff } from './break.js';
import { parseDump } from './dump.js';
import { cutOffMedia, damagedMedia, explainFailure, noAudioTrack } from './failure.js';
import { ffmpegMissing, resolveFfmpeg } from './ffmpeg-path.js';
import { allowedDemuxers } from './media-format.js';
import { isCutOffOgg } from './ogg.js';
import { openSource } from './source.js';

export interface FfmpegDecoderOptions {
  /** FFMPEG_PATH; without it `ffmpeg-static`, then the PATH. */
  ffmpegPath?: string;
}

/** Of stderr, read for the description of the input, bytes: chapters and tags of a long podcast fit. */
const dumpBytes = 256 * 1024;

// Inputs are descriptors 3 and 4: no name ever reaches ffmpeg. The probe may read 16 MiB, since without a name to go by a
// cover picture in front of the sound hides the format; one allocation may take 512 MiB.
const common = ['-hide_banner', '-nostdin', '-nostats', '-max_alloc', `${512 * 1024 * 1024}`];
const input = [
  ...['-protocol_whitelist', 'file', '-format_whitelist', allowedDemuxers],
  ...['-formatprobesize', `${16 * 1024 * 1024}`, '-probesize', `${32 * 1024 * 1024}`, '-analyzeduration', '20000000'],
  ...['-i', 'file:/dev/fd/3'],
];
const output = ['-map_metadata', '-1', '-vn', '-sn', '-dn', '-ac', '1', '-ar', `${sampleRate}`, '-c:a', 'pcm_s16le'];

/** Decodes whatever ffmpeg can, in a process a call: it needs no warming up and a hostile file costs nothing else. */
export const createFfmpegDecoder = ({ ffmpegPath }: FfmpegDecoderOptions = {}): Decoder => {
  const command = resolveFfmpeg(ffmpegPath);

  const run = async (args: string[], files: number[], context: CallContext) => {
    let log = '';
    let pending = '';
    const onStdout = (chunk: Buffer) => {
      const lines = (pending + chunk.toString('latin1')).split('\n');
      pending = lines.pop() ?? '';
      const done = lines.map((line) => /^out_time_us=(\d+)/.exec(line)?.[1]).findLast((time) => time !== undefined);
      const duration = parseDump(log)?.audio?.duration;
      if (done !== undefined && duration) context.onProgress?.(Math.min(1, Number(done) / 1e6 / duration));
    };
    const outcome = await runProcess({
      command,
      args: [...common, ...args],
      signal: context.signal,
      openFiles: files,
      onStdout,
      onStderr: (chunk) => {
        if (log.length < dumpBytes) log += chunk.toString('utf8');
      },
    });
    if (outcome.notFound) throw ffmpegMissing(command);
    if (outcome.killedBy !== null)
      throw new TaskError('engine-crashed', 'The decoder stopped unexpectedly.', {
        cause: [`ffmpeg ended by ${outcome.killedBy}`, outcome.stderr].filter((each) => each !== '').join(': '),
      });
    return { ...outcome, log };
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
        if (await isCutOffOgg(handle, head)) throw cutOffMedia();
        return dump.audio;
      } finally {
        await handle.close();
      }
    },

    async decode(path, target, context) {
      const { handle, head } = await openSource(path);
      const file = await open(target, 'w');
      try {
        // -max_error_rate 1: what can be heard of a damaged recording is worth having.
        const wav = ['-max_error_rate', '1', '-progress', 'pipe:1', '-f', 'wav', '-bitexact', '-y', 'file:/dev/fd/4'];
        const { exitCode, stderr, log } = await run([...input, ...output, ...wav], [handle.fd, file.fd], context);
        if (exitCode !== 0) throw explainFailure(stderr, head);
        const { duration, close } = await openWav(target);
        await close();
        if (duration === 0) throw damagedMedia(stderr);
        return breaksOff(log + stderr, duration) ? { duration, breaksOff: true } : { duration };
      } catch (error) {
        await rm(target, { force: true });
        throw error;
      } finally {
        await Promise.all([handle.close(), file.close()]);
      }
    },
  };
};
