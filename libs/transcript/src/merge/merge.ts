import type { Diarization, Recognition, Segment, SpeakerOutcome, Transcript } from '../model.js';
import { joinWords } from '../word.js';
import { assignSpeakers } from './assign.js';
import { heardChannels, interleave, type SpokenWords } from './channel.js';
import { paragraphs } from './paragraph.js';
import { collectWords } from './repair.js';

export interface MergeRequest {
  /** One per chunk, in the order of the recording. */
  recognitions: readonly Recognition[];
  /** Null where speakers were not asked for or could not be told apart. */
  diarization: Diarization | null;
  /** `found` without a diarization counts as `failed`. */
  outcome: SpeakerOutcome;
  /** Of the recording, seconds. */
  duration: number;
  /** Whether the words are a translation into English. */
  translated?: boolean;
  /** ISO 639-1 code; by default the one most words were recognized in, or `und` where there are no words to judge by. */
  language?: string;
  /** By default the first recognition's. */
  model?: string;
  /** By default the recognitions'. */
  engine?: string;
}

/** The plan's name of the n-th speaker, from 0. */
export const speakerLabelOf = (index: number): string => `SPEAKER_${String(index).padStart(2, '0')}`;

/**
 * Joins what the chunks heard with who spoke when. The words and their times are the same whatever the diarization
 * says; only speakers and paragraphs differ. Runs in linear time (but for n log n in repairing times): ten hours of
 * speech take well under a second. Pure; the input is not changed.
 */
export const mergeTranscript = (request: MergeRequest): Transcript => {
  const { recognitions, diarization, duration } = request;
  const outcome = request.outcome === 'found' && diarization === null ? 'failed' : request.outcome;
  const { words, clusters, turns } = spoken(recognitions, outcome === 'found' ? diarization : null, duration);

  const labels = new Map<number, string>();
  const segments = paragraphs(words, clusters, turns).map(([from, to]): Segment => {
    const own = words.slice(from, to);
    const cluster = clusters[from] ?? null;
    if (cluster !== null && !labels.has(cluster)) labels.set(cluster, speakerLabelOf(labels.size));
    return {
      start: own[0]?.start ?? 0,
      end: own.at(-1)?.end ?? 0,
      text: joinWords(own),
      speaker: cluster === null ? null : (labels.get(cluster) ?? null),
      words: own,
    };
  });

  return {
    v: 1,
    language: request.language ?? commonLanguage(recognitions),
    duration,
    model: request.model ?? recognitions[0]?.model ?? '',
    engine: request.engine ?? enginesOf(recognitions),
    translated: request.translated ?? false,
    speakers: {
      outcome,
      ...(outcome === 'found' && diarization !== null && diarization.engine !== 'none'
        ? { engine: diarization.engine }
        : {}),
      list: [...labels.values()].map((label) => ({ label })),
    },
    text: joinWords(words),
    segments,
  };
};

const spoken = (
  recognitions: readonly Recognition[],
  diarization: Diarization | null,
  duration: number,
): SpokenWords => {
  const channels = heardChannels(recognitions);
  if (channels.length > 0) return interleave(recognitions, { channels, diarization, duration });
  const words = collectWords(recognitions, duration);
  const clusters = diarization === null ? words.map(() => null) : assignSpeakers(words, diarization.turns);
  return { words, clusters, turns: new Set() };
};

/** Each once, in the order of the recording; where nothing was said nothing recognized it. */
const enginesOf = (recognitions: readonly Recognition[]): string => {
  const names = new Set(recognitions.map(({ engine }) => engine));
  if (names.size > 1) names.delete('none');
  return [...names].join(', ');
};

const commonLanguage = (recognitions: readonly Recognition[]): string => {
  const counts = new Map<string, number>();
  for (const { language, segments } of recognitions) {
    const words = segments.reduce((sum, segment) => sum + segment.words.length, 0);
    counts.set(language, (counts.get(language) ?? 0) + words);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'und';
};
