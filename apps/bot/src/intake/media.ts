import { extname } from 'node:path';
import { cleanText, cutText } from '@whisper-bot/task';
import type { Message } from 'grammy/types';
import { guessContent } from './content.js';

/** A recording in a message, before anything of it is fetched. */
export interface Media {
  kind: 'voice' | 'audio' | 'video' | 'video-note' | 'document';
  fileId: string;
  /** Identifies the file across senders; cannot be used to download it. */
  fileUniqueId: string;
  /** Bytes, where Telegram says. */
  size: number | null;
  /** Seconds, where Telegram says (never for documents). */
  duration: number | null;
  /** What the user calls it; shown, never opened. */
  title: string;
  /** Of the source in the task folder: 1–8 lower-case letters or digits. */
  extension: string;
}

/** The parts of a message (or of a quoted one from another chat) that can hold a recording. */
export type MediaHolder = Pick<Message, 'voice' | 'audio' | 'video' | 'video_note' | 'document'> & {
  animation?: unknown;
};

const safeExtension = (name: string | undefined, otherwise: string): string => {
  const found = extname(name ?? '')
    .slice(1)
    .toLowerCase();
  return /^[a-z0-9]{1,8}$/.test(found) ? found : otherwise;
};

const tidy = (title: string | undefined): string =>
  cutText(
    cleanText(title ?? '')
      .replaceAll(/\s+/g, ' ')
      .trim(),
    255,
  );

/** Who asks decides how much is tried: a wrong guess costs a download, and an unwanted answer. */
export interface MediaSearch {
  /** Also documents whose name and type leave open what they are: fetched, and looked into. */
  guess: boolean;
}

/** The recording in a message, or null where there is none. A GIF (`animation`) has no sound and is none. */
export const findMedia = (message: MediaHolder, { guess }: MediaSearch): Media | null => {
  if (message.animation) return null;
  const { voice, audio, video, video_note: note, document } = message;
  const file = voice ?? audio ?? video ?? note ?? document;
  if (!file) return null;
  const base = { fileId: file.file_id, fileUniqueId: file.file_unique_id, size: file.file_size ?? null };
  if (voice) return { ...base, kind: 'voice', duration: voice.duration, title: '', extension: 'ogg' };
  if (note) return { ...base, kind: 'video-note', duration: note.duration, title: '', extension: 'mp4' };
  if (audio) {
    const named = [audio.performer, audio.title].filter(Boolean).join(' – ');
    const title = tidy(named || audio.file_name);
    return {
      ...base,
      kind: 'audio',
      duration: audio.duration,
      title,
      extension: safeExtension(audio.file_name, 'mp3'),
    };
  }
  if (video) {
    const extension = safeExtension(video.file_name, 'mp4');
    return { ...base, kind: 'video', duration: video.duration, title: tidy(video.file_name), extension };
  }
  const content = document && guessContent(document.mime_type, safeExtension(document.file_name, ''));
  if (document && (content === 'recording' || (guess && content === 'unknown'))) {
    const extension = safeExtension(document.file_name, 'bin');
    return { ...base, kind: 'document', duration: null, title: tidy(document.file_name), extension };
  }
  return null;
};

/** The recording a message replies to, also where the answered message stands in another chat. */
export const findRepliedMedia = (message: Pick<Message, 'reply_to_message' | 'external_reply'>): Media | null => {
  const replied = message.reply_to_message ?? message.external_reply;
  return replied ? findMedia(replied as MediaHolder, { guess: true }) : null;
};
