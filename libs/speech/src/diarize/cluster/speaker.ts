import type { SpeakerCount } from '@whisper-bot/task';
import type { Analysis, LocalSpeaker } from '../analysis/analysis.js';
import { voiceLength } from '../analysis/grid.js';
import type { Voice } from './agglomerate.js';
import { alignByTime } from './align.js';
import { assignByVoice, type Speaker } from './assign.js';
import { condense } from './condense.js';
import { peopleAmong } from './count.js';
import { overlapOf } from './overlap.js';
import { cosine, createVectors, unit, unitInto } from './vector.js';

/**
 * Mean cosine distance up to which clusters are one speaker. One speaker's voices lie at 0.05–0.3 in CAM++'s space, those of two
 * in one recording at 0.4–0.6; results are nearly the same from 0.40 to 0.46 (docs/adr/0007-diarization.md).
 */
const threshold = 0.44;
/** Frames alone (0.34 s) from which a voice may found a speaker. */
const reliable = 20;
/** Where there are so many of a second, shorter ones found nobody: they are like their speaker only roughly. */
const plenty = 150;
const second = 60;
/** Above this cosine two voices of one window may be one: the network split a speaker. */
const splitSimilarity = 0.6;

/**
 * Frames (0.5 s), and share of the speech, in which two speak at once, from which there are two people though their voices are alike. Where
 * one speaks, in a hall or in noise too, the network hears at most 0.012 of it (docs/adr/0007-diarization.md).
 */
const leastOverlap = 30;
const overlapShare = 0.03;

/** Which speaker of the recording each local speaker is; −1 where that cannot be told. */
export const clusterSpeakers = (analysis: Analysis, count: SpeakerCount): number[] => {
  const { speakers: locals } = analysis;
  const founders = chooseFounders(locals);
  // Nobody was ever heard alone long enough: one voice at most can be told.
  if (founders.length === 0) return locals.map(() => 0);

  const voices = condense(voicesOf(locals, founders), founders.length);
  const found = speakersOf(voices, peopleAmong(voices, threshold, count));
  const speakers =
    found.length === 1 && count.kind !== 'exactly' && !(count.kind === 'at-most' && count.count < 2) && isTwo(analysis)
      ? speakersOf(voices, peopleAmong(voices, threshold, { kind: 'exactly', count: 2 }))
      : found;
  const label = assignByVoice(locals, speakers);
  return alignByTime(analysis, label, speakers.length);
};

/** Whether two are heard at once for so long that they cannot be one. */
const isTwo = (analysis: Analysis): boolean => {
  const { speech, overlap } = overlapOf(analysis);
  return overlap >= leastOverlap && overlap >= overlapShare * speech;
};

const chooseFounders = (locals: readonly LocalSpeaker[]): number[] => {
  const heard = [...locals.keys()].filter((index) => locals[index]?.voice);
  const of = (least: number) => heard.filter((index) => !locals[index]?.rough && (locals[index]?.alone ?? 0) >= least);
  const long = of(second);
  if (long.length >= plenty) return long;
  const good = of(reliable);
  return good.length > 0 ? good : heard;
};

/** One after another: the numbers of all of them at once would be many for hours. */
function* voicesOf(locals: readonly LocalSpeaker[], founders: readonly number[]): Generator<Voice> {
  const newVector = createVectors(voiceLength);
  for (const [position, index] of founders.entries()) {
    const { voice, alone, window } = locals[index] as LocalSpeaker & { voice: Int8Array };
    const unlike = new Map<number, number>();
    // At most three in a window, one after another.
    for (const other of [position - 2, position - 1, position + 1, position + 2]) {
      const neighbour = locals[founders[other] ?? -1];
      if (neighbour?.window === window && neighbour.voice && cosine(voice, neighbour.voice) < splitSimilarity)
        unlike.set(other, Math.min(alone, neighbour.alone));
    }
    yield { vector: unitInto(newVector(), voice), weight: alone, unlike };
  }
}

const speakersOf = (voices: readonly Voice[], labels: readonly number[]): Speaker[] => {
  const speakers: Speaker[] = [];
  for (const [index, { vector, weight }] of voices.entries()) {
    const label = labels[index] as number;
    if (label < 0) continue;
    speakers[label] ??= { voice: new Float32Array(vector.length), frames: 0 };
    const speaker = speakers[label] as Speaker;
    speaker.frames += weight;
    for (let i = 0; i < vector.length; i++)
      speaker.voice[i] = (speaker.voice[i] as number) + weight * (vector[i] as number);
  }
  return speakers.map(({ voice, frames }) => ({ voice: unit(voice), frames }));
};
