import type { Diarization, Recognition, Word } from '../model.js';
import { assignSpeakers } from './assign.js';
import { collectWords } from './repair.js';
import { sentenceEnds } from './sentence.js';

/** A silence this long hands the turn over even within a sentence, seconds. */
const turnPause = 1.5;

/** Words in the order they are read, each with the cluster of its speaker; null where speakers were not identified. */
export interface SpokenWords {
  words: Word[];
  /** ISO 639-1 codes, one a word. */
  languages: string[];
  clusters: (number | null)[];
  /** Before which words another turn begins, also of the same speaker: another channel speaks in between. */
  turns: ReadonlySet<number>;
}

/** The channels that were heard by themselves, in their order; empty where the recording was heard as one. */
export const heardChannels = (recognitions: readonly Recognition[]): number[] => {
  const all = recognitions.flatMap(({ segments }) => segments.flatMap(({ channel }) => channel ?? []));
  return [...new Set(all)].sort((a, b) => a - b);
};

/**
 * What was said on each channel as one conversation: sentence by sentence in the order in which they begin, so that people who talk
 * at once each stay whole. Speakers are those of the channel's own turns; without any, the channel itself.
 */
export const interleave = (
  recognitions: readonly Recognition[],
  {
    channels,
    diarization,
    duration,
  }: { channels: readonly number[]; diarization: Diarization | null; duration: number },
): SpokenWords => {
  const sentences = channels.flatMap((channel) => {
    const { words, languages } = collectWords(
      recognitions.map((recognition) => of(recognition, channel)),
      duration,
    );
    const clusters = diarization === null ? words.map(() => null) : speakersOn(channel, words, diarization);
    return sentenceRanges(words).map(([from, to]) => ({
      channel,
      words: words.slice(from, to),
      languages: languages.slice(from, to),
      clusters: clusters.slice(from, to),
    }));
  });
  sentences.sort((a, b) => (a.words[0]?.start ?? 0) - (b.words[0]?.start ?? 0) || a.channel - b.channel);
  const turns = new Set<number>();
  let count = 0;
  for (const [index, { channel, words }] of sentences.entries()) {
    if (index > 0 && sentences[index - 1]?.channel !== channel) turns.add(count);
    count += words.length;
  }
  return {
    words: sentences.flatMap(({ words }) => words),
    languages: sentences.flatMap(({ languages }) => languages),
    clusters: sentences.flatMap(({ clusters }) => clusters),
    turns,
  };
};

const of = (recognition: Recognition, channel: number): Recognition => ({
  ...recognition,
  segments: recognition.segments.filter((segment) => (segment.channel ?? 0) === channel),
});

const speakersOn = (channel: number, words: readonly Word[], { turns }: Diarization): number[] => {
  const own = turns.filter((turn) => turn.channel === channel);
  const main = own[0]?.speaker;
  // Found by an older version, or for other options: the channel is a speaker that no turn has.
  if (main === undefined) return words.map(() => 1000 + channel);
  return assignSpeakers(words, own).map((speaker) => speaker ?? main);
};

/** Ranges `[from, to)` of the sentences, cut at long silences as well. */
const sentenceRanges = (words: readonly Word[]): [number, number][] => {
  const ranges: [number, number][] = [];
  let from = 0;
  for (const end of sentenceEnds(words)) {
    for (let index = from + 1; index < end; index += 1) {
      if ((words[index]?.start ?? 0) - (words[index - 1]?.end ?? 0) < turnPause) continue;
      ranges.push([from, index]);
      from = index;
    }
    ranges.push([from, end]);
    from = end;
  }
  return ranges;
};
