// What becomes of sound in files: late starts, holes, channels, tracks, ends that are missing.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createScene, writeTracks } from './scene.mjs';
import { russian, talk } from './sentence.mjs';
import { ffmpeg, rate } from './voice.mjs';

export const containerKinds = (dir, say) => {
  const scene = (options) => createScene(say, options);
  const tell = (made, voice, texts, options) => texts.reduce((all, text) => all.add(voice, text, options), made);
  const write = (name, made, render) => writeTracks(dir, name, made.render(render));
  const encode = (name, args) => {
    const file = join(dir, name);
    ffmpeg([...args, file]);
    return file;
  };
  const later = (turns, seconds) =>
    turns.map((turn) => ({ ...turn, start: turn.start + seconds, end: turn.end + seconds }));

  /** Sound `seconds` later than the picture. */
  const offset = (name, seconds, codecs) => {
    const made = tell(scene(), 'slt', talk.slice(0, 3));
    const wav = write(`${name}-sound`, made);
    const length = String(Math.ceil(made.end + 1 + seconds));
    const picture = ['-f', 'lavfi', '-i', `testsrc=size=64x64:rate=5:duration=${length}`];
    const file = encode(name, [
      ...picture,
      '-itsoffset',
      String(seconds),
      '-i',
      wav,
      '-map',
      '0',
      '-map',
      '1',
      ...codecs,
    ]);
    return { name, file, turns: later(made.turns, seconds) };
  };
  const hole = (name, codecs) => {
    const made = tell(scene(), 'rms', talk.slice(0, 2)).rest(10);
    const [from, to] = [made.end - 10, made.end];
    tell(made, 'slt', talk.slice(2, 5));
    const wav = write(`${name}-sound`, made);
    const encoded = encode(`${name}-whole.mka`, ['-i', wav, ...codecs]);
    // Packets go missing, and the times of the others stay: as where a call drops out.
    const drop = `noise=drop='gt(pts*tb,${from})*lt(pts*tb,${to})'`;
    const file = encode(name, ['-i', encoded, '-c', 'copy', '-bsf:a', drop]);
    return { name, file, turns: made.turns };
  };
  const times = () => [
    offset('sound-at-5-s.mkv', 5, ['-c:v', 'libx264', '-c:a', 'libopus']),
    offset('sound-at-3-s.mp4', 3, ['-c:v', 'libx264', '-c:a', 'aac']),
    offset('sound-at-12-s.mkv', 12, ['-c:v', 'libx264', '-c:a', 'aac']),
    offset('sound-at-4-s.webm', 4, ['-c:v', 'libvpx', '-c:a', 'libopus']),
    offset('sound-at-2-s.mov', 2, ['-c:v', 'libx264', '-c:a', 'aac']),
    hole('a-hole.mka', ['-c:a', 'libopus']),
    hole('a-hole.mkv', ['-c:a', 'aac']),
  ];

  const call = (options = {}) =>
    talk.reduce(
      (made, text, at) => made.add(at % 2 === 0 ? 'slt' : 'rms', text, { channel: at % 2, ...options }),
      scene({ channels: 2 }),
    );
  const item = (name, made, more = {}) => ({ name, file: write(name, made), turns: made.turns, ...more });
  const atOnce = (first, second) => {
    const made = scene({ channels: 2 });
    tell(made, first, talk.slice(0, 3), { channel: 0 });
    const own = createScene(say);
    tell(own, second, talk.slice(3), { gap: 0.5 });
    for (const { text, start } of own.turns) made.add(second, text, { channel: 1, at: start });
    return made;
  };
  /** Each side is heard on the other as well, so many seconds later. */
  const leaking = (name, factor, seconds = 0) => {
    const made = call();
    const [left, right] = made.render();
    const late = Math.round(seconds * rate);
    const mixed = (own, other) => own.map((value, at) => value + factor * (other[at - late] ?? 0));
    const file = writeTracks(dir, name, [mixed(left, right), mixed(right, left)]);
    return { name, file, turns: made.turns, speakers: true };
  };
  const inTwoLanguages = () => {
    const made = scene({ channels: 2 });
    for (const [index, text] of russian.entries())
      made.add('slt', talk[index], { channel: 0 }).add('nsh', text, { channel: 1 });
    return item('call-in-two-languages', made, { speakers: true });
  };
  const inverted = (name) => {
    const mono = tell(scene(), 'rms', talk.slice(0, 3));
    const [track] = mono.render();
    return { name, file: writeTracks(dir, name, [track, track.map((value) => -value)]), turns: mono.turns };
  };
  const channels = () => [
    item('call-in-turns', call(), { speakers: true }),
    item('call-at-once', atOnce('slt', 'rms'), { speakers: true }),
    item('call-at-once-other-voices', atOnce('awb', 'kal'), { speakers: true }),
    item(
      'call-far-side-minus-20-dB',
      talk.reduce(
        (made, text, at) =>
          at % 2 === 0 ? made.add('slt', text, { channel: 0 }) : made.add('rms', text, { channel: 1, level: -20 }),
        scene({ channels: 2 }),
      ),
      { speakers: true },
    ),
    leaking('call-leaks-25-dB', 0.056),
    leaking('call-leaks-18-dB', 0.126),
    leaking('call-echoes-24-dB', 0.063, 0.15),
    inTwoLanguages(),
    inverted('right-inverted'),
    item('same-on-both', tell(scene({ channels: 2 }), 'slt', talk.slice(0, 3), { channel: 'all' })),
    item('left-alone', tell(scene({ channels: 2 }), 'rms', talk.slice(0, 3), { channel: 0 })),
    item('right-alone', tell(scene({ channels: 2 }), 'awb', talk.slice(0, 3), { channel: 1 })),
  ];

  const tracks = () => {
    const [english, other] = [tell(scene(), 'slt', talk.slice(0, 4)), tell(scene(), 'nsh', russian)];
    const [en, ru] = [write('track-en', english), write('track-ru', other)];
    const silent = ['-f', 'lavfi', '-i', 'anullsrc=r=16000:cl=mono:d=20'];
    const music = ['-f', 'lavfi', '-i', 'sine=frequency=300:duration=20,tremolo=f=3'];
    const two = ['-map', '0:a', '-map', '1:a', '-c:a', 'libopus'];
    const languages = ['-metadata:s:a:0', 'language=rus', '-metadata:s:a:1', 'language=eng'];
    const dubbed = (name, more = []) => encode(name, ['-i', ru, '-i', en, ...two, ...languages, ...more]);
    const byDefault = ['-disposition:a:0', '0', '-disposition:a:1', 'default'];
    return [
      { name: 'first-silent', file: encode('first-silent.mkv', [...silent, '-i', en, ...two]), turns: english.turns },
      { name: 'music-first', file: encode('music-first.mkv', [...music, '-i', en, ...two]), turns: english.turns },
      { name: 'second-silent', file: encode('second-silent.mkv', ['-i', en, ...silent, ...two]), turns: english.turns },
      { name: 'russian-is-default', file: dubbed('dubbed-1.mkv', ['-disposition:a:0', 'default']), turns: other.turns },
      { name: 'english-is-default', file: dubbed('dubbed-2.mkv', byDefault), turns: english.turns },
      { name: 'english-wanted', file: dubbed('dubbed-3.mkv'), turns: english.turns, options: ['--language', 'en'] },
      { name: 'second-asked-for', file: dubbed('dubbed-4.mkv'), turns: english.turns, options: ['--track', '2'] },
    ];
  };

  /** The first part of the bytes; the sentences that surely end before it. */
  const cut = (name, codecs, share = 0.7) => {
    const made = tell(scene(), 'slt', talk);
    const whole = encode(`whole-${name}`, ['-i', write(`${name}-sound`, made), ...codecs]);
    const file = join(dir, name);
    writeFileSync(file, readFileSync(whole).subarray(0, Math.floor(statSync(whole).size * share)));
    const turns = made.turns.filter(({ end }) => end < (made.end + 1) * (share - 0.12));
    return { name, file, turns, breaksOff: true, until: turns.at(-1).end + 0.3 };
  };
  const cutOff = () => [
    cut('cut.ogg', ['-c:a', 'libopus', '-b:a', '32k', '-vbr', 'off']),
    cut('cut-vorbis.ogg', ['-c:a', 'libvorbis']),
    cut('cut-at-half.ogg', ['-c:a', 'libopus', '-vbr', 'off'], 0.5),
    cut('cut.mp3', ['-c:a', 'libmp3lame', '-b:a', '64k']),
    cut('cut.webm', ['-c:a', 'libopus', '-vbr', 'off']),
    cut('cut.mkv', ['-c:a', 'aac', '-b:a', '64k']),
    cut('cut.wav', []),
    cut('cut-faststart.m4a', ['-c:a', 'aac', '-b:a', '64k', '-movflags', 'faststart']),
  ];

  return {
    'times of containers': { make: times },
    channels: { make: channels, alone: true },
    'audio tracks': { make: tracks, alone: true },
    'files that break off': { make: cutOff },
  };
};
