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

  // A CommonJS module whose exports Node cannot tell by name.
  const sherpa: { OfflineSpeakerDiarization: typeof OfflineSpeakerDiarization };
  export default sherpa;
}
