import { expect, test } from 'vitest';
import { taskSchema } from './task.js';
import { cleanText, cutText, isCleanText } from './text.js';

test('what no store takes goes, and nothing else', () => {
  expect(cleanText('a\0b')).toBe('ab');
  expect(cleanText('half \ud83d of it')).toBe('half \ufffd of it');
  expect(cleanText('\udc4b back half')).toBe('\ufffd back half');
  for (const text of ['', 'plain', 'Привет 👋\n\t', '👩‍👩‍👧‍👦', '\u0001']) {
    expect(cleanText(text)).toBe(text);
    expect(isCleanText(text)).toBe(true);
  }
  for (const text of ['\0', '\ud83d', 'x\udc4b']) expect(isCleanText(text)).toBe(false);
});

test('a text is cut between characters', () => {
  expect(cutText('ab👋c', 3)).toBe('ab');
  expect(cutText('ab👋c', 4)).toBe('ab👋');
  expect(cutText('ab', 3)).toBe('ab');
  expect(cutText('👋', 1)).toBe('');
});

test('a task holds clean text, whatever made it', () => {
  const task = taskSchema.parse({
    v: 1,
    id: '0b6b2f6e-1c1f-4f0e-9a4e-0c9c3f5d2a11',
    channel: 'stream',
    source: 'audio.ogg',
    title: 'a\0b',
    owner: 'local',
    options: { prompt: 'names \ud83d' },
    acceptedAt: '2026-01-01T00:00:00.000Z',
  });
  expect([task.title, task.options.prompt]).toEqual(['ab', 'names \ufffd']);
});
