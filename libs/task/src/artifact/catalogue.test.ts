import { expect, test } from 'vitest';
import { artifactOf, artifacts, isDecodedAudio, staleFrom } from './catalogue.js';
import { sourceName } from './source.js';

/** A folder after a revision of a recording with two tracks and two voices on two channels, which breaks off. */
const folder = [
  'task.json',
  'task.r2.json',
  'audio.mkv',
  'decoded.wav',
  'break.json',
  'tracks.json',
  'channels.json',
  'channel-0.wav',
  'channel-1.wav',
  'speech.json',
  'plan.json',
  'language.0123456789ab.json',
  'diarization.0123456789ab.json',
  'recognition-0-of-2.0123456789ab.json',
  'recognition-1-of-2.0123456789ab.json',
  'transcript.r1.json',
  'transcript.r2.json',
  'transcript.json',
];
const without = (...prefixes: string[]) => folder.filter((name) => !prefixes.some((prefix) => name.startsWith(prefix)));
const after = (stage: Parameters<typeof staleFrom>[0], names = folder) => {
  const stale = staleFrom(stage, names);
  return names.filter((name) => !stale.includes(name));
};

test('every file of a folder is known, and nothing else is', () => {
  for (const name of folder) expect(artifactOf(name), name).not.toBeNull();
  for (const name of ['state.json', 'transcript.rX.json.tmp-1', 'decoded.wav.tmp-ab', 'task.json.bak', '../task.json'])
    expect(artifactOf(name), name).toBeNull();
  expect(artifacts.recognition.file(3, 12, 'ab')).toBe('recognition-3-of-12.ab.json');
  expect(artifacts.recognition.file.parse('recognition-3-of-12.ab.json')).toEqual(['3', '12', 'ab']);
});

test('a stage that is run again loses what it wrote and all that was made from it, and no more', () => {
  expect(after('prepare')).toEqual(['task.json', 'task.r2.json', 'audio.mkv']);
  expect(after('diarize')).toEqual(without('diarization', 'transcript'));
  expect(after('transcribe')).toEqual(without('recognition', 'transcript'));
  expect(after('merge')).toEqual(without('transcript'));
  expect(after('deliver')).toEqual(folder);
});

test('what only the recording could give again stays once the recording is gone', () => {
  const names = without('audio');
  expect(after('prepare', names)).toEqual(
    without('audio', 'plan', 'language', 'diarization', 'recognition', 'transcript'),
  );
  const oneVoice = names.filter((name) => !name.startsWith('channel-'));
  expect(after('prepare', oneVoice)).not.toContain('speech.json');
});

test('decoded audio is distinguished from the recording and from results', () => {
  expect([...folder, 'channels.pcm'].filter(isDecodedAudio)).toEqual([
    'decoded.wav',
    'channel-0.wav',
    'channel-1.wav',
    'channels.pcm',
  ]);
});

test.each([
  ['note.OGG', 'audio.ogg'],
  ['no ending', 'audio.bin'],
  ['', 'audio.bin'],
  ['a.b/c.mp3; rm -rf', 'audio.bin'],
  ['archive.tar.gz', 'audio.gz'],
  ['кадр.мп3', 'audio.bin'],
  ['x.waytoolongending', 'audio.bin'],
])('%s is kept as %s', (title, name) => expect(sourceName(title)).toBe(name));
