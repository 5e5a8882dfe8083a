import { formatIds, formats, mergeTranscript } from '@whisper-bot/transcript';
import { inTurn, row, spread } from '../measure.mjs';

const words = 100_000;
const perSegment = 12;

/** Merging and writing down 100,000 words of four speakers, about nine hours. */
export const formatting = async () => {
  const segments = [];
  for (let first = 0; first < words; first += perSegment) {
    const own = Array.from({ length: Math.min(perSegment, words - first) }, (_, index) => {
      const start = (first + index) * 0.33;
      return {
        start,
        end: start + 0.3,
        text: index === perSegment - 1 ? `word${index}.` : `word${index}`,
        probability: 0.9,
      };
    });
    segments.push({ start: own[0].start, end: own.at(-1).end, words: own });
  }
  const duration = words * 0.33;
  const turns = segments.map(({ start, end }, index) => ({ start, end, speaker: (index >> 2) % 4 }));
  const request = {
    recognitions: [{ v: 1, language: 'en', model: 'base', engine: 'bench', segments }],
    diarization: { v: 1, engine: 'bench', speakers: 4, turns },
    outcome: 'found',
    duration,
  };
  const transcript = mergeTranscript(request);
  const candidates = { merge: async () => mergeTranscript(request) };
  for (const id of formatIds) candidates[id] = () => formats[id].render(transcript, {});
  const times = await inTurn(candidates, 5);
  return {
    rows: Object.entries(times).map(([name, all]) =>
      row(
        name,
        `${spread(
          all.map((s) => s * 1000),
          0,
        )} ms`,
      ),
    ),
    notes: [`${words.toLocaleString('en')} words by four speakers, ${transcript.segments.length} paragraphs.`],
  };
};
