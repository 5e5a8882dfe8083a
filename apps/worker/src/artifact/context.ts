import type { CallContext } from '@whisper-bot/speech';
import type { Task, TaskFolder } from '@whisper-bot/task';
import type { Engines } from '../engines.js';

/** What every artifact is made from: the engines, the task, its folder, and a signal to stop. */
export interface ArtifactContext extends Required<CallContext> {
  engines: Engines;
  task: Task;
  folder: TaskFolder;
  log(line: string): void;
  /** Reserves space for the recording once it is decoded, seconds; default: nothing is kept. Throws TaskError `no-space`. */
  reserve?(seconds: number): Promise<void>;
}
