import { artifacts, latestRevision, readTask } from '@whisper-bot/task';
import type { ArtifactContext } from './context.js';
import { keyOf } from './key.js';

/** One chunk of so many. */
export interface Place {
  chunk: number;
  chunks: number;
}

/**
 * The name of a chunk's words: it carries what they depend on. Where no language is asked for, the words may change language on the
 * way, within the hints.
 */
export const recognitionName = ({ task }: ArtifactContext, { chunk, chunks }: Place, language: string): string => {
  const { model, translate, prompt, languageHints = [] } = task.options;
  const followed = task.options.language === 'auto' ? ['follow', ...languageHints] : [];
  return artifacts.recognition.file(chunk, chunks, keyOf(model, language, translate, prompt, ...followed));
};

/**
 * The name under which versions without language following stored the words of a task that asks for no language; null where that
 * name may mean something else. It is also the name of a chunk in a given language: it counts only while no revision of the
 * task has asked for one. Following cannot be had from those words; a chunk finished before an update is not recognized twice.
 */
export const earlierName = async (context: ArtifactContext, place: Place, language: string): Promise<string | null> => {
  const { folder, task } = context;
  const { options } = task;
  if (options.language !== 'auto' || (options.languageHints ?? []).length > 0) return null;
  for (let revision = await latestRevision(folder); revision > 0; revision -= 1) {
    if ((await readTask(folder, revision)).options.language !== 'auto') return null;
  }
  return recognitionName({ ...context, task: { ...task, options: { ...options, language } } }, place, language);
};
