import type { Wav } from '../../wav/reader.js';
import { sampleRate } from '../../wav/sample-rate.js';
import type { LanguageShares } from '../answer.js';
import { cutLong } from '../cut.js';
import type { Recognize, RecognizedWindow } from '../recognize.js';
import { pack, type Window } from '../window.js';
import { changePoint } from './change-point.js';
import { doubtsOf, withLoneParts } from './doubt.js';
import { partsOf } from './part.js';
import { languagePath } from './path.js';
import { likeliest, weighed } from './prior.js';

export interface FollowRequest {
  wav: Wav;
  /** Of the whole recording. */
  base: string;
  /** What the person usually speaks. */
  hints: readonly string[];
  recognize: Recognize;
  /** What a window as a whole sounds like. */
  detect: (window: Window) => Promise<LanguageShares>;
}

/** Samples [from, to) of the recording in one language; null is one that the parts do not name. */
interface Slice {
  from: number;
  to: number;
  language: string | null;
}

/** A language that the parts do not name is believed from here on, and where it is so many times likelier than the base. */
const leastProbability = 0.35;
const leastRatio = 3;

/**
 * Windows in which another language than the base is spoken are recognized again, each language in windows of its own. The parts only
 * suspect a change: it stands where what is cut out there, detected by itself, is in another language too.
 */
export const followLanguages = async (
  recognized: readonly RecognizedWindow[],
  request: FollowRequest,
): Promise<RecognizedWindow[]> => {
  const parts = recognized.map(({ window }) => partsOf(window));
  // An engine that tells nothing about languages cannot be followed.
  if (parts.some((own, index) => recognized[index]?.result.languages.length !== own.length)) return [...recognized];
  const evidence = recognized.flatMap(({ result }, index) =>
    result.languages.map((shares, at) => {
      const part = parts[index]?.[at];
      return { shares, seconds: part === undefined ? 0 : (part.to - part.from) / sampleRate };
    }),
  );
  const doubted = recognized.flatMap(({ result }, index) => doubtsOf(result, parts[index] ?? [], request.base));
  // What is doubted is in some other language, until it was detected by itself.
  const all = evidence.map(({ shares, seconds }) => ({ shares: weighed(shares), seconds }));
  const path = withLoneParts(evidence, languagePath(all, request.base)).map((language, index) =>
    language === request.base && doubted[index] ? null : language,
  );
  const result: RecognizedWindow[] = [];
  let group: { recognized: RecognizedWindow; languages: (string | null)[] }[] = [];
  const close = async () => {
    if (group.length > 0) result.push(...(await again(group, request)));
    group = [];
  };
  let at = 0;
  for (const [index, one] of recognized.entries()) {
    const count = parts[index]?.length ?? 0;
    const languages = path.slice(at, at + count);
    at += count;
    if (languages.some((language) => language !== request.base)) group.push({ recognized: one, languages });
    else {
      await close();
      result.push(one);
    }
  }
  await close();
  return result;
};

/** Windows in a row that are not all in the base language, divided by language and recognized again. */
const again = async (
  group: readonly { recognized: RecognizedWindow; languages: (string | null)[] }[],
  request: FollowRequest,
): Promise<RecognizedWindow[]> => {
  const slices: Slice[] = [];
  for (const { recognized, languages } of group)
    slices.push(...(await slicesOf(recognized.window, languages, request)));
  const named = await Promise.all(runsOf(slices).map((run) => nameOf(run, request)));
  if (named.every(({ language }) => language === request.base)) return group.map(({ recognized }) => recognized);
  const windows: { window: Window; language: string }[] = [];
  for (const run of runsOf(
    named.flatMap(({ language, slices: own }) => own.map((slice) => ({ ...slice, language }))),
  )) {
    const language = run[0]?.language ?? request.base;
    for (const window of pack(await cutLong(request.wav, run))) windows.push({ window, language });
  }
  return request.recognize(windows);
};

/** The slices of a window, cut where the language of the parts changes. */
const slicesOf = async (
  window: Window,
  languages: readonly (string | null)[],
  request: FollowRequest,
): Promise<Slice[]> => {
  const slices: Slice[] = [];
  const parts = partsOf(window);
  for (const audioSlice of window) {
    const inside = parts.flatMap((part, index) =>
      part.at >= audioSlice.from && part.at < audioSlice.to ? [{ ...part, language: languages[index] ?? null }] : [],
    );
    let from = audioSlice.from;
    for (const [index, part] of inside.entries()) {
      const next = inside[index + 1];
      if (next?.language === part.language) continue;
      const beyond = inside.slice(index + 1).find(({ language }) => language !== next?.language);
      const end = beyond?.at ?? audioSlice.to;
      const change = { from, to: end, before: part.language };
      const to =
        next === undefined
          ? audioSlice.to
          : await changePoint({ ...change, near: next.at, after: next.language }, request);
      if (to > from) slices.push({ from, to, language: part.language });
      from = to;
    }
  }
  return slices;
};

/** Slices in a row that are in one language. */
const runsOf = (slices: readonly Slice[]): Slice[][] => {
  const runs: Slice[][] = [];
  for (const slice of slices) {
    const last = runs.at(-1);
    if (last !== undefined && last[0]?.language === slice.language) last.push(slice);
    else runs.push([slice]);
  }
  return runs;
};

/** The language of a run, from its first 30 s by themselves. */
const nameOf = async (
  slices: readonly Slice[],
  request: FollowRequest,
): Promise<{ language: string; slices: readonly Slice[] }> => {
  const { base, hints, wav } = request;
  const suspected = slices[0]?.language ?? null;
  const [window] = suspected === base ? [] : pack(await cutLong(wav, slices));
  if (window === undefined) return { language: base, slices };
  const shares = await request.detect(window);
  // A language that the parts name has their evidence; the base has that of its neighbours.
  const found = likeliest(shares, suspected === null ? hints : [base, suspected, ...hints]);
  const believed =
    found.language === suspected ||
    (found.probability >= leastProbability && found.probability >= leastRatio * (weighed(shares, hints)[base] ?? 0));
  return { language: believed ? found.language : base, slices };
};
