// Several languages in one recording.
import { errands, russian, talk } from './sentence.mjs';

export const languageKinds = ({ scene, make, tell }) => {
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
    make('last-sentence-russian', tell(scene(), 'rms', errands.slice(0, 2)).add('nsh', russian[1])),
    make('last-sentence-english', tell(scene(), 'nsh', russian.slice(0, 2)).add('slt', errands[2])),
    make('first-sentence-russian', tell(scene().add('nsh', russian[2]), 'slt', errands.slice(0, 3))),
    make(
      'english-russian-english-close',
      tell(tell(tell(scene(), 'slt', errands.slice(0, 2)), 'nsh', russian.slice(0, 2)), 'slt', errands.slice(2)),
    ),
    make(
      'sentence-by-sentence',
      errands.slice(0, 4).reduce((made, text, at) => made.add('slt', text).add('nsh', russian[at]), scene()),
    ),
    make(
      'one-sentence-among-others',
      tell(tell(scene(), 'rms', talk.slice(0, 3)).add('nsh', russian[1]), 'rms', talk.slice(3)),
    ),
    make(
      'a-sentence-beside-the-change',
      tell(
        tell(
          tell(scene(), 'rms', [
            'The train to Boston leaves at half past six.',
            'No one told me that the meeting was cancelled.',
            'Please bring two bottles of water and some fruit.',
          ]),
          'nsh',
          russian.slice(0, 3),
        ),
        'rms',
        errands.slice(0, 3),
      ),
    ),
    make(
      'german-then-english',
      tell(
        scene().add('german', 'Guten Morgen, wie geht es Ihnen?').add('german', 'Ich habe heute leider keine Zeit.'),
        'slt',
        errands.slice(0, 3),
      ),
      { times: false },
    ),
  ];
  return { 'languages by stretch': language };
};
