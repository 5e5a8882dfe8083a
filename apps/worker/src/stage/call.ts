import type { Payload, StageCall } from '@whisper-bot/pipeline';
import type { ArtifactContext } from '../artifact/context.js';
import type { Engines } from '../engines.js';

/** What artifacts are made from, out of a stage's call; `from`–`to` is the part of the stage's bar they move. */
export const artifactContext = <K extends 'prepare' | 'diarize' | 'transcribe' | 'merge'>(
  engines: Engines,
  call: StageCall<Payload<K>>,
  [from, to]: readonly [from: number, to: number] = [0, 1],
): ArtifactContext => ({
  engines,
  task: call.task,
  folder: call.folder,
  signal: call.signal,
  log: call.log,
  reserve: call.reserve,
  onProgress: (fraction) => call.report(from + (to - from) * fraction),
});
