import type { LocalSpeaker } from '../analysis/analysis.js';
import { bestMatch } from './match.js';
import { cosine } from './vector.js';

/** Somebody heard in the whole recording. */
export interface Speaker {
  /** Mean voice, of length 1. */
  voice: Float32Array;
  /** Frames it was taken from. */
  frames: number;
}

/**
 * Gives each local speaker with a voice the speaker it resembles, no two of a window the same one where there are enough; the
 * more of it was heard the more its likeness counts. −1 for those without a voice.
 */
export const assignByVoice = (locals: readonly LocalSpeaker[], speakers: readonly Speaker[]): number[] => {
  const label = locals.map(() => -1);
  for (const group of byWindow(locals).values()) {
    const heard = group.filter((index) => locals[index]?.voice);
    const likeness = heard.map((index) => {
      const { voice, active } = locals[index] as LocalSpeaker & { voice: Int8Array };
      return speakers.map((speaker) => (1 + cosine(voice, speaker.voice)) * Math.sqrt(active));
    });
    for (const [row, speaker] of bestMatch(likeness).entries()) {
      const nearest = (likeness[row] as number[]).reduce((a, value, b, all) => (value > (all[a] as number) ? b : a), 0);
      label[heard[row] as number] = speaker >= 0 ? speaker : nearest;
    }
  }
  return label;
};

/** Indexes of the local speakers of each window. */
export const byWindow = (locals: readonly LocalSpeaker[]): Map<number, number[]> => {
  const groups = new Map<number, number[]>();
  for (const [index, { window }] of locals.entries()) {
    const group = groups.get(window);
    if (group) group.push(index);
    else groups.set(window, [index]);
  }
  return groups;
};
