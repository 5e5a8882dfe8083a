import type { Message } from 'grammy/types';
import { expect, test } from 'vitest';
import { findMedia, findRepliedMedia, type MediaHolder } from './media.js';

const file = { file_id: 'F', file_unique_id: 'U', file_size: 1000 };
const holder = (part: object): MediaHolder => part as MediaHolder;

test.each([
  ['a voice message', { voice: { ...file, duration: 7 } }, { kind: 'voice', duration: 7, extension: 'ogg', title: '' }],
  ['a video note', { video_note: { ...file, duration: 9, length: 240 } }, { kind: 'video-note', extension: 'mp4' }],
  [
    'a song',
    { audio: { ...file, duration: 9, performer: 'Ann', title: 'Talk', file_name: 'x.FLAC' } },
    { kind: 'audio', title: 'Ann – Talk', extension: 'flac' },
  ],
  ['a video', { video: { ...file, duration: 9, width: 1, height: 1, file_name: 'a.mov' } }, { extension: 'mov' }],
  [
    'a document by type',
    { document: { ...file, mime_type: 'audio/x-anything' } },
    { kind: 'document', extension: 'bin', duration: null },
  ],
  [
    'a document by name',
    { document: { ...file, file_name: 'Meeting.MKV' } },
    { kind: 'document', extension: 'mkv', title: 'Meeting.MKV' },
  ],
])('%s is a recording', (_, message, expected) => {
  expect(findMedia(holder(message))).toMatchObject({ fileId: 'F', fileUniqueId: 'U', size: 1000, ...expected });
});

test.each([
  ['text', { text: 'hello' }],
  ['a sticker', { sticker: file }],
  ['a PDF', { document: { ...file, mime_type: 'application/pdf', file_name: 'a.pdf' } }],
  ['a GIF', { animation: file, document: { ...file, mime_type: 'video/mp4' } }],
])('%s is none', (_, message) => {
  expect(findMedia(holder(message))).toBeNull();
});

test('a hostile name gives a harmless extension', () => {
  const media = findMedia(holder({ audio: { ...file, duration: 1, file_name: '../../x.mp3;rm -rf\n/' } }));
  expect(media?.extension).toBe('mp3');
});

test('the recording of the answered message is found, also from another chat', () => {
  const voice = { voice: { ...file, duration: 7 } };
  expect(findRepliedMedia({ reply_to_message: voice } as unknown as Message)?.kind).toBe('voice');
  expect(findRepliedMedia({ external_reply: voice } as unknown as Message)?.kind).toBe('voice');
  expect(findRepliedMedia({} as Message)).toBeNull();
});
