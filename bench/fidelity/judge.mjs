// Whether what was heard is what was said: every sentence, in order, about when and by whom, and nothing else.
import { normalizeWords } from '@whisper-bot/testing';

/** Seconds that the first word of a sentence may begin early or late, and the last may end. */
const tolerance = 0.8;
/** Of a sentence's words, so many may be spelt otherwise: the base model mishears synthetic voices. */
const misheard = (words) => (words <= 2 ? 0 : Math.max(1, Math.floor(words * 0.34)));

/**
 * Each heard word is given to an expected one or to none, by the fewest changes.
 * @returns {(number | null)[]} by expected word: the index of the heard word that stands for it
 */
const align = (expected, heard) => {
  const wide = heard.length + 1;
  const cost = new Uint32Array((expected.length + 1) * wide);
  for (let j = 0; j < wide; j += 1) cost[j] = 2 * j;
  for (let i = 1; i <= expected.length; i += 1) {
    cost[i * wide] = 2 * i;
    for (let j = 1; j < wide; j += 1) {
      const same = expected[i - 1] === heard[j - 1] ? 0 : 3;
      cost[i * wide + j] = Math.min(
        cost[(i - 1) * wide + j - 1] + same,
        cost[(i - 1) * wide + j] + 2,
        cost[i * wide + j - 1] + 2,
      );
    }
  }
  const found = expected.map(() => null);
  let [i, j] = [expected.length, heard.length];
  while (i > 0 && j > 0) {
    const here = cost[i * wide + j];
    const same = expected[i - 1] === heard[j - 1] ? 0 : 3;
    if (here === cost[(i - 1) * wide + j - 1] + same) {
      i -= 1;
      j -= 1;
      found[i] = j;
    } else if (here === cost[(i - 1) * wide + j] + 2) i -= 1;
    else j -= 1;
  }
  return found;
};

/** `{ word, start, end }` for each plain word: `twenty-one` is two. */
const plainWords = (words) =>
  words.flatMap(({ text, ...times }) => normalizeWords(text).map((word) => ({ word, ...times })));

/** What is wrong with the words of one speaker, or of all; empty where nothing is. */
const faultsOf = (turns, heard, { times }) => {
  const given = turns.map((turn) => normalizeWords(turn.text));
  // A word that sounds like another (`also`) is as good.
  const same = new Map(turns.flatMap(({ text, also }) => also.map((other) => [other, normalizeWords(text)[0]])));
  const words = plainWords(heard).map((each) => ({ ...each, word: same.get(each.word) ?? each.word }));
  const found = align(
    given.flat(),
    words.map(({ word }) => word),
  );
  const faults = [];
  let from = 0;
  let used = 0;
  for (const [index, { text, start, end }] of turns.entries()) {
    const places = found.slice(from, from + given[index].length);
    const wanted = given[index];
    const right = places.filter((place, at) => place !== null && words[place].word === wanted[at]).length;
    used += places.filter((place) => place !== null).length;
    const wrong = wanted.length - right;
    if (wrong > misheard(wanted.length)) {
      const instead = places.filter((place) => place !== null).map((place) => words[place].word);
      faults.push(`“${text}” heard as “${instead.join(' ')}”`);
    } else if (times) {
      const known = places.filter((place) => place !== null).map((place) => words[place]);
      const off = [known[0].start - start, known.at(-1).end - end].find((by) => Math.abs(by) > tolerance);
      if (off !== undefined) faults.push(`“${text}” ${off.toFixed(1)} s off`);
    }
    from += wanted.length;
  }
  const more = words.length - used;
  const allowed = Math.floor(given.flat().length * 0.1);
  if (more > allowed) faults.push(`${more} words more than were said`);
  return faults;
};

/** Words lie within the recording, take time, and do not go back. */
const disorderOf = (words, duration) => {
  const bad = words.find(
    ({ start, end }, at) => end <= start || end > duration + 0.05 || (at > 0 && start < words[at - 1].start - 0.001),
  );
  return bad === undefined ? [] : [`“${bad.text}” from ${bad.start} to ${bad.end} s of ${duration} s`];
};

const permutations = (list) =>
  list.length < 2
    ? [list]
    : list.flatMap((one, at) => permutations(list.toSpliced(at, 1)).map((rest) => [one, ...rest]));

/**
 * Judges one answer. `expected` has turns, `speakers` where they must be told apart, `until` where no one knows what follows
 * (seconds), `times` false where they do not matter.
 * `heard` has words by segment with speakers. Returns what is wrong, one sentence each.
 */
export const judge = ({ turns, speakers = false, breaksOff, times = true, until = Infinity }, heard) => {
  const all = heard.segments.flatMap(({ words }) => words).filter(({ start }) => start < until);
  const faults =
    heard.duration === undefined ? [] : heard.segments.flatMap(({ words }) => disorderOf(words, heard.duration));
  if (breaksOff !== undefined && heard.breaksOff !== undefined && heard.breaksOff !== breaksOff)
    faults.push(breaksOff ? 'does not say that it breaks off' : 'says that it breaks off');
  const options = { times };
  if (!speakers) return [...faults, ...faultsOf(turns, all, options)];
  const people = [...new Set(turns.map(({ speaker }) => speaker))];
  const labels = [...new Set(heard.segments.map(({ speaker }) => speaker))];
  if (labels.length !== people.length) return [...faults, `${labels.length} speakers instead of ${people.length}`];
  const tries = permutations(labels).map((order) =>
    people.flatMap((person, at) => {
      const own = heard.segments.filter(({ speaker }) => speaker === order[at]).flatMap(({ words }) => words);
      return faultsOf(
        turns.filter(({ speaker }) => speaker === person),
        own,
        options,
      );
    }),
  );
  return [...faults, ...tries.toSorted((a, b) => a.length - b.length)[0]];
};
