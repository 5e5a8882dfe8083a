import { describe, expect, it } from 'vitest';
import { correctText, renameSpeaker } from './edit.js';
import { russianDialogue, seeded, transcriptOf } from './test-data/sample.js';
import { joinWords } from './word.js';

const transcript = transcriptOf(russianDialogue, 'ru');

describe('renaming a speaker', () => {
  it('gives, cuts and takes away a name, and leaves the old transcript alone', () => {
    const named = renameSpeaker(transcript, 'SPEAKER_01', '  Анна\n Петровна ');
    expect(named.speakers.list[1]).toEqual({ label: 'SPEAKER_01', name: 'Анна Петровна' });
    expect(transcript.speakers.list[1]).toEqual({ label: 'SPEAKER_01' });
    expect(renameSpeaker(named, 'SPEAKER_01', ' ').speakers.list[1]).toEqual({ label: 'SPEAKER_01' });
    expect(renameSpeaker(named, 'SPEAKER_01', 'x'.repeat(100)).speakers.list[1]?.name).toHaveLength(60);
    expect(() => renameSpeaker(transcript, 'SPEAKER_07', 'x')).toThrow(RangeError);
  });
});

describe('correcting a text', () => {
  it('keeps the times of words that stay and shares those of the replaced ones', () => {
    const old = transcript.segments[0]?.words ?? [];
    const corrected = correctText(
      transcript,
      0,
      'Доброе утро, дорогие мои коллеги. Вы успели прочитать доклад, который я отправил вам вчера?',
    );
    const words = corrected.segments[0]?.words ?? [];
    expect(corrected.segments[0]?.text).toBe(joinWords(words));
    expect(words[0]).toEqual(old[0]);
    expect(words.find(({ text }) => text === 'который')).toEqual(old.find(({ text }) => text === 'который'));
    const report = old.find(({ text }) => text === 'отчёт,');
    expect(words.find(({ text }) => text === 'доклад,')).toEqual({
      text: 'доклад,',
      start: report?.start,
      end: report?.end,
    });
    expect(corrected.text).toContain(
      'дорогие мои коллеги. Вы успели прочитать доклад, который я отправил вам вчера? Да.',
    );
    expect(corrected.segments.slice(1)).toEqual(transcript.segments.slice(1));
  });

  it('leaves every other word as it was where one is replaced', () => {
    const old = transcript.segments[0]?.words ?? [];
    const text = joinWords(old).replace('успели', 'смогли');
    const words = correctText(transcript, 0, text).segments[0]?.words ?? [];
    expect(words.filter((_, index) => old[index]?.text !== 'успели')).toEqual(
      old.filter(({ text }) => text !== 'успели'),
    );
  });

  it('removes an emptied paragraph and refuses one that is not there', () => {
    expect(correctText(transcript, 1, ' \n ').segments).toHaveLength(transcript.segments.length - 1);
    expect(() => correctText(transcript, 99, 'x')).toThrow(RangeError);
  });

  it('takes a pasted book', () => {
    const book = 'и так далее '.repeat(50_000).trim();
    expect(correctText(transcript, 1, book).segments[1]?.text).toBe(book);
  });

  it('splits languages without spaces into words', () => {
    const chinese = transcriptOf([{ speaker: 'a', start: 0, end: 4, text: '你好' }], 'zh');
    const corrected = correctText(chinese, 0, '今天天气很好。');
    expect(corrected.text).toBe('今天天气很好。');
    expect(corrected.segments[0]?.words.length).toBeGreaterThan(2);
  });

  it.each(Array.from({ length: 40 }, (_, index) => index + 1))('holds its promises for random edit %i', (seed) => {
    const random = seeded(seed);
    const index = Math.floor(random() * transcript.segments.length);
    const tokens = (transcript.segments[index]?.text ?? '').split(' ').flatMap((token) => {
      const dice = random();
      return dice < 0.2 ? [] : dice < 0.4 ? ['новое', token] : dice < 0.5 ? ['вместо'] : [token];
    });
    const corrected = correctText(transcript, index, tokens.join('  '));
    const segment = corrected.segments[index];
    if (tokens.length > 0) expect(segment?.text).toBe(tokens.join(' '));
    let before = 0;
    for (const { start, end } of corrected.segments.flatMap(({ words }) => words)) {
      expect(start).toBeGreaterThanOrEqual(before - 1e-9);
      expect(end).toBeGreaterThanOrEqual(start);
      before = end;
    }
    expect(corrected.text).toBe(joinWords(corrected.segments.flatMap(({ words }) => words)));
  });
});
