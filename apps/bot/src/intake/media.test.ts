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
  expect(findMedia(holder(message), { guess: false })).toMatchObject({
    fileId: 'F',
    fileUniqueId: 'U',
    size: 1000,
    ...expected,
  });
});

test.each([
  ['text', { text: 'hello' }],
  ['a sticker', { sticker: file }],
  ['a PDF', { document: { ...file, mime_type: 'application/pdf', file_name: 'a.pdf' } }],
  ['a GIF', { animation: file, document: { ...file, mime_type: 'video/mp4' } }],
])('%s is none', (_, message) => {
  expect(findMedia(holder(message), { guess: true })).toBeNull();
});

test('a hostile name gives a harmless extension', () => {
  const audio = { ...file, duration: 1, file_name: '../../x.mp3;rm -rf\n/' };
  const media = findMedia(holder({ audio }), { guess: false });
  expect(media?.extension).toBe('mp3');
});

test('the recording of the answered message is found, also from another chat', () => {
  const voice = { voice: { ...file, duration: 7 } };
  expect(findRepliedMedia({ reply_to_message: voice } as unknown as Message)?.kind).toBe('voice');
  expect(findRepliedMedia({ external_reply: voice } as unknown as Message)?.kind).toBe('voice');
  expect(findRepliedMedia({} as Message)).toBeNull();
});

const document = (file_name?: string, mime_type?: string) => holder({ document: { ...file, file_name, mime_type } });

test.each('weba qta 3ga spx mp2 gsm m2ts w64 mpga vob au snd wv ape amr m4b WEBA'.split(' '))(
  'a document called talk.%s is a recording, whatever type it came with',
  (extension) => {
    for (const mime of [undefined, 'application/octet-stream', 'application/x-unheard-of'])
      expect(findMedia(document(`talk.${extension}`, mime), { guess: false })?.extension).toBe(extension.toLowerCase());
  },
);

test.each([
  ['talk', undefined],
  ['talk', 'application/octet-stream'],
  ['REC_0001.xyz', 'application/octet-stream'],
  ['voice.bin', undefined],
  [undefined, 'application/octet-stream'],
  ['Recording 12. May', 'application/unknown'],
])('the content of %s of type %s is inspected where someone asked for it', (name, mime) => {
  expect(findMedia(document(name, mime), { guess: true })).toMatchObject({ kind: 'document' });
  expect(findMedia(document(name, mime), { guess: false })).toBeNull();
});

test.each([
  ['report.pdf', 'application/octet-stream'],
  ['report', 'application/pdf'],
  ['archive.zip', undefined],
  ['archive', 'application/x-zip-compressed'],
  ['letter.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['table', 'application/vnd.ms-excel'],
  ['photo.JPG', undefined],
  ['photo', 'image/jpeg'],
  ['notes.txt', 'text/plain'],
  ['list.m3u8', 'audio/x-mpegurl'],
  ['program.apk', 'application/vnd.android.package-archive'],
  ['data.json', 'application/json'],
])('%s of type %s is declined without being fetched', (name, mime) => {
  expect(findMedia(document(name, mime), { guess: true })).toBeNull();
});

test('a long name is cut between characters', () => {
  const name = `${'x'.repeat(254)}👋.mp3`;
  expect(findMedia(document(name), { guess: false })?.title).toBe('x'.repeat(254));
  expect(findMedia(document('half \ud83d.mp3'), { guess: false })?.title).toBe('half \ufffd.mp3');
});
