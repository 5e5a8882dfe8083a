import type { Message } from 'grammy/types';
import { present } from '../server/present.js';
import type { ShelvedFile } from '../server/shelf.js';

/** What a sender says about a file. */
export interface MediaAbout {
  /** Seconds. */
  duration?: number | undefined;
  title?: string | undefined;
  performer?: string | undefined;
}

/** The field of a message that holds this file, by the file's kind. */
export function mediaContent(file: ShelvedFile, about: MediaAbout = {}): Partial<Message> {
  const base = { file_id: file.fileId, file_unique_id: file.uniqueId, file_size: file.size };
  const duration = about.duration ?? 1;
  const names = { mime_type: file.mime, file_name: file.name };
  switch (file.kind) {
    case 'voice':
      return { voice: { ...base, duration, mime_type: file.mime } };
    case 'audio':
      return { audio: { ...base, duration, ...names, ...present({ title: about.title, performer: about.performer }) } };
    case 'video':
      return { video: { ...base, duration, width: 640, height: 360, ...names } };
    case 'video_note':
      return { video_note: { ...base, duration, length: 240 } };
    case 'document':
      return { document: { ...base, ...names } };
    case 'sticker':
      return {
        sticker: {
          ...base,
          type: 'regular',
          width: 512,
          height: 512,
          is_animated: false,
          is_video: false,
          emoji: '🎤',
        },
      };
    case 'photo':
      return { photo: [{ ...base, width: 640, height: 360 }] };
  }
}
