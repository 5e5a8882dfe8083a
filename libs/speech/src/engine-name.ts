/** What an engine is for. */
export type EngineRole = 'detector' | 'transcriber' | 'diarizer';

const transcriberNames = ['native', 'whisper-cpp', 'whisper-node'] as const;
export type TranscriberName = (typeof transcriberNames)[number];

const networkNames = ['native', 'sherpa-onnx'] as const;
/** Engines that find speech and tell speakers apart. */
export type NetworkName = (typeof networkNames)[number];

/** All engines of a role, those that are usually faster first. */
export const engineNames = {
  detector: networkNames,
  transcriber: transcriberNames,
  diarizer: networkNames,
} as const satisfies Record<EngineRole, readonly string[]>;

/** The setting by which an operator chooses one. */
export const settingOf: Record<EngineRole, string> = {
  detector: 'DETECTOR',
  transcriber: 'TRANSCRIBER',
  diarizer: 'DIARIZER',
};

/** `auto`: the fastest that passed its self-test, and the next one where it fails. */
export interface EngineChoice {
  detector: 'auto' | NetworkName;
  transcriber: 'auto' | TranscriberName;
  diarizer: 'auto' | NetworkName;
}
