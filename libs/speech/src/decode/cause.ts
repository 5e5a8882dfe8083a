/**
 * Sentences of ffmpeg that say why a file could not be decoded, word by word as its sources have them. They hold nothing of the
 * file: its log also has titles, comments and locations, which are private.
 */
const known = [
  'Invalid data found when processing input',
  'moov atom not found',
  'EBML header parsing failed',
  'Header missing',
  'Could not find codec parameters',
  'Decoder (codec none) not found',
  'Unsupported codec',
  'Error while decoding stream',
  'Error while opening decoder',
  'Error initializing output stream',
  'Error opening input',
  'Failed to read frame size',
  'Failed to find two consecutive MPEG audio frames',
  'No space left on device',
  'Disk quota exceeded',
  'File too large',
  'Cannot allocate memory',
  'Operation not permitted',
  'Permission denied',
  'Input/output error',
  'End of file',
  'Resource temporarily unavailable',
  'File ended prematurely',
  'partial file',
  'stream 0, offset',
  'Output file is empty, nothing was encoded',
  'Output file #0 does not contain any stream',
  'does not contain any stream',
  'matches no streams',
  'Format not on whitelist',
  'not on whitelist',
  'Truncating packet',
  'channel element',
  'Number of bands',
  'Invalid frame header',
  'invalid residual',
  'invalid sync code',
  'Unrecognized option',
  'Option not found',
  'Conversion failed',
] as const;

/** ffmpeg's own sentences: its description of the file is indented. */
export const messagesOf = (log: string): string =>
  log
    .split('\n')
    .filter((line) => /^\S/.test(line))
    .join('\n');

/** What an operator may read of ffmpeg's log; `how` says what happened where nothing in it is known. */
export const causeOf = (log: string, how: string): string => {
  const messages = messagesOf(log);
  const found = known.filter((sentence) => messages.includes(sentence));
  const refused = /\[([a-z0-9_,]{1,60}) @ [^\]]{1,40}\] Format not on whitelist/.exec(messages)?.[1];
  return [how, ...found, ...(refused === undefined ? [] : [`the format is ${refused}`])].join('; ');
};
