// What people say and how loud: one word, a long pause, a far voice; nothing at all.
import { languageKinds } from './language.mjs';
import { repeatKinds } from './repeat.mjs';
import { createScene, filtered, writeTracks } from './scene.mjs';
import { talk } from './sentence.mjs';
import { ffmpeg } from './voice.mjs';

/** Adds sentences one after another. */
const tell = (scene, voice, texts, options) => texts.reduce((made, text) => made.add(voice, text, options), scene);

/** `make(name, scene)` writes a scene down and gives the item with its turns. */
const maker =
  (dir) =>
  (name, scene, { render, ...more } = {}) => ({
    name,
    file: writeTracks(dir, name, scene.render(render)),
    turns: scene.turns,
    ...more,
  });

export const spokenKinds = (dir, say) => {
  const make = maker(dir);
  const scene = (options) => createScene(say, options);
  const phone = filtered(dir, 'highpass=f=300:p=2,lowpass=f=3400:p=2');

  const short = (name, voice, text, also = []) => make(name, scene().add(voice, text, { also }), { times: false });
  const shortReplies = () => [
    short('no', 'slt', 'No.', ['know']),
    short('yes', 'rms', 'Yes.'),
    short('stop', 'rms', 'Stop.', ['step']),
    short('okay', 'slt', 'Okay.', ['ok']),
    short('thank-you', 'slt', 'Thank you.'),
    short('good-morning', 'awb', 'Good morning.'),
    short('da-khorosho', 'nsh', 'Да, хорошо.'),
    short('goodbye', 'rms', 'Goodbye.'),
    short('i-do-not-know', 'slt', 'I don’t know.'),
    short('on-my-way', 'awb', 'On my way.'),
    short('net', 'nsh', 'Нет.'),
    short('privet', 'nsh', 'Привет.'),
    short('spasibo', 'nsh', 'Спасибо.'),
    make('no-after-ten-seconds', scene({ before: 10 }).add('slt', 'No.', { also: ['know'] }), {
      render: { after: 10 },
    }),
  ];

  const longSilence = () => [
    make('speech-then-20-min', tell(scene(), 'slt', talk.slice(0, 2)), { render: { after: 1200 } }),
    make('12-min-then-speech', tell(scene({ before: 720 }), 'rms', talk.slice(2, 4))),
    make('speech-8-min-speech', tell(tell(scene(), 'slt', talk.slice(0, 2)).rest(480), 'rms', talk.slice(2, 4))),
    make('one-word-then-10-min-of-hiss', scene().add('slt', 'Good morning.').add('slt', talk[0]), {
      render: { after: 600, noise: 0.001 },
    }),
  ];

  const level = () => [
    make('all-at-minus-40-dB', tell(scene(), 'slt', talk.slice(0, 3), { level: -40 })),
    make('all-at-minus-50-dB', tell(scene(), 'rms', talk.slice(0, 2), { level: -50 })),
    make(
      'far-side-minus-18-dB-telephone',
      talk.reduce(
        (made, text, at) =>
          at % 2 === 0 ? made.add('slt', text) : made.add('rms', text, { level: -18, through: phone }),
        scene(),
      ),
    ),
    make(
      'near-and-far-minus-24-dB',
      talk.slice(0, 4).reduce((made, text, at) => made.add('awb', text, { level: at % 2 === 0 ? 0 : -24 }), scene()),
    ),
    make(
      'far-first',
      scene().add('rms', talk[3], { level: -20, through: phone }).add('slt', talk[1]).add('slt', talk[0]),
    ),
    make('overdriven', tell(scene(), 'slt', talk.slice(1, 4), { level: 14 })),
    make(
      'growing-louder',
      talk.slice(0, 5).reduce((made, text, at) => made.add('rms', text, { level: 7 * at - 30 }), scene()),
    ),
  ];

  return {
    'short replies': shortReplies,
    'long silence': longSilence,
    'quiet and loud': level,
    ...languageKinds({ scene, make, tell }),
    ...repeatKinds({ scene, make, tell }),
  };
};

/** Recordings in which no one speaks. */
export const nothingKinds = (dir) => {
  const sound = (name, source, filter = 'anull') => {
    const file = `${dir}/${name}.wav`;
    ffmpeg(['-f', 'lavfi', '-i', source, '-af', filter, '-ar', '16000', '-ac', '1', file]);
    return { name, file, turns: [] };
  };
  return {
    'nobody speaks': () => [
      sound('digital-silence', 'anullsrc=r=16000:cl=mono:d=30'),
      sound('pink-noise', 'anoisesrc=color=pink:amplitude=0.1:duration=30:seed=4'),
      sound('faint-hiss', 'anoisesrc=color=white:amplitude=0.0005:duration=60:seed=5'),
      sound('hum', 'sine=frequency=50:duration=30', 'volume=0.5'),
      sound('ring-tone', 'sine=frequency=425:duration=30', "volume='lt(mod(t,5),1)':eval=frame"),
      sound('busy-tone', 'sine=frequency=480:duration=20', "volume='lt(mod(t,1),0.5)':eval=frame"),
      sound(
        'clicks',
        'anoisesrc=color=white:amplitude=0.5:duration=20:seed=6',
        "volume='lt(mod(t,2),0.01)':eval=frame",
      ),
    ],
  };
};
