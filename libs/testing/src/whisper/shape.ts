/** The sizes of a Whisper model, as the header of whisper.cpp's files names them. */
export interface WhisperShape {
  /** 51,865 tokens; 51,866 from large-v3 on, which knows one more language. */
  readonly vocabulary: number;
  readonly audioLayers: number;
  readonly textLayers: number;
  /** Numbers per position; 64 a head. */
  readonly width: number;
  /** 80 bands of the spectrogram; 128 from large-v3 on. */
  readonly mels: number;
}

/**
 * Published models (openai/whisper, model cards), two of two layers with the traits of those before large-v3 and from it on, and one whose decoder is
 * distilled to two layers.
 */
export const whisperShapes = {
  small: { vocabulary: 51865, audioLayers: 12, textLayers: 12, width: 768, mels: 80 },
  medium: { vocabulary: 51865, audioLayers: 24, textLayers: 24, width: 1024, mels: 80 },
  'large-v3': { vocabulary: 51866, audioLayers: 32, textLayers: 32, width: 1280, mels: 128 },
  'large-v3-turbo': { vocabulary: 51866, audioLayers: 32, textLayers: 4, width: 1280, mels: 128 },
  'two-layers': { vocabulary: 51865, audioLayers: 2, textLayers: 2, width: 128, mels: 80 },
  distilled: { vocabulary: 51865, audioLayers: 12, textLayers: 2, width: 128, mels: 80 },
  'two-layers-v3': { vocabulary: 51866, audioLayers: 2, textLayers: 2, width: 128, mels: 128 },
} as const satisfies Readonly<Record<string, WhisperShape>>;
