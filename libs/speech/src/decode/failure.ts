import { TaskError } from '@whisper-bot/task';
import { causeOf, messagesOf } from './cause.js';
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

/** @param tracks how many there are */
export const noSuchTrack = (track: number, tracks: number): TaskError =>
  new TaskError(
    'invalid-request',
    tracks === 1
      ? `This file has no sound track ${track}: it has only one.`
      : `This file has no sound track ${track}: it has ${tracks}.`,
  );

export const damagedMedia = (detail: string): TaskError =>
  new TaskError('damaged-media', 'This file is damaged: nothing in it can be played.', { cause: detail });

export const cutOffMedia = (): TaskError =>
  new TaskError('damaged-media', 'This file is damaged: it breaks off before any sound. Please send it again.');

const notMedia = (detail: string): TaskError =>
  new TaskError('not-media', 'This file is neither audio nor video.', { cause: detail });

export const tooLong = (seconds: number): TaskError => {
  const hours = Math.round(seconds / 360) / 10;
  return new TaskError('too-long', `The recording is longer than ${hours} hours.`, { params: { hours } });
};

/** Whether ffmpeg found no room to write; it may end well all the same. */
export const isFull = (stderr: string): boolean =>
  /No space left on device|Disk quota exceeded/.test(messagesOf(stderr));

/** Turns the end of a failed run into the sentence for the user; `head` is the beginning of the file. */
export const explainFailure = (stderr: string, head: Buffer): TaskError => {
  const cause = causeOf(stderr, 'ffmpeg failed');
  const messages = messagesOf(stderr);
  if (isFull(stderr)) return new TaskError('no-space', 'There is no room left on the disk.', { cause });
  const refused = /\[(\S+) @ [^\]]+\] Format not on whitelist/.exec(messages);
  if (refused) return pointsElsewhere(refused[1] ?? '') ? unsafeMedia(cause) : notMedia(cause);
  if (/does not contain any stream/.test(messages)) return noAudioTrack();
  if (/Protocol '[^']*' not on whitelist/.test(messages)) return unsafeMedia(cause);
  return looksLikeMedia(head) ? damagedMedia(cause) : notMedia(cause);
};
