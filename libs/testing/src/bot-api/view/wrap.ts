const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\ufe0f/u;

/** Columns a text takes in a terminal: emoji and East Asian characters take two. */
export function width(text: string): number {
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) columns += wide.test(segment) ? 2 : 1;
  return columns;
}

/** Fills a text with blanks to so many columns. */
export function fit(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(columns - width(text), 0));
}

/** Breaks a text into lines of at most so many columns, between words where it can. Control characters become blanks. */
export function wrap(text: string, columns: number): string[] {
  // Whatever a transcript or a name says, it must not move the cursor or colour the terminal.
  const safe = text.replace(/[^\P{Cc}\n]/gu, ' ');
  return safe.split('\n').flatMap((line) => wrapLine(line, columns));
}

function wrapLine(line: string, columns: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\s)/)) {
    if (width(current + word.trimEnd()) <= columns) {
      current += word;
      continue;
    }
    if (current) lines.push(current.trimEnd());
    current = '';
    for (const { segment } of segmenter.segment(word)) {
      if (width(current + segment) > columns && segment.trim()) {
        lines.push(current);
        current = '';
      }
      current += segment;
    }
  }
  lines.push(current.trimEnd());
  return lines;
}
