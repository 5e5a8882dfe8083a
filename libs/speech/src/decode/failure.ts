import { TaskError } from '@whisper-bot/task';
import { looksLikeMedia, pointsElsewhere } from './media-format.js';

export const unsafeMedia = (detail: string): TaskError =>
  new TaskError(
    'unsafe-media',
    'This file is a list that points to other files or addresses; send the recording itself.',
    {
      cause: detail,
    },
  );

export const noAudioTrack = (): TaskError =>
  new TaskError('no-audio-track', 'There is no sound in this file, only pictures.');

export const damagedMedia = (detail: string): TaskError =>
  new TaskError('damaged-media', 'This file is damaged: nothing in it can be played.', { cause: detail });

export const cutOffMedia = (): TaskError =>
  new TaskError('damaged-media', 'This file is damaged: it breaks off before its end. Please send it again.');

const notMedia = (detail: string): TaskError =>
  new TaskError('not-media', 'This file is neither audio nor video.', { cause: detail });

/** Turns the end of a failed run into the sentence for the user; `head` is the beginning of the file. */
export const explainFailure = (stderr: string, head: Buffer): TaskError => {
  if (/No space left on device|Disk quota exceeded/.test(stderr))
    return new TaskError('no-space', 'There is no room left on the disk.', { cause: stderr });
  const refused = /\[(\S+) @ [^\]]+\] Format not on whitelist/.exec(stderr);
  if (refused) return pointsElsewhere(refused[1] ?? '') ? unsafeMedia(stderr) : notMedia(stderr);
  if (/does not contain any stream/.test(stderr)) return noAudioTrack();
  if (/Protocol '[^']*' not on whitelist/.test(stderr)) return unsafeMedia(stderr);
  return looksLikeMedia(head) ? damagedMedia(stderr) : notMedia(stderr);
};
