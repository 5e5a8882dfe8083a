const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Text beyond the limit that is looked at, so that a word or grapheme crossing it is seen whole. */
const lookAhead = 100;
/** A cut at a line or sentence must leave at least this part of the room used. */
const enough = 0.3;

/**
 * Where to cut `text` so that at most `room` UTF-16 code units stay before the cut: after a line, else a sentence, else a word,
 * else (one word longer than `room`) a grapheme, else anywhere but within a surrogate pair. `strict` refuses all but a
 * line or a sentence (0 then means: no such place).
 */
export const cutAt = (text: string, room: number, strict = false): number => {
  if (text.length <= room) return text.length;
  if (room <= 0) return 0;
  const window = text.slice(0, room + lookAhead);
  const least = Math.floor(room * enough);
  for (const mark of ['\n\n', '\n']) {
    const line = window.lastIndexOf(mark, room - mark.length) + mark.length;
    if (line >= mark.length && line > least) return line;
  }
  const sentence = lastBoundary(sentences, window, room);
  if (sentence > least || strict) return sentence;
  const space = window.slice(0, room + 1).search(/\s\S*$/u);
  const word = space > least ? space + 1 : lastBoundary(words, window, room);
  if (word > 0) return Math.min(word, room);
  if (space > 0) return space;
  const grapheme = lastBoundary(graphemes, window, room);
  if (grapheme > 0) return grapheme;
  return /[\ud800-\udbff]$/.test(text.slice(0, room)) && room > 1 ? room - 1 : room;
};

/** Last boundary at or before `room`, 0 where there is none. White space after it belongs before it and may overhang. */
const lastBoundary = (segmenter: Intl.Segmenter, window: string, room: number): number => {
  let boundary = 0;
  for (const { index, segment } of segmenter.segment(window)) {
    const end = index + segment.length;
    if (index + segment.trimEnd().length > room) break;
    // The last segment may go on beyond the window.
    if (end === window.length && end > room) break;
    boundary = Math.min(end, room);
  }
  return boundary;
};
