import { readFileSync } from 'node:fs';
import { textsIn } from '@whisper-bot/text';
import { describe, expect, it } from 'vitest';
import { renameSpeaker } from '../edit.js';
import { mergeTranscript } from '../merge/merge.js';
import { transcriptSchema } from '../model.js';
import { displayWidth } from '../subtitle/piece.js';
import { randomCase, russianDialogue, type SpokenTurn, transcriptOf } from '../test-data/sample.js';
import { parseSrt, parseVtt } from '../test-data/subtitle-parser.js';
import { clock, milliseconds, timestamp } from '../time.js';
import { toDiarized } from './diarized-json.js';
import { renderDocx } from './docx.js';
import { type FormatId, formatIds, formats, isFormatId } from './registry.js';
import { renderSrt } from './srt.js';
import { renderText } from './text.js';
import { toVerbose } from './verbose-json.js';
import { renderVtt } from './vtt.js';

const dialogue = JSON.parse(
  readFileSync(new URL('../../../../samples/dialogue-3-speakers.json', import.meta.url), 'utf8'),
) as SpokenTurn[];

const english = renameSpeaker(transcriptOf(dialogue), 'SPEAKER_02', 'Alan & <b>Co</b>');
const russian = transcriptOf(russianDialogue, 'ru');
const empty = mergeTranscript({ recognitions: [], diarization: null, outcome: 'off', duration: 3, language: 'en' });
const failed = mergeTranscript({
  recognitions: [
    {
      v: 1,
      language: 'en',
      model: 'base',
      engine: 'x',
      segments: [{ start: 0, end: 1, words: [{ start: 0, end: 1, text: '*Hello*.' }] }],
    },
  ],
  diarization: null,
  outcome: 'failed',
  duration: 2,
});

// Snapshots end in .txt, so that the formatter leaves their JSON as it was written.
const files: [FormatId, string][] = formatIds.filter((id) => id !== 'docx').map((id) => [id, `${id}.txt`]);

describe('formats', () => {
  it.each(files)('writes the English dialogue as %s', async (id, file) => {
    const text = await formats[id].render(english, { times: true, title: 'Call_1.ogg' });
    await expect(text).toMatchFileSnapshot(`__snapshots__/english.${file}`);
  });

  it.each(files)('writes the Russian dialogue as %s', async (id, file) => {
    const text = await formats[id].render(russian, { labels: textsIn('ru').transcript, granularities: ['word'] });
    await expect(text).toMatchFileSnapshot(`__snapshots__/russian.${file}`);
  });

  it("says that no one speaks, in the reader's language", async () => {
    expect(renderText(empty)).toBe('No speech was found.\n');
    expect(renderText(empty, { labels: textsIn('ru').transcript })).toBe('Речь не найдена.\n');
    expect(await formats.srt.render(empty)).toBe('');
    expect(await formats.vtt.render(empty)).toBe('WEBVTT\n\nNOTE No speech was found.\n');
    expect(await formats.md.render(empty)).toBe('# Transcript\n\nDuration: 00:03\n\n*No speech was found.*\n');
    expect(JSON.parse(String(await formats.json.render(empty)))).toMatchObject({ text: '', segments: [] });
    expect(toVerbose(empty)).toMatchObject({ text: '', segments: [] });
  });

  it('says where the file breaks off, whatever else there is to say', async () => {
    const cut = { ...failed, breaksOff: true, duration: 754 };
    expect(renderText(cut)).toBe(
      'The speakers could not be distinguished. The file breaks off at 12:34.\n\n*Hello*.\n',
    );
    expect(renderText({ ...cut, segments: [] })).toBe('No speech was found. The file breaks off at 12:34.\n');
  });

  it('says where the speakers could not be identified', async () => {
    expect(renderText(failed)).toBe('The speakers could not be distinguished.\n\n*Hello*.\n');
    expect(await formats.md.render(failed, { times: false })).toContain('\\*Hello\\*.');
  });

  it('leaves out names and times when asked to', () => {
    expect(renderText(english, { speakers: false, times: false })).toBe(
      `${dialogue.map(({ text }) => text).join('\n\n')}\n`,
    );
  });

  it("writes JSON that reads back as a transcript with the plan's segments", async () => {
    const parsed = transcriptSchema.parse(JSON.parse(String(await formats.json.render(english))));
    expect(parsed.segments[0]).toMatchObject({ start: 0.1, end: 6.69, text: dialogue[0]?.text, speaker: 'SPEAKER_00' });
    expect(parsed.segments.flatMap(({ words }) => words)).toHaveLength(
      english.segments.flatMap(({ words }) => words).length,
    );
  });

  it("writes OpenAI's shapes", () => {
    const verbose = toVerbose(english, { granularities: ['word', 'segment'] });
    expect(verbose).toMatchObject({ task: 'transcribe', language: 'english', duration: 43.16 });
    expect(verbose.segments?.[0]?.avg_logprob).toBeCloseTo(Math.log(0.9), 3);
    expect(verbose.words?.[0]).toMatchObject({ word: 'Good', start: 0.1 });
    expect(toVerbose(russian).language).toBe('russian');
    expect(toVerbose({ ...russian, translated: true })).toMatchObject({ task: 'translate', language: 'english' });
    expect(toDiarized(english).segments.map(({ speaker }) => speaker)).toEqual([
      'A',
      'B',
      'A',
      'B',
      'Alan & <b>Co</b>',
      'A',
      'Alan & <b>Co</b>',
      'B',
    ]);
  });

  it('knows its ids', () => {
    expect(isFormatId('srt')).toBe(true);
    expect(isFormatId('constructor')).toBe(false);
    expect(new Set(formatIds.map((id) => formats[id].name)).size).toBe(formatIds.length);
  });

  it('rounds times with their carry', () => {
    expect(timestamp(milliseconds(59.9996), ',')).toBe('00:01:00,000');
    expect(timestamp(milliseconds(100 * 3600 + 0.0004), '.')).toBe('100:00:00.000');
    expect(clock(59.9996)).toBe('01:00');
    expect(clock(59.99)).toBe('00:59');
    expect(clock(3600)).toBe('1:00:00');
  });

  it.each([
    ['russian', russian, textsIn('ru').transcript, 'ru-RU', false],
    ['hebrew', { ...english, language: 'he' }, textsIn('en').transcript, 'he-IL', true],
  ] as const)(
    'writes a Word document in %s with its language, names, times and title',
    async (_name, transcript, labels, tag, rtl) => {
      const { unzipSync, strFromU8 } = await import('fflate');
      const parts = unzipSync(await renderDocx(transcript, { labels, title: 'Запись "1" & <2>\u0001.ogg' }));
      const part = (name: string): string => strFromU8(parts[name] ?? new Uint8Array());
      const body = part('word/document.xml');
      const text = [...body.matchAll(/<w:t[^>]*>([^<]*)<\/w:t>/g)].map((match) => match[1]).join('|');
      for (const segment of transcript.segments) expect(text).toContain(segment.text);
      expect(text).toContain(labels.speaker(1));
      expect(text).toContain('00:07');
      expect(part('word/styles.xml')).toContain(`w:val="${tag}"`);
      expect(part('docProps/core.xml')).toContain('Запись &quot;1&quot; &amp; &lt;2&gt;.ogg');
      expect(body.includes('<w:bidi')).toBe(rtl);
      expect(body.includes('<w:rtl')).toBe(rtl);
    },
  );
});

describe('subtitles', () => {
  it('neutralize timing marks, empty lines and markup in speech and names', () => {
    const text = 'a\n\n2\n00:00:01,000 --> 00:00:02,000\nb </v><c> &amp; <00:01>';
    const hostile = transcriptOf([
      { speaker: 'x', start: 0, end: 3, text },
      { speaker: 'y', start: 3.5, end: 6, text: 'Right, go on then.' },
    ]);
    const named = renameSpeaker(hostile, 'SPEAKER_00', 'Eve>\n\n00:00 --> <i>');
    const srt = parseSrt(renderSrt(named));
    expect(srt.flatMap(({ lines }) => lines).join(' ')).not.toContain('-->');
    const vtt = parseVtt(renderVtt(named));
    expect(vtt.map(({ voices }) => voices[0])).toContain('Eve> 00:00 --> <i>');
    expect(vtt.flatMap(({ lines }) => lines).join(' ')).toContain('</v><c> &amp; <00:01>');
  });

  it('break after punctuation and not after articles or prepositions', () => {
    const cues = parseVtt(renderVtt(english));
    const lastWords = cues.flatMap(({ lines }) => lines.map((line) => line.split(' ').at(-1)));
    for (const word of ['a', 'the', 'of', 'in', 'and', 'to', 'I']) expect(lastWords).not.toContain(word);
    for (const cue of parseVtt(renderVtt(russian))) {
      for (const line of cue.lines) expect(line).not.toMatch(/ (в|и|с|на|но|не|\d+)$/u);
    }
  });

  it.each(Array.from({ length: 60 }, (_, index) => index + 1))('hold their promises for random input %i', (seed) => {
    const input = randomCase(seed, 1 + ((seed * 53) % 300), seed % 2 === 0);
    const transcript = mergeTranscript({ ...input, outcome: 'found' });
    const letters = (lines: readonly string[]): string => lines.join('').replace(/\s/g, '');
    const spoken = letters(input.words.map(({ text }) => text));
    const srt = parseSrt(renderSrt(transcript, { speakers: false }));
    const named = parseSrt(renderSrt(transcript, { speakers: true }));
    const vtt = parseVtt(renderVtt(transcript, { speakers: true }));
    const undashed = (cues: readonly { lines: string[] }[]): string =>
      letters(cues.flatMap(({ lines }) => lines.map((line) => line.replace(/^- /, ''))));
    expect(undashed(srt)).toBe(spoken.replaceAll('-->', '→'));
    expect(undashed(vtt)).toBe(spoken.replaceAll('-->', '→'));
    for (const cues of [srt, named, vtt]) {
      let before = 0;
      for (const { start, end, lines } of cues) {
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThan(start);
        expect(end - start).toBeLessThanOrEqual(7000);
        expect(lines.length).toBeLessThanOrEqual(2);
        for (const line of lines) {
          expect(line.trim()).not.toBe('');
          expect(displayWidth(line)).toBeLessThanOrEqual(42);
        }
        before = end;
      }
    }
    for (const { voices, lines } of vtt) {
      if (new Set(voices).size > 1) for (const line of lines) expect(line).toMatch(/^- /);
    }
  });

  it('stay no longer than seven seconds, even for a word that seems to last', () => {
    const [first, second] = parseSrt(
      renderSrt(
        transcriptOf([
          { speaker: 'a', start: 0, end: 20, text: 'Wait.' },
          { speaker: 'a', start: 20, end: 22, text: 'Go on.' },
        ]),
      ),
    );
    expect([first?.start, first?.end, second?.start]).toEqual([0, 7000, 20_000]);
  });

  it('give each cue a second and a readable speed where the speech leaves time', () => {
    for (const transcript of [english, russian]) {
      for (const [index, { start, end, lines }] of parseSrt(renderSrt(transcript, { speakers: false })).entries()) {
        expect([index, end - start >= 1000]).toEqual([index, true]);
        expect([index, lines.join(' ').length / ((end - start) / 1000) <= 21.5]).toEqual([index, true]);
      }
    }
  });
});
