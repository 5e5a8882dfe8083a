/** What a cue may hold. */
export interface SubtitleLimits {
  /** Characters a line (combining marks not counted). */
  line: number;
  /** Lines a cue. */
  lines: 2;
  /** Characters a second a viewer can read; kept where the speech leaves time. */
  speed: number;
  /** Seconds a cue stays at least (where the next one leaves room) and at most. */
  shortest: number;
  longest: number;
  /** Seconds between two cues, where both stay long enough. */
  gap: number;
  /** Seconds a cue may stay after its last word to be read. */
  linger: number;
}

/**
 * 1–7 s, 21 characters a second, 2 lines of 42 characters: TED Translators Cheat-sheet (translations.ted.com). The gap of
 * two frames (83 ms at 24 fps) and the places to break (after punctuation, before conjunctions and prepositions):
 * Netflix Timed Text Style Guide, General Requirements (partnerhelp.netflixstudios.com, article 215758617). Lingering
 * is our own bound: Netflix allows half a second, too little where nothing of the speech may be shortened.
 */
const standard: SubtitleLimits = {
  line: 42,
  lines: 2,
  speed: 21,
  shortest: 1,
  longest: 7,
  gap: 0.083,
  linger: 1.5,
};

/** Line lengths and reading speeds of the Netflix guides for Chinese, Japanese and Korean (sublingo.cc/guides/subtitle-specs-by-language lists them). */
const wide: Readonly<Record<string, Partial<SubtitleLimits>>> = {
  zh: { line: 16, speed: 9 },
  yue: { line: 16, speed: 9 },
  ja: { line: 13, speed: 4 },
  ko: { line: 16, speed: 12 },
};

/** The limits for a language (ISO code). */
export const subtitleLimits = (language: string): SubtitleLimits => ({ ...standard, ...wide[language] });
