import { speakerNames, type TranscriptLabels } from '../label.js';
import { textLanguage } from '../language.js';
import type { Transcript } from '../model.js';
import { milliseconds } from '../time.js';
import { functionWords } from './function-word.js';
import { layoutCues } from './layout.js';
import { type SubtitleLimits, subtitleLimits } from './limit.js';
import { displayWidth, pieces } from './piece.js';

/** What one speaker says within a cue. */
export interface CuePart {
  /** Display name; null where nobody was told apart or names are off. */
  speaker: string | null;
  /** One or two; a single one where the cue has two parts. */
  lines: string[];
}

/** A subtitle: whole milliseconds, never overlapping the next; two parts (each a dashed line) where two people exchange a word. */
export interface Cue {
  start: number;
  end: number;
  parts: CuePart[];
}

export interface CueOptions {
  /** Whether cues name their speakers. */
  speakers: boolean;
  /** Whether the name is written into the text at the start of a turn (SRT, which has no field for it). */
  prefix: boolean;
  labels: TranscriptLabels;
}

/** The transcript as subtitles, in order; see `subtitleLimits` for what is kept. */
export const subtitleCues = (transcript: Transcript, options: CueOptions): Cue[] => {
  const language = textLanguage(transcript);
  const limits = subtitleLimits(language);
  const names = speakerNames(transcript, options.labels);
  const weak = functionWords(language);
  const cues: DraftedCue[] = [];
  let before: string | null = null;
  for (const segment of transcript.segments) {
    const name = segment.speaker === null ? null : (names.get(segment.speaker) ?? segment.speaker);
    const prefix = options.speakers && options.prefix && segment.speaker !== before ? name : null;
    before = segment.speaker;
    const speaker = options.speakers ? name : null;
    for (const { start, end, lines } of layoutCues(pieces(segment, weak, { limits, prefix, language }), limits)) {
      cues.push({ start, end, voice: segment.speaker, parts: [{ speaker, lines }] });
    }
  }
  return settleTimes(pairExchanges(cues, limits), limits);
};

/** Seconds still, and who speaks even where names are off. */
interface DraftedCue extends Cue {
  voice: string | null;
}

/** Two quick turns that could not be read one after the other share a cue, each on a line of its own with a dash. */
const pairExchanges = (cues: readonly DraftedCue[], limits: SubtitleLimits): Cue[] => {
  const result: Cue[] = [];
  for (let index = 0; index < cues.length; index += 1) {
    const first = cues[index] as DraftedCue;
    const second = cues[index + 1];
    const after = cues[index + 2];
    if (second !== undefined && first.voice !== second.voice && fitDash(first, limits) && fitDash(second, limits)) {
      const hurried =
        second.start - first.start < limits.shortest ||
        (after !== undefined && after.start - second.start < limits.shortest);
      if (hurried && second.start - first.end < limits.shortest && second.end - first.start <= limits.longest) {
        result.push({ start: first.start, end: second.end, parts: [...first.parts, ...second.parts] });
        index += 1;
        continue;
      }
    }
    result.push({ start: first.start, end: first.end, parts: first.parts });
  }
  return result;
};

const fitDash = ({ parts }: Cue, limits: SubtitleLimits): boolean => {
  const lines = parts[0]?.lines ?? [];
  return lines.length === 1 && displayWidth(lines[0] ?? '') + 2 <= limits.line;
};

/** Whole milliseconds; each cue stays long enough to be read where the next one leaves room, and never into it. */
const settleTimes = (cues: readonly Cue[], limits: SubtitleLimits): Cue[] => {
  let free = 0;
  return cues.map((cue, index) => {
    const start = Math.max(milliseconds(cue.start), free);
    const spokenEnd = Math.max(milliseconds(cue.end), start + 1);
    const next = cues[index + 1];
    const nextStart = next === undefined ? Number.POSITIVE_INFINITY : milliseconds(next.start);
    const width = cue.parts.reduce((sum, { lines }) => sum + displayWidth(lines.join(' ')), 0);
    const read = Math.max(milliseconds(limits.shortest), milliseconds(width / limits.speed));
    const wanted = Math.min(
      Math.max(
        spokenEnd,
        Math.min(
          start + read,
          Math.max(spokenEnd + milliseconds(limits.linger), start + milliseconds(limits.shortest)),
        ),
      ),
      start + milliseconds(limits.longest),
    );
    // The gap is given up where it would cost a cue that is short already.
    const gapped = nextStart - milliseconds(limits.gap);
    const bound = gapped - start >= milliseconds(limits.shortest) ? gapped : nextStart;
    const end = Math.max(Math.min(wanted, bound), start + 1);
    free = end;
    return { start, end, parts: cue.parts };
  });
};

/** The lines of a cue as shown: two speakers get a dash each. */
export const cueLines = (cue: Cue): string[] =>
  cue.parts.length > 1 ? cue.parts.map(({ lines }) => `- ${lines.join(' ')}`) : (cue.parts[0]?.lines ?? []);
