import { rm } from 'node:fs/promises';
import { TaskError } from '@whisper-bot/task';
import { createModelStore, type InstalledModel } from './store.js';

/**
 * Removes a model that was added, and returns what it was. A process that has it loaded goes on with it until it ends. Throws TaskError
 * `unknown-model`, also for what is shipped.
 */
export const removeModel = async (name: string, folder: string): Promise<InstalledModel> => {
  const model = (await createModelStore([folder]).list()).find((one) => one.name === name);
  if (model === undefined) {
    throw new TaskError('unknown-model', `There is no model "${name}" in ${folder}.`, {
      params: { model: name, installed: 'none' },
    });
  }
  await rm(model.path, { recursive: true });
  return model;
};
