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

  // A CommonJS module whose named exports Node cannot detect.
  const sherpa: { OfflineSpeakerDiarization: typeof OfflineSpeakerDiarization; Vad: typeof Vad };
  export default sherpa;
}
