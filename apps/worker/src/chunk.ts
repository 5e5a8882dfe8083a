import type { Span } from '@whisper-bot/speech';

/** Seconds of speech a chunk should hold: a crash repeats one, and a window of 30 s is packed less well at each cut. */
const targetSpeech = 180;
/** Seconds of speech up to which a recording stays in one piece. */
const wholeUpTo = 300;
/** Seconds of speech below which a chunk is not worth a job of its own. */
const least = 60;
/** A cut may move this share of a chunk away from the even place to find a longer silence. */
const leeway = 0.2;

/**
 * Into how many chunks speech is cut: one where it is short, else pieces of about three minutes, rounded up so that all
 * `workers` get the same number where the recording is long enough for that.
 */
export const chunkCount = (speech: readonly Span[], workers: number): number => {
  const total = seconds(speech);
  if (total === 0) return 0;
  if (total <= wholeUpTo) return 1;
  const wanted = Math.ceil(total / targetSpeech);
  const even = Math.ceil(wanted / Math.max(1, workers)) * Math.max(1, workers);
  return Math.max(1, Math.min(even, Math.floor(total / least)));
};

/**
 * Cuts speech into at most `count` chunks with about the same amount of speech each, at the longest silence near each
 * even place: a word is never split, a span never shared. The same input is always cut the same way.
 */
export const cutChunks = <T extends Span>(speech: readonly T[], count: number): T[][] => {
  const share = seconds(speech) / Math.max(1, count);
  const before = cumulative(speech);
  const chunks: T[][] = [];
  let from = 0;
  for (let chunk = 1; chunk < count; chunk += 1) {
    const to = bestCut(speech, before, { from, even: chunk * share, slack: share * leeway });
    chunks.push(speech.slice(from, to));
    from = to;
  }
  chunks.push(speech.slice(from));
  return chunks;
};

/** Sum of the spans, seconds. */
export const seconds = (speech: readonly Span[]): number =>
  speech.reduce((sum, span) => sum + span.end - span.start, 0);

/** Seconds of speech before each span. */
const cumulative = (speech: readonly Span[]): number[] => {
  let sum = 0;
  return speech.map(({ start, end }) => {
    const before = sum;
    sum += end - start;
    return before;
  });
};

/** The index of the first span after the cut; `from` where nothing can be cut off. */
const bestCut = (
  speech: readonly Span[],
  before: readonly number[],
  at: { from: number; even: number; slack: number },
): number => {
  let best = at.from;
  let longest = -1;
  let nearest = at.from;
  // Speech of another channel may end later.
  let ended = speech[at.from]?.end ?? 0;
  for (let index = at.from + 1; index < speech.length; index += 1) {
    const distance = Math.abs((before[index] ?? 0) - at.even);
    if (distance < Math.abs((before[nearest] ?? 0) - at.even)) nearest = index;
    const silence = Math.max(0, (speech[index]?.start ?? 0) - ended);
    ended = Math.max(ended, speech[index]?.end ?? 0);
    if (distance <= at.slack && silence > longest) {
      longest = silence;
      best = index;
    }
  }
  return longest >= 0 ? best : nearest;
};
