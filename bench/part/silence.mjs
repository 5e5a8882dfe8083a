import { context, hear, openEngines } from '../engines.mjs';
import { gapped } from '../material.mjs';
import { row } from '../measure.mjs';

/** Words that no one said: a thousand spoken ones with two hours of silence, noise and music between them. */
export const silence = async ({ dir }) => {
  const { engines } = openEngines();
  try {
    const { wav, gaps, words, seconds } = gapped(dir, { hours: 2, repeats: 9 });
    const speech = await engines.detector.detect(wav, context);
    const { segments } = await hear(engines, wav, 'en', speech);
    const heard = segments.flatMap((segment) => segment.words);
    const within = ({ start, end }, gap) => (start + end) / 2 > gap.start && (start + end) / 2 < gap.end;
    const rows = Object.keys(gaps).map((kind) => {
      const invented = heard.filter((word) => gaps[kind].some((gap) => within(word, gap)));
      const what = `words within ${Math.round(gaps[kind].reduce((sum, gap) => sum + gap.end - gap.start, 0) / 60)} min of ${kind}`;
      return row(what, String(invented.length), '0', invented.length === 0);
    });
    const taken = speech.reduce((sum, { start, end }) => sum + end - start, 0);
    rows.push(
      row('words said, words heard', `${words}, ${heard.length}`),
      row('taken for speech', `${taken.toFixed(0)} of ${seconds.toFixed(0)} s`),
    );
    return {
      rows,
      notes: ['The dialogue of the samples nine times; music is synthetic: plucked chords with a bass and drums.'],
    };
  } finally {
    await engines.close();
  }
};
