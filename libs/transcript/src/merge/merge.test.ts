import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderJson } from '../format/json.js';
import { type Transcript, transcriptSchema, type Word } from '../model.js';
import {
  diarization,
  randomCase,
  recognition,
  russianDialogue,
  type SpokenTurn,
  spokenWords,
  transcriptOf,
} from '../test-data/sample.js';
import { mergeTranscript } from './merge.js';

const dialogue = JSON.parse(
  readFileSync(new URL('../../../../samples/dialogue-3-speakers.json', import.meta.url), 'utf8'),
) as SpokenTurn[];

const flat = (transcript: Transcript): Word[] => transcript.segments.flatMap(({ words }) => words);
const word = (start: number, end: number, text: string): Word => ({ start, end, text });
const speakersOf = (words: Word[], turns: [number, number, number][]): (string | null)[] => {
  const merged = mergeTranscript({
    recognitions: [recognition(words)],
    diarization: diarization(turns.map(([start, end, speaker]) => ({ start, end, speaker }))),
    outcome: 'found',
    duration: 100,
  });
  return merged.segments.flatMap(({ speaker, words }) => words.map(() => speaker?.slice(-2) ?? null));
};

describe('merging', () => {
  it('gives the eight turns of the dialogue to three speakers in order of first words', () => {
    const transcript = transcriptOf(dialogue);
    expect(transcript.segments.map(({ speaker, text }) => [speaker, text])).toEqual(
      dialogue.map(({ speaker, text }) => [{ slt: 'SPEAKER_00', rms: 'SPEAKER_01', awb: 'SPEAKER_02' }[speaker], text]),
    );
    expect(transcriptSchema.parse(transcript)).toEqual(transcript);
  });

  it('names every engine that worked: for the words all of them, and the one for the speakers', () => {
    const parts = ['native', 'none', 'whisper-cpp', 'native'].map((engine, at) => ({
      ...recognition([word(at, at + 1, 'Yes.')]),
      engine,
    }));
    const turns = [{ start: 0, end: 4, speaker: 0 }];
    const request = { recognitions: parts, outcome: 'found', duration: 4 } as const;
    const merged = mergeTranscript({ ...request, diarization: { ...diarization(turns), engine: 'sherpa-onnx' } });
    expect(merged.engine).toBe('native, whisper-cpp');
    expect(merged.speakers.engine).toBe('sherpa-onnx');
    expect(mergeTranscript({ ...request, diarization: null }).speakers.engine).toBeUndefined();
  });

  it('gives a word to who holds most of it', () => {
    const words = [word(0, 1, 'One.'), word(1, 2, 'Two.'), word(2, 3, 'Three.')];
    expect(
      speakersOf(words, [
        [0, 1.3, 5],
        [1.3, 3, 2],
      ]),
    ).toEqual(['00', '01', '01']);
    expect(
      speakersOf(words, [
        [0, 1.8, 5],
        [1.8, 3, 2],
      ]),
    ).toEqual(['00', '00', '01']);
  });

  it('gives words in gaps to their sentence before the nearest turn, and leaves far ones alone', () => {
    const words = [word(0, 1, 'Well'), word(3, 3.2, 'then.'), word(3.4, 4, 'No.'), word(20, 21, 'Alone.')];
    // "then." is nearer to the second turn (0.2 s) but a pause below 2 s keeps it within its sentence.
    expect(
      speakersOf(
        [word(0, 1, 'Well'), word(2.5, 2.8, 'then.'), word(3.1, 4, 'No.')],
        [
          [0, 1, 0],
          [3, 4, 1],
        ],
      ),
    ).toEqual(['00', '00', '01']);
    expect(
      speakersOf(words, [
        [0, 1, 0],
        [3.4, 4, 1],
      ]),
    ).toEqual(['00', '01', '01', null]);
  });

  it('smooths a lone flipped word only where the evidence is weak', () => {
    const words = [word(0, 1, 'We'), word(1, 2, 'shall'), word(2, 3, 'see'), word(3, 4, 'it.')];
    expect(
      speakersOf(words, [
        [0, 4, 0],
        [1, 2, 1],
        [1.05, 1.1, 1],
      ]),
    ).toEqual(['00', '00', '00', '00']);
    expect(
      speakersOf(words, [
        [0, 1.4, 0],
        [1.4, 2, 1],
        [2, 4, 0],
      ]),
    ).toEqual(['00', '00', '00', '00']);
    expect(
      speakersOf(words, [
        [0, 1, 0],
        [1, 2, 1],
        [2, 4, 0],
      ]),
    ).toEqual(['00', '01', '00', '00']);
  });

  it('keeps the first word of a sentence with it where the turn before ends late', () => {
    const words = [word(0, 1, 'Right?'), word(1.1, 1.3, 'Yes,'), word(1.4, 2, 'I'), word(2, 3, 'will.')];
    expect(
      speakersOf(words, [
        [0, 1.35, 0],
        [1.35, 3, 1],
      ]),
    ).toEqual(['00', '01', '01', '01']);
  });

  it('lets the sentence decide where two speak at once', () => {
    const words = [word(0, 1, 'I'), word(1, 2, 'think'), word(2, 3, 'so.'), word(3, 4, 'Good.')];
    expect(
      speakersOf(words, [
        [0, 3, 0],
        [1, 4, 1],
      ]),
    ).toEqual(['00', '00', '00', '01']);
  });

  it('keeps a sentence running over a border of chunks in one paragraph', () => {
    const words = spokenWords(dialogue[3] as SpokenTurn);
    const merged = mergeTranscript({
      recognitions: [recognition(words.slice(0, 8)), recognition(words.slice(8))],
      diarization: null,
      outcome: 'off',
      duration: 30,
    });
    expect(merged.segments.map(({ text }) => text)).toEqual([dialogue[3]?.text]);
  });

  it('joins languages without spaces without them, over borders of chunks too', () => {
    const chars = [...'今天天气很好。'].map((text, index) => ({
      ...word(index, index + 1, text),
      spaceBefore: index === 0,
    }));
    const merged = mergeTranscript({
      recognitions: [
        recognition(chars, 'zh'),
        recognition([word(8, 9, '我们'), { ...word(9, 10, '走。'), spaceBefore: false }], 'zh'),
      ],
      diarization: null,
      outcome: 'off',
      duration: 12,
    });
    expect(merged.text).toBe('今天天气很好。我们走。');
    expect(merged.language).toBe('zh');
  });

  it('puts a space between chunks where the language has them', () => {
    const merged = mergeTranscript({
      recognitions: [recognition([word(0, 1, 'one')]), recognition([{ ...word(1, 2, 'two'), spaceBefore: false }])],
      diarization: null,
      outcome: 'off',
      duration: 2,
    });
    expect(merged.text).toBe('one two');
  });

  it('names the languages, the one with most speech first, and each paragraph that is in another', () => {
    const heard = {
      ...recognition([]),
      language: 'en',
      segments: [
        { start: 0, end: 2, words: [word(0, 1, 'Good'), word(1, 2, 'morning.')] },
        { start: 2, end: 8, language: 'ru', words: [word(2, 5, 'Доброе'), word(5, 8, 'утро.')] },
        { start: 8, end: 9, words: [word(8, 9, 'Bye.')] },
      ],
      removed: [{ start: 9, end: 10, reason: 'repetition' as const }],
    };
    const merged = mergeTranscript({ recognitions: [heard], diarization: null, outcome: 'off', duration: 10 });
    expect(merged.language).toBe('ru');
    expect(merged.languages).toEqual(['ru', 'en']);
    expect(merged.segments.map(({ text, language }) => [text, language])).toEqual([
      ['Good morning.', 'en'],
      ['Доброе утро.', undefined],
      ['Bye.', 'en'],
    ]);
    expect(merged.removed).toEqual(heard.removed);
    expect(transcriptSchema.parse(JSON.parse(renderJson(merged)))).toEqual(merged);
  });

  it('says where diarization failed, and where no one speaks', () => {
    const failed = mergeTranscript({ recognitions: [], diarization: null, outcome: 'failed', duration: 3 });
    expect(failed.speakers).toEqual({ outcome: 'failed', list: [] });
    expect(failed.segments).toEqual([]);
    expect(failed.text).toBe('');
    expect(
      mergeTranscript({ recognitions: [], diarization: null, outcome: 'found', duration: 3 }).speakers.outcome,
    ).toBe('failed');
  });

  it('breaks paragraphs at pauses after sentences, never within one without need', () => {
    const paused = transcriptOf([
      { speaker: 'a', start: 0, end: 2, text: 'The first thing.' },
      { speaker: 'a', start: 5, end: 7, text: 'The second thing' },
      { speaker: 'a', start: 9, end: 11, text: 'goes on here.' },
    ]);
    expect(paused.segments.map(({ text }) => text)).toEqual(['The first thing.', 'The second thing goes on here.']);
    const sentence = 'This is a sentence of some length that a person could well say in one breath.';
    const long = transcriptOf([{ speaker: 'a', start: 0, end: 100, text: Array(20).fill(sentence).join(' ') }]);
    expect(long.segments.length).toBeGreaterThan(2);
    for (const { text } of long.segments) expect(text.endsWith('.')).toBe(true);
    const endless = transcriptOf([{ speaker: 'a', start: 0, end: 1000, text: Array(1000).fill('word').join(' ') }]);
    for (const { text } of endless.segments) expect(text.length).toBeLessThanOrEqual(1200);
  });

  it('does not take abbreviations, initials and decimals for ends of sentences', () => {
    expect(transcriptOf(russianDialogue).segments.at(-1)?.text).toBe('Это стоит, т.е. стоило, 10 000 руб. в день.');
  });

  it('repairs one stray time without moving the rest', () => {
    const words = [
      word(1, 2, 'a'),
      word(500, 501, 'b'),
      word(3, 4, 'c'),
      word(4, 5, 'd'),
      word(0, 0, 'e'),
      word(6, 7, 'f'),
    ];
    const merged = mergeTranscript({
      recognitions: [recognition(words)],
      diarization: null,
      outcome: 'off',
      duration: 600,
    });
    expect(flat(merged).map(({ start }) => start)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each(Array.from({ length: 60 }, (_, index) => index + 1))('holds its promises for random input %i', (seed) => {
    const { words, ...input } = randomCase(seed, 1 + ((seed * 37) % 400), seed % 2 === 0);
    const on = mergeTranscript({ ...input, outcome: 'found' });
    const off = mergeTranscript({ ...input, diarization: null, outcome: 'off' });
    expect(flat(on)).toEqual(flat(off));
    expect(on.text).toBe(off.text);
    expect(flat(on).map(({ text }) => text)).toEqual(words.map(({ text }) => text));
    let before = 0;
    for (const { start, end } of flat(on)) {
      expect(start).toBeGreaterThanOrEqual(before);
      expect(end).toBeGreaterThanOrEqual(start);
      before = end;
    }
    expect(before).toBeLessThanOrEqual(input.duration);
    expect(
      on.segments
        .map(({ text }) => text)
        .join(' ')
        .replaceAll(' ', ''),
    ).toBe(on.text.replaceAll(' ', ''));
    const seen = [...new Set(on.segments.flatMap(({ speaker }) => (speaker === null ? [] : [speaker])))];
    expect(seen).toEqual(seen.map((_, index) => `SPEAKER_${String(index).padStart(2, '0')}`));
    expect(on.speakers.list.map(({ label }) => label)).toEqual(seen);
    transcriptSchema.parse(on);
  });
});
