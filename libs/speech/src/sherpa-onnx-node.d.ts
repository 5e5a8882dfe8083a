// sherpa-onnx-node carries no declarations: these are of what is used here.
declare module 'sherpa-onnx-node' {
  export interface ClusteringConfig {
    /** -1: find out by the threshold. */
    numClusters: number;
    /** Cosine distance. */
    threshold: number;
  }
  export class OfflineSpeakerDiarization {
    constructor(config: {
      segmentation: { pyannote: { model: string }; numThreads: number };
      embedding: { model: string; numThreads: number };
      clustering: ClusteringConfig;
      /** Seconds. */
      minDurationOn: number;
      minDurationOff: number;
    });
    /** Seconds. */
    process(samples: Float32Array): { start: number; end: number; speaker: number }[];
    setConfig(config: { clustering: ClusteringConfig }): void;
  }

  export class Vad {
    constructor(
      config: {
        sileroVad: {
          model: string;
          threshold: number;
          /** Seconds. */
          minSpeechDuration: number;
          minSilenceDuration: number;
          maxSpeechDuration: number;
          /** Samples. */
          windowSize: number;
        };
        /** Hz. */
        sampleRate: number;
        numThreads: number;
        debug: boolean;
      },
      bufferSizeInSeconds: number,
    );
    acceptWaveform(samples: Float32Array): void;
    isEmpty(): boolean;
    /** The earliest interval of speech; `start` in samples. */
    front(enableExternalBuffer: boolean): { start: number; samples: Float32Array };
    pop(): void;
    flush(): void;
  }

  /** Paths of a model's files, by its architecture. */
  export interface OfflineModelConfig {
    transducer?: { encoder?: string | undefined; decoder?: string | undefined; joiner?: string | undefined };
    nemoCtc?: { model?: string | undefined };
    senseVoice?: { model?: string | undefined; language?: string; useInverseTextNormalization?: 0 | 1 };
    moonshine?: {
      preprocessor?: string | undefined;
      encoder?: string | undefined;
      uncachedDecoder?: string | undefined;
      cachedDecoder?: string | undefined;
    };
    canary?: {
      encoder?: string | undefined;
      decoder?: string | undefined;
      srcLang?: string;
      tgtLang?: string;
      usePnc?: 0 | 1;
    };
    whisper?: {
      encoder?: string | undefined;
      decoder?: string | undefined;
      language?: string;
      task?: 'transcribe' | 'translate';
    };
    tokens?: string;
    modelType?: string;
    numThreads?: number;
    debug?: 0 | 1;
  }
  export interface OfflineStream {
    /** Samples −1 … 1. */
    acceptWaveform(sound: { samples: Float32Array; sampleRate: number }): void;
  }
  export class OfflineRecognizer {
    constructor(config: { modelConfig: OfflineModelConfig; decodingMethod: 'greedy_search' | 'modified_beam_search' });
    createStream(hotwords?: string): OfflineStream;
    decode(stream: OfflineStream): void;
    getResult(stream: OfflineStream): unknown;
  }

  // A CommonJS module whose named exports Node cannot detect.
  const sherpa: {
    OfflineRecognizer: typeof OfflineRecognizer;
    OfflineSpeakerDiarization: typeof OfflineSpeakerDiarization;
    Vad: typeof Vad;
  };
  export default sherpa;
}
