import type { CallContext } from '@whisper-bot/speech';
import type { Task, TaskFolder } from '@whisper-bot/task';
import type { Engines } from '../engines.js';

/** What every artefact is made from: the engines, the task, its folder, and a signal to stop. */
export interface Material extends Required<CallContext> {
  engines: Engines;
  task: Task;
  folder: TaskFolder;
  log(line: string): void;
}
