/** A cue read back from a file: milliseconds and lines. */
export interface ParsedCue {
  start: number;
  end: number;
  lines: string[];
}

const timing = /^(\d{2,}):(\d\d):(\d\d)[,.](\d{3}) --> (\d{2,}):(\d\d):(\d\d)[,.](\d{3})$/;

const parseTiming = (line: string): [number, number] => {
  const [, ...fields] = timing.exec(line) ?? [];
  if (fields.length !== 8) throw new Error(`not a timing line: ${line}`);
  const [h1 = 0, m1 = 0, s1 = 0, ms1 = 0, h2 = 0, m2 = 0, s2 = 0, ms2 = 0] = fields.map(Number);
  return [((h1 * 60 + m1) * 60 + s1) * 1000 + ms1, ((h2 * 60 + m2) * 60 + s2) * 1000 + ms2];
};

/** Reads SubRip strictly: numbers in order, one empty line between cues. */
export const parseSrt = (file: string): ParsedCue[] =>
  file === ''
    ? []
    : file
        .replace(/\n$/, '')
        .split('\n\n')
        .map((cue, index) => {
          const [number, times = '', ...lines] = cue.split('\n');
          if (number !== String(index + 1)) throw new Error(`cue ${index + 1} is numbered ${number}`);
          const [start, end] = parseTiming(times);
          return { start, end, lines };
        });

/** Reads WebVTT strictly; markup other than voices is an error. */
export const parseVtt = (file: string): (ParsedCue & { voices: string[] })[] => {
  const [head, ...blocks] = file.replace(/\n$/, '').split('\n\n');
  if (head !== 'WEBVTT') throw new Error('no WEBVTT header');
  return blocks
    .filter((block) => !block.startsWith('NOTE '))
    .map((block) => {
      const [times = '', ...lines] = block.split('\n');
      const [start, end] = parseTiming(times);
      const payload = lines.join('\n');
      const voices = [...payload.matchAll(/<v ([^>]+)>/g)].map((match) => unescapeVtt(match[1] ?? ''));
      const bare = payload.replace(/<v [^>]+>|<\/v>/g, '');
      if (/[<>]/.test(bare)) throw new Error(`markup in ${payload}`);
      return { start, end, voices, lines: unescapeVtt(bare).split('\n') };
    });
};

const unescapeVtt = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
