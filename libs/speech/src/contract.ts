import type { SpeakerCount } from '@whisper-bot/task';
import type { Diarization, Recognition } from '@whisper-bot/transcript';

/** What every engine call takes besides its input. */
export interface CallContext {
  /** Aborting kills the work at once; the call then rejects with the signal's reason. */
  signal: AbortSignal;
  /** Called with the done fraction, 0–1, rising; at most a few times a second. */
  onProgress?: (fraction: number) => void;
}

export interface MediaInfo {
  /** Seconds; null where the container does not say (it is then known after decoding). */
  duration: number | null;
  /** ffmpeg's name of the container and of the audio codec. */
  format: string;
  codec: string;
  channels: number;
  /** Hz. */
  sampleRate: number;
}

export interface Decoded {
  /** Seconds. */
  duration: number;
  /** True where the file certainly ends before its time. */
  breaksOff?: boolean;
}

/** Any audio or video → 16 kHz mono 16-bit PCM in a WAV file, streamed in bounded memory. */
export interface Decoder {
  /** Throws TaskError `empty-file`, `not-media`, `no-audio-track`, `unsafe-media`. */
  probe(path: string, context: CallContext): Promise<MediaInfo>;
  /** Writes `target` (the caller renames it). Throws TaskError `damaged-media` … */
  decode(path: string, target: string, context: CallContext): Promise<Decoded>;
}

/** A stretch of speech, seconds of the recording. */
export interface Span {
  start: number;
  end: number;
}

export interface SpeechDetector {
  /** Spans of speech in a 16 kHz mono WAV, sorted, disjoint; empty where nobody speaks. */
  detect(wav: string, context: CallContext): Promise<Span[]>;
}

export interface TranscribeRequest {
  /** 16 kHz mono WAV of the whole recording. */
  wav: string;
  /** The stretches of speech to transcribe, sorted; only these are read. */
  speech: readonly Span[];
  /** whisper.cpp model name; resolved to a file by the model store. */
  model: string;
  /** ISO 639-1; never `auto`: ask detectLanguage once for the recording. */
  language: string;
  translate: boolean;
  prompt: string;
}

export interface Transcriber {
  /** Recognizes words with times of the whole recording. */
  transcribe(request: TranscribeRequest, context: CallContext): Promise<Recognition>;
  /** From up to the first 30 s of the given speech. */
  detectLanguage(
    request: Pick<TranscribeRequest, 'wav' | 'speech' | 'model'>,
    context: CallContext,
  ): Promise<{ language: string; probability: number }>;
}

export interface DiarizeRequest {
  wav: string;
  speech: readonly Span[];
  speakers: SpeakerCount;
}

export interface Diarizer {
  diarize(request: DiarizeRequest, context: CallContext): Promise<Diarization>;
}

/** An engine owns child processes: closing kills them. */
export interface Engine {
  close(): Promise<void>;
}

/** An engine whose process can be started ahead of its first call. */
export interface Warmable {
  /** What the process says of itself: `instructions` and `numbers`, in words, where it does. `model`: a path, for who loads one. */
  warmUp(model?: string): Promise<Record<string, unknown>>;
  /** Of the living processes. */
  pids(): number[];
}
