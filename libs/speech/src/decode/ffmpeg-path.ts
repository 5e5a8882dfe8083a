import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { TaskError } from '@whisper-bot/task';

/**
 * Which ffmpeg to run: the configured one, else the one that npm's `ffmpeg-static` brought (an optional dependency: its
 * download is blocked in many places), else whatever is called `ffmpeg` on the PATH.
 */
export const resolveFfmpeg = (configured?: string): string => {
  if (configured !== undefined && configured !== '') return configured;
  try {
    const bundled: unknown = createRequire(import.meta.url)('ffmpeg-static');
    if (typeof bundled === 'string' && existsSync(bundled)) return bundled;
  } catch {
    // Not installed: the PATH is next.
  }
  return 'ffmpeg';
};

export const ffmpegMissing = (command: string): TaskError =>
  new TaskError('engine-missing', 'ffmpeg was not found: install it, or set FFMPEG_PATH to where it is.', {
    cause: `tried ${command}`,
  });
