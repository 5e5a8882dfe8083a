import { taskErrorCodes, taskIdSchema } from '@whisper-bot/task';
import { locales } from '@whisper-bot/text';
import type { Transcript } from '@whisper-bot/transcript';
import { expect, test } from 'vitest';
import { inLocale, type Words } from '../locale/locale.js';
import { cancelKeyboard, failureKeyboard, type Keyboard, resultKeyboard } from './keyboard.js';
import { type Place, settingsMenu } from './menu.js';
import { preferenceSchema } from './preference.js';
import { renderRefusal } from './refusal.js';
import { renderResult, resultFacts } from './result.js';
import { renderFailure, renderStatus, type StatusView } from './status.js';

const task = taskIdSchema.parse('11111111-1111-4111-8111-111111111111');

/** As a reader sees it, with *bold* and _italic_ marked. */
const visible = (html: string): string =>
  html
    .replaceAll(/<\/?b>/g, '*')
    .replaceAll(/<\/?i>/g, '_')
    .replaceAll(/<\/?code>/g, '`')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

const draw = (title: string, html: string, keyboard: Keyboard = []): string =>
  [
    `── ${title} ${'─'.repeat(Math.max(2, 70 - title.length))}`,
    visible(html),
    ...keyboard.map((row) => row.map(({ text }) => `[ ${text} ]`).join(' ')),
    '',
  ].join('\n');

const sentence = 'Every sentence of this recording is said with great care, and nothing in it is left out.';
const transcriptOf = (lines: [string | null, string][], outcome: 'found' | 'off' | 'failed' = 'found'): Transcript => ({
  v: 1,
  language: 'en',
  duration: 10,
  model: 'base',
  engine: 'test',
  translated: false,
  speakers: {
    outcome,
    list: [...new Set(lines.flatMap(([speaker]) => speaker ?? []))].map((label) =>
      label === 'SPEAKER_02' ? { label, name: 'Zoë <3' } : { label },
    ),
  },
  text: lines.map(([, text]) => text).join(' '),
  segments: lines.map(([speaker, text], index) => ({
    start: index * 65,
    end: index * 65 + 60,
    text,
    speaker,
    words: [],
  })),
});

const dialogue = transcriptOf([
  ['SPEAKER_00', 'Is 2 < 3 & 3 > 2?'],
  ['SPEAKER_01', 'It is "so".'],
  ['SPEAKER_02', 'Agreed.'],
]);

const views: [string, StatusView][] = [
  ['accepted', { kind: 'accepted' }],
  ['downloading', { kind: 'downloading', percent: 40 }],
  ['queued, place unknown', { kind: 'queued', position: null, secondsLeft: null }],
  ['queued behind one', { kind: 'queued', position: 1, secondsLeft: 40 }],
  ['queued behind many', { kind: 'queued', position: 23, secondsLeft: 400 }],
  ['preparing', { kind: 'working', stage: 'prepare', percent: 3, secondsLeft: null }],
  ['transcribing', { kind: 'working', stage: 'speech', percent: 42, secondsLeft: 4000 }],
  ['merging', { kind: 'working', stage: 'merge', percent: 99, secondsLeft: 1 }],
  ['delivering', { kind: 'delivering' }],
  ['cancelling', { kind: 'cancelling' }],
  ['cancelled', { kind: 'cancelled' }],
  ['deleted', { kind: 'deleted' }],
];

const results = (words: Words): string[] => {
  const shown = (title: string, transcript: Transcript, options = { times: false, asFile: false }, note?: string) => {
    const given = note === undefined ? options : { ...options, note };
    const { messages, file } = renderResult(transcript, given, words);
    return messages.map((html, index) => {
      const short = html.length > 600 ? `${html.slice(0, 300)} […] ${html.slice(-200)}` : html;
      const keyboard = resultKeyboard(resultFacts(task, transcript, words), { panel: 'main', page: 0 }, words);
      const place = messages.length > 1 ? ` (message ${index + 1} of ${messages.length})` : '';
      const last = index === messages.length - 1;
      return draw(`result: ${title}${place}${file && last ? ', and a file' : ''}`, short, last ? keyboard : []);
    });
  };
  const long = (count: number) =>
    transcriptOf(Array.from({ length: count }, (_, index) => [`SPEAKER_0${index % 2}`, `${sentence} ${sentence}`]));
  return [
    ...shown('three speakers', dialogue),
    ...shown('with times', dialogue, { times: true, asFile: false }),
    ...shown('one voice', transcriptOf([[null, sentence]], 'off')),
    ...shown('translated', { ...dialogue, language: 'es', translated: true }),
    ...shown('speakers failed', transcriptOf([[null, sentence]], 'failed')),
    ...shown('no speech', transcriptOf([])),
    ...shown('known before', dialogue, undefined, words.html('result-cached')),
    ...shown('long', long(30)),
    ...shown('very long', long(120)),
    ...shown('wanted as a file', dialogue, { times: false, asFile: true }),
  ];
};

const replies = (words: Words): string => {
  const facts = resultFacts(task, dialogue, words);
  const spanish = { ...dialogue, language: 'es' };
  const menu = (place: Place) => ({
    place,
    preference: preferenceSchema.parse({}),
    models: ['base', 'large-v3-turbo'],
    defaultModel: 'base',
  });
  const drawn = [
    ...(
      [
        'start',
        'tasks-none',
        'cancel-none',
        'forget-ask',
        'forget-done',
        'forget-kept',
        'admin-only',
        'rename-bad',
      ] as const
    ).map((key) => draw(key, words.html(key))),
    draw('help', words.html('help', { size: '20 MB', longest: '10 h' })),
    draw('help without a longest recording', words.html('help', { size: '20 MB', longest: 'none' })),
    draw('privacy', words.html('privacy', { keep: '1 h', ttl: '168 h' })),
    draw('stats', words.html('stats', { tasks: 12, total: '3 h 5 min', today: '4 min', limit: '60 min' })),
    draw('stats without a limit', words.html('stats', { tasks: 0, total: '0', today: '0', limit: 'none' })),
    ...['1', '2', '5', '21'].map((count) =>
      draw(`cancel-done ${count}`, words.html('cancel-done', { count: Number(count) })),
    ),
    draw('rename-prompt', words.html('rename-prompt', { speaker: 'Speaker 1' })),
    draw('rename-done', words.html('rename-done', { speaker: 'Speaker 1', name: '<b>Ann</b>' })),
    ...(['unsupported', 'transcribe-nothing', 'blocked'] as const).map((key) =>
      draw(`refuse-${key}`, words.html(`refuse-${key}`)),
    ),
    ...(['not-allowed', 'chat-not-allowed'] as const).map((key) =>
      draw(`refuse-${key}`, words.html(`refuse-${key}`, { id: '-100' })),
    ),
    draw('too big', renderRefusal({ kind: 'too-big', limitBytes: 20e6 }, words)),
    draw('too big for a local server', renderRefusal({ kind: 'too-big', limitBytes: 2e9 }, words)),
    draw('too long', renderRefusal({ kind: 'too-long', limitSeconds: 5400 }, words)),
    draw(
      'minutes used up',
      renderRefusal({ kind: 'minutes', limitSeconds: 3600, usedSeconds: 3500, neededSeconds: 130 }, words),
    ),
    ...[1, 3, 7].map((open) => draw(`too many at once: ${open}`, renderRefusal({ kind: 'concurrent', open }, words))),
    ...views.map(([title, view]) => draw(`status: ${title}`, renderStatus(view, words), cancelKeyboard(task, words))),
    ...taskErrorCodes.map((code) =>
      draw(`error: ${code}`, `⚠️ ${renderFailure(code, { limit: '20 MB' }, words)}`, failureKeyboard(task, code, words)),
    ),
    ...results(words),
    ...(['speakers', 'names', 'delete', 'language'] as const).map((panel) =>
      draw(`panel: ${panel}`, '', resultKeyboard(facts, { panel, page: 0 }, words)),
    ),
    ...[spanish, { ...spanish, translated: true }].map((transcript) => {
      const title = transcript.translated ? 'translated' : 'not English';
      const keyboard = resultKeyboard(resultFacts(task, transcript, words), { panel: 'language', page: 0 }, words);
      return draw(`panel: language, ${title}`, '', keyboard);
    }),
    ...(['private', 'group', 'channel'] as const).map((place) => {
      const { text, keyboard } = settingsMenu(menu(place), 'main', 0, words);
      return draw(`settings: ${place}`, text, keyboard);
    }),
    ...(['language', 'model', 'format', 'interface'] as const).map((screen) => {
      const { text, keyboard } = settingsMenu(menu('private'), screen, 0, words);
      return draw(`settings: ${screen}`, text, keyboard);
    }),
    ...(
      [
        'cancelling',
        'retrying',
        'revising',
        'file',
        'saved',
        'deleted',
        'not-yours',
        'admins-only',
        'locked',
        'old',
        'forged',
        'ended',
        'no-speakers',
        'file-expired',
        'failed',
      ] as const
    ).map((key) => draw(`toast: ${key}`, words.html(`toast-${key}`))),
  ];
  return `${drawn.join('\n')}\n`;
};

test.each(locales)('every kind of reply in %s, as a person reads it', async (locale) => {
  await expect(replies(inLocale(locale))).toMatchFileSnapshot(`./reply.${locale}.txt`);
});

test('messages stay within 4096 characters, balanced, never cut in a word', () => {
  const words = inLocale('en');
  const lines = Array.from({ length: 60 }, (_, index): [string, string] => [
    `SPEAKER_0${index % 3}`,
    `${sentence} Is 1 < 2 & "so on"? `.repeat(1 + (index % 5)),
  ]);
  const { messages } = renderResult(transcriptOf(lines), { times: true, asFile: false, note: '<b>A note</b>' }, words);
  for (const html of messages) {
    expect(visible(html).replaceAll(/[*_]/g, '').length).toBeLessThanOrEqual(4096);
    expect(html.match(/<[bi]>/g)?.length).toBe(html.match(/<\/[bi]>/g)?.length);
    expect(html.replaceAll(/<\/?[bi]>/g, '')).not.toMatch(/[<>]/);
  }
});

test('a truncated file is reported before its text', () => {
  const cut = { ...transcriptOf([['SPEAKER_00', 'Good morning.']]), duration: 754, breaksOff: true };
  const shown = (locale: 'en' | 'ru') =>
    renderResult(cut, { times: false, asFile: false }, inLocale(locale)).messages[0];
  expect(shown('en')).toMatch(/^The file breaks off at 12:34\.\n\n/);
  expect(shown('ru')).toMatch(/^Файл обрывается на 12:34\.\n\n/);
});
