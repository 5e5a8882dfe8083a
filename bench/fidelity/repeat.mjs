// The same words again and again, as they were said.
import { errands, russian, talk } from './sentence.mjs';

export const repeatKinds = ({ scene, make, tell }) => {
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
    make('ten-lines', again('slt', 'I will be quiet in the library.', 10, { gap: 0.8 })),
    make('five-lines', again('rms', 'I must do my homework.', 5, { gap: 1.2 })),
    make('twelve-then-rest', again('slt', 'Squeeze.', 12, { gap: 0.9 }).add('slt', 'And let go.', { gap: 1.5 })),
    make(
      'twenty-lines',
      again('slt', 'We keep on walking.', 20, { gap: 0.4 }).add('slt', 'And now we stop.', { gap: 0.6 }),
    ),
    make('birthday', again('slt', 'Happy birthday to you.', 4, { gap: 0.5 })),
    make(
      'questions-and-answers',
      [0, 1, 2].reduce((made) => made.add('slt', 'Are you coming?').add('rms', 'Yes, I am coming.'), scene()),
    ),
    make('six-close', again('slt', 'Go.', 6, { gap: 0.5 }).add('slt', errands[3], { gap: 0.8 })),
    make('once-and-not-twice', scene().add('slt', 'Please.')),
    make('eight-then-other', again('rms', 'Breathe in.', 8, { gap: 1.5 }).add('rms', 'And let go.', { gap: 1.5 })),
    make('russian-six', again('nsh', 'Я люблю свою работу.', 6, { gap: 1 })),
    make('russian-five', again('nsh', 'Мы обсудим план.', 5, { gap: 1 })),
  ];
  return { 'what was said again': repeats };
};
