import type { AudioTrack } from '@whisper-bot/speech';
import type { TaskOptions } from '@whisper-bot/task';

/** Tracks that are listened to: more are languages of a film, and its own comes first. */
const mostTracks = 8;

/**
 * The sound tracks of a file in the order in which they are wanted: only the one asked for, else those in the language asked for, else
 * what players begin with; what is there for some only comes last.
 */
export const wantedTracks = (tracks: readonly AudioTrack[], { track, language }: TaskOptions): number[] => {
  if (track !== undefined) return [track];
  const rank = (each: AudioTrack): number =>
    (language !== 'auto' && sameLanguage(each.language, language) ? 4 : 0) +
    (each.isExtra ? 0 : 2) +
    (each.isDefault ? 1 : 0);
  return tracks
    .toSorted((a, b) => rank(b) - rank(a) || a.number - b.number)
    .map(({ number }) => number)
    .slice(0, mostTracks);
};

/** ISO 639-1 code of a track's language, of whatever kind its tag is; null where it is unknown. */
export const trackLanguage = (tag: string | null): string | null => {
  if (tag === null) return null;
  try {
    const { language } = new Intl.Locale(tag.replaceAll('_', '-'));
    // Norwegian as Whisper has it.
    return language === 'nb' ? 'no' : (language ?? null);
  } catch {
    return null;
  }
};

const sameLanguage = (tag: string | null, code: string): boolean => trackLanguage(tag) === code;
