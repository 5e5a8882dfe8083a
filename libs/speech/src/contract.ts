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
  /** All its sound tracks, in the order of the file; the fields above are the first one's. */
  tracks?: readonly AudioTrack[];
}

/** One of the sound tracks of a file. */
export interface AudioTrack {
  /** From 1, counting sound only. */
  number: number;
  /** As the file says it, mostly ISO 639-2; null where it does not. */
  language: string | null;
  /** Whether players begin with it. */
  isDefault: boolean;
  /** Whether it is there for some only: a commentary, a description of the picture. */
  isExtra: boolean;
  codec: string;
  channels: number;
  /** Hz. */
  sampleRate: number;
}

export interface DecodeContext extends CallContext {
  /** Which of the sound tracks, from 1; default the first. */
  track?: number;
  /** Seconds of sound past which the recording is refused, while it is decoded. */
  maximumSeconds?: number;
  /** Where so many channels go as they are: 16 kHz, 16-bit, side by side, without a header. */
  channels?: { target: string; count: number };
}

export interface Decoded {
  /** Seconds, with the silence where sound is missing. */
  duration: number;
  /** True where the file certainly ends before its time. */
  breaksOff?: boolean;
  /** Whether the channels that were asked for are there, as long as the recording; there are none of what is very long. */
  hasChannels?: boolean;
  /** Of `duration`, seconds of silence put where the file has no sound. */
  missing?: number;
}

/** Any audio or video → 16 kHz mono 16-bit PCM in a WAV file, streamed in bounded memory. */
export interface Decoder {
  /** Throws TaskError `empty-file`, `not-media`, `no-audio-track`, `unsafe-media`. */
  probe(path: string, context: CallContext): Promise<MediaInfo>;
  /** Writes `target` (the caller renames it), on the timeline of the file. Throws TaskError `damaged-media`, `too-long` … */
  decode(path: string, target: string, context: DecodeContext): Promise<Decoded>;
}

/** An interval of speech, seconds of the recording. */
export interface Span {
  start: number;
  end: number;
}

export interface SpeechDetector {
  /** Spans of speech in a 16 kHz mono WAV, sorted, disjoint; empty where no one speaks. */
  detect(wav: string, context: CallContext): Promise<Span[]>;
}

export interface TranscribeRequest {
  /** 16 kHz mono WAV of the whole recording. */
  wav: string;
  /** The intervals of speech to transcribe, sorted; only these are read. */
  speech: readonly Span[];
  /** Resolved to files by the model store; `auto`: the one that suits the language. */
  model: string;
  /** ISO 639-1; never `auto`: ask detectLanguage once for the recording. */
  language: string;
  /**
   * Whether what is clearly spoken in another language is written in that one, and its segments say so; else all is written in
   * `language`.
   */
  followLanguages?: boolean;
  /** ISO 639-1 codes of what the person usually speaks, which decide where the sound alone leaves doubt. */
  languageHints?: readonly string[];
  translate: boolean;
  prompt: string;
}

export interface Transcriber {
  /** Recognizes words with times of the whole recording. */
  transcribe(request: TranscribeRequest, context: CallContext): Promise<Recognition>;
  /** From up to the first 30 s of the given speech. */
  detectLanguage(
    request: Pick<TranscribeRequest, 'wav' | 'speech' | 'model' | 'languageHints'>,
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
