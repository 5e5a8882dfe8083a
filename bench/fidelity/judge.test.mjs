import { expect, test } from 'vitest';
import { judge } from './judge.mjs';

/** Words half a second apart from `start` on, by one speaker. */
const heard = (start, text, speaker = null) => ({
  speaker,
  words: text.split(' ').map((word, at) => ({ text: word, start: start + at / 2, end: start + at / 2 + 0.4 })),
});
const turn = (start, text, speaker = 'slt') => ({
  text,
  start,
  end: start + text.split(' ').length / 2,
  speaker,
  also: [],
});
const turns = [turn(1, 'I will send the report today.'), turn(6, 'Please close the door.')];
const right = [heard(1, 'I will send the report today.'), heard(6, 'Please close the door.')];

test('what was said, with a word spelt otherwise, is right', () => {
  expect(judge({ turns }, { duration: 10, segments: right })).toEqual([]);
  const spelt = [heard(1, 'I will sent the report today.'), right[1]];
  expect(judge({ turns }, { duration: 10, segments: spelt })).toEqual([]);
});

test.each([
  ['a sentence that is missing', [right[0]], /“Please close the door.” heard as “”/],
  ['a sentence told twice', [...right, heard(8, 'Please close the door.')], /4 words more/],
  ['a sentence at another time', [right[0], heard(7.5, 'Please close the door.')], /1.5 s off/],
  ['words behind the end', [right[0], heard(9.5, 'Please close the door.')], /of 10 s/],
  ['another order', [heard(1, 'Please close the door.'), heard(6, 'I will send the report today.')], /heard as/],
  ['nothing', [], /heard as/],
])('%s is not', (_, segments, fault) => {
  expect(judge({ turns }, { duration: 10, segments }).join()).toMatch(fault);
});

test('speakers are judged by what each said, whatever they are called', () => {
  const call = [turn(1, 'I will send the report today.', 'slt'), turn(1, 'Please close the door.', 'rms')];
  const segments = [heard(1, 'I will send the report today.', 'B'), heard(1, 'Please close the door.', 'A')];
  expect(judge({ turns: call, speakers: true }, { duration: 10, segments })).toEqual([]);
  const one = segments.map((segment) => ({ ...segment, speaker: 'A' }));
  expect(judge({ turns: call, speakers: true }, { duration: 10, segments: one })).toEqual(['1 speakers instead of 2']);
});

test('where nobody speaks one word is too many', () => {
  expect(judge({ turns: [] }, { duration: 10, segments: [] })).toEqual([]);
  expect(judge({ turns: [] }, { duration: 10, segments: [heard(1, 'Thanks')] })).toEqual([
    '1 words more than were said',
  ]);
});

test('a file that breaks off has to say so, and what follows is nobody’s fault', () => {
  const cut = { turns: [turns[0]], breaksOff: true, until: 5 };
  expect(judge(cut, { duration: 10, breaksOff: true, segments: right })).toEqual([]);
  expect(judge(cut, { duration: 10, breaksOff: false, segments: right })).toEqual(['does not say that it breaks off']);
});
