import type { SpeakerTurn } from '@whisper-bot/transcript';
import { sampleRate } from '../../wav/sample-rate.js';
import { frameCenter, frameSamples } from '../analysis/grid.js';

/** Silences of one speaker up to this long do not end a turn, seconds: what lies within a word. */
const longestPause = 0.2;

/** Collects turns from single frames, which come in the order of time; `duration` is the recording's, seconds. */
export const createTurns = (duration: number) => {
  const turns: SpeakerTurn[] = [];
  /** The last turn of each speaker, and the frame after it. */
  const last = new Map<number, { turn: SpeakerTurn; end: number }>();
  const edge = (frame: number) =>
    Math.min(duration, Math.max(0, (frame * frameSamples + frameCenter - frameSamples / 2) / sampleRate));
  return {
    /** The speaker speaks in this frame. */
    add(frame: number, speaker: number): void {
      const [start, end] = [edge(frame), edge(frame + 1)];
      if (end <= start) return;
      const known = last.get(speaker);
      if (known && (known.end === frame || start - known.turn.end <= longestPause)) {
        known.turn.end = end;
        known.end = frame + 1;
      } else {
        const turn = { start, end, speaker };
        turns.push(turn);
        last.set(speaker, { turn, end: frame + 1 });
      }
    },
    /** Sorted by start. */
    all: () => turns.toSorted((a, b) => a.start - b.start || a.speaker - b.speaker),
  };
};
