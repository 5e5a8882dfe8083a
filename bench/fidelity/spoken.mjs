// What people say and how loud: one word, a long pause, a far voice, two languages, the same sentence again.
import { createScene, filtered, writeTracks } from './scene.mjs';
import { ffmpeg } from './voice.mjs';

const talk = [
  'I will send you the report tomorrow morning.',
  'The numbers look better than last month.',
  'We should talk to the customer about the delivery.',
  'Please bring the contract and the two invoices.',
  'The train leaves at a quarter past nine.',
  'There is enough time to have breakfast before.',
];
const russian = [
  'Сегодня мы обсудим новый план.',
  'Мы обсудим план работы на следующий месяц.',
  'Пожалуйста, принесите все документы.',
  'После обеда будет короткий перерыв.',
];
export const sentences = { talk, russian };

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

  const english = (made, count, voice = 'slt') => {
    for (let at = 0; at < count; at += 1) made.add(voice, talk[at % talk.length]);
    return made;
  };
  const language = () => [
    make('english-then-russian', tell(english(scene(), 6), 'nsh', russian)),
    make('russian-then-english', english(tell(scene(), 'nsh', russian.slice(0, 3)), 4, 'rms')),
    make('8-s-english-6-s-russian', tell(english(scene(), 3), 'nsh', russian.slice(1, 3))),
    make('english-russian-english', english(tell(english(scene(), 4), 'nsh', russian.slice(0, 3)), 4, 'rms')),
    make(
      'russian-english-russian',
      tell(english(tell(scene(), 'nsh', russian.slice(0, 2)), 4), 'nsh', russian.slice(2)),
    ),
    make('russian-alone', tell(scene(), 'nsh', russian)),
    make('english-told-so', english(scene(), 4, 'awb'), { options: ['--language', 'en'] }),
    make('russian-told-so', tell(scene(), 'nsh', russian), { options: ['--language', 'rus'] }),
  ];

  const again = (voice, text, count, options) => tell(scene(), voice, Array(count).fill(text), options);
  const repeats = () => [
    make('six-lines', again('slt', 'I will not talk in class.', 6, { gap: 1.5 })),
    make('four-lines-close', again('rms', 'Please close the door behind you.', 4, { gap: 0.3 })),
    make('push-and-rest', again('slt', 'Push.', 8, { gap: 1.2 }).add('slt', 'And rest.', { gap: 1.2 })),
    make('chorus', tell(scene(), 'slt', [talk[0], talk[1], talk[4], talk[0], talk[1], talk[5], talk[0], talk[1]])),
    make('russian-lines', again('nsh', 'Пожалуйста, принесите все документы.', 4, { gap: 1.2 })),
    make('same-after-40-s', scene().add('slt', talk[3]).rest(40).add('slt', talk[3])),
    make('no-no-no-no', scene().add('rms', 'No, no, no, no.').add('rms', talk[1])),
    make(
      'chant-of-eight',
      scene()
        .add('slt', `${'yeah, '.repeat(7)}yeah.`)
        .add('slt', talk[4]),
    ),
    make(
      'chant-of-seven',
      scene()
        .add('rms', `${'run, '.repeat(6)}run.`)
        .add('rms', talk[0]),
    ),
    make(
      'russian-chant',
      scene()
        .add('nsh', `${'нет, '.repeat(5)}нет.`)
        .add('nsh', russian[1]),
    ),
    make('ten-with-pauses', again('rms', 'Stop.', 10, { gap: 1.2 }).add('rms', talk[5], { gap: 1.2 })),
    make('seven-close', again('rms', 'Help.', 7, { gap: 0.35 }).add('rms', talk[2], { gap: 0.8 })),
    make('eight-of-three-words', again('awb', 'We will win.', 8, { gap: 0.25 })),
    make('in-and-out', again('slt', 'Breathe in. Breathe out.', 5, { gap: 0.9 })),
    make('what-follows-a-repeat', tell(again('rms', 'The train is late.', 5, { gap: 0.8 }), 'rms', talk.slice(1, 3))),
  ];

  return {
    'short replies': shortReplies,
    'long silence': longSilence,
    'quiet and loud': level,
    'languages by stretch': language,
    'what was said again': repeats,
  };
};

/** Recordings in which nobody speaks. */
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
