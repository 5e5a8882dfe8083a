// sherpa-onnx-node carries no declarations: these are of what the tests of the models use.
declare module 'sherpa-onnx-node' {
  class OfflineRecognizer {
    constructor(config: object);
    createStream(): OfflineStream;
    decode(stream: OfflineStream): void;
    getResult(stream: OfflineStream): {
      readonly text: string;
      readonly tokens: readonly string[];
      /** Seconds, one a token, or empty. */
      readonly timestamps: readonly number[];
      /** Seconds, one a token, or empty. */
      readonly durations: readonly number[];
      readonly lang: string;
    };
  }
  interface OfflineStream {
    acceptWaveform(sound: { samples: Float32Array; sampleRate: number }): void;
  }

  // A CommonJS module whose named exports Node cannot detect.
  const sherpa: { OfflineRecognizer: typeof OfflineRecognizer };
  export default sherpa;
}
