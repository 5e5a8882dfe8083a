import type { Span } from '../contract.js';
import { createJudge, type Judged } from './judge.js';
import { withoutLeaks } from './leak.js';
import { type ChannelLevels, frameSeconds } from './level.js';

/** Seconds of a piece that is judged at once: about a phrase. */
const pieceSeconds = 2;
/** Seconds of own speech that at least two channels must have. */
const least = 1;
/** Of the speech, what may be on several channels alike: more is a room, or music. */
const shared = 1 / 3;
/** Where the channels are apart, only what is this much alike is taken from the quieter of two: chance reaches 0.8. */
const certain = 0.9;
/** Frames by which the echo of a line may move. */
const wander = 2;

/** What is known of each channel's speech. */
export interface OwnVoices {
  /** Whether at least two channels carry voices of their own, and little is on several of them. */
  apart: boolean;
  /** For each channel the speech that is its own; nothing is lost, what several have stays with the loudest. */
  speech: Span[][];
}

/**
 * Whose speech is on which channel.
 * @param speech for each channel where someone speaks in it, leaks of others included
 */
export const findOwnVoices = (levels: ChannelLevels, speech: readonly (readonly Span[])[]): OwnVoices => {
  const judge = createJudge(levels);
  const judged = withoutLeaks(levels, speech).map((spans, channel) =>
    withoutChance(spans.flatMap(piecesOf).map((piece) => ({ piece, ...judge(channel, piece) }))),
  );
  const secondsOf = (pieces: readonly Judged[], verdict: Judged['verdict']): number =>
    pieces.reduce((sum, { piece, ...found }) => sum + (found.verdict === verdict ? piece.end - piece.start : 0), 0);
  const own = judged.map((pieces) => secondsOf(pieces, 'own'));
  const sharedSeconds = Math.max(0, ...judged.map((pieces) => secondsOf(pieces, 'shared')));
  const ownSeconds = own.reduce((sum, seconds) => sum + seconds, 0);
  return {
    apart:
      own.filter((seconds) => seconds >= least).length >= 2 && sharedSeconds <= shared * (ownSeconds + sharedSeconds),
    speech: judged.map((pieces) => joined(pieces.filter(isKept).map(({ piece }) => piece))),
  };
};

const isKept = ({ verdict, loudest, alike }: Judged): boolean =>
  verdict !== 'leak' && (verdict !== 'shared' || loudest || alike < certain);

/** A leak comes by one way and takes the same time all along: what would take another is a likeness by chance. */
const withoutChance = (pieces: readonly Judged[]): Judged[] => {
  const lags = new Map<number, number[]>();
  for (const { verdict, source, lag } of pieces)
    if (verdict === 'leak' && source !== null) lags.set(source, [...(lags.get(source) ?? []), lag]);
  const usual = new Map([...lags].map(([source, all]) => [source, all.sort((a, b) => a - b)[all.length >> 1] ?? 0]));
  return pieces.map((each) => {
    if (each.verdict !== 'leak' || each.source === null) return each;
    const isUsual = Math.abs(each.lag - (usual.get(each.source) ?? 0)) <= wander;
    return isUsual ? each : { ...each, verdict: 'unclear' };
  });
};

const piecesOf = ({ start, end }: Span): Span[] => {
  const count = Math.max(1, Math.round((end - start) / pieceSeconds));
  const length = (end - start) / count;
  return Array.from({ length: count }, (_, index) => ({
    start: start + index * length,
    end: start + (index + 1) * length,
  }));
};

const joined = (pieces: readonly Span[]): Span[] => {
  const spans: Span[] = [];
  for (const { start, end } of pieces) {
    const last = spans.at(-1);
    if (last !== undefined && start - last.end < frameSeconds) last.end = end;
    else spans.push({ start, end });
  }
  return spans;
};
