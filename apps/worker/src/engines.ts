import type { Decoder, Diarizer, SpeechDetector, Transcriber } from '@whisper-bot/speech';

/** What a worker needs of the speech library; tests put stand-ins here. */
export interface Engines {
  decoder: Decoder;
  detector: SpeechDetector;
  transcriber: Transcriber;
  diarizer: Diarizer;
}
