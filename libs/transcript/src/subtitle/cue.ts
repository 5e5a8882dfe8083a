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
  /** Display name; null where speakers were not identified or names are off. */
  speaker: string | null;
  /** One or two; a single one where the cue has two parts. */
  lines: string[];
}

/** A subtitle: whole milliseconds, overlapping the next only where people talk at once; two parts (each a dashed line) where two people exchange a word. */
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
  // Of people who talk at once.
  cues.sort((a, b) => a.start - b.start);
  return settleTimes(pairExchanges(cues, limits), limits, transcript.duration);
};

/** Cues that may begin while one is spoken. */
const nearby = 20;

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
        result.push({
          start: first.start,
          end: Math.max(first.end, second.end),
          parts: [...first.parts, ...second.parts],
        });
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

/**
 * Whole milliseconds; each cue stays long enough to be read where the next one leaves room, and never into it nor beyond the end of
 * the recording. One that begins while another is spoken does not cut that short.
 */
const settleTimes = (cues: readonly Cue[], limits: SubtitleLimits, duration: number): Cue[] => {
  let free = 0;
  const whole = duration > 0 ? Math.floor(duration * 1000) : Number.POSITIVE_INFINITY;
  return cues.map((cue, index) => {
    const before = cues[index - 1];
    const isAlone = before === undefined || milliseconds(before.end) <= milliseconds(cue.start);
    const start = Math.min(Math.max(milliseconds(cue.start), isAlone ? free : 0), Math.max(0, whole - 1));
    const spokenEnd = Math.max(milliseconds(cue.end), start + 1);
    const next = cues.slice(index + 1, index + 1 + nearby).find((each) => milliseconds(each.start) >= spokenEnd);
    const nextStart = Math.min(next === undefined ? Number.POSITIVE_INFINITY : milliseconds(next.start), whole);
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
    const gapped = nextStart - (nextStart === whole ? 0 : milliseconds(limits.gap));
    const bound = gapped - start >= milliseconds(limits.shortest) ? gapped : nextStart;
    const end = Math.max(Math.min(wanted, bound), start + 1);
    free = end;
    return { start, end, parts: cue.parts };
  });
};

/** The lines of a cue as shown: two speakers get a dash each. */
export const cueLines = (cue: Cue): string[] =>
  cue.parts.length > 1 ? cue.parts.map(({ lines }) => `- ${lines.join(' ')}`) : (cue.parts[0]?.lines ?? []);
