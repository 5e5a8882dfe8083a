import { dirname } from 'node:path';
import {
  automaticModel,
  createModelStore,
  downloadModel,
  type InstalledModel,
  type PublishedModel,
  publishedModels,
  recommendModels,
  removeModel,
} from '@whisper-bot/speech';

export interface Download {
  name: string;
  received: number;
  total: number;
  /** The sentence where it failed; null while it runs. */
  failure: string | null;
}

/** The models of this machine, and those on their way to it. */
export interface ModelShelf {
  installed(): Promise<InstalledModel[]>;
  /** Whether a model of that name, or a quantized variant of it, is here; `auto` always is. */
  has(name: string): Promise<boolean>;
  published(): readonly PublishedModel[];
  /** What is worth adding, the best first for each language. */
  recommended(): readonly PublishedModel[];
  /** Whether it was added here, and can be removed. */
  isAdded(model: InstalledModel): boolean;
  /** Running and failed ones. */
  downloads(): readonly Download[];
  /** False where the name is unknown or on its way already. */
  start(name: string): boolean;
  /** Ends a download (what has arrived is kept) or forgets a failed one; false where there is none. */
  stop(name: string): boolean;
  /** Removes a model that was added. Throws TaskError `unknown-model`, also for what is shipped. */
  remove(name: string): Promise<void>;
}

export interface ModelShelfOptions {
  /** Where downloads go; searched first. */
  modelsDir: string;
  /** Those that came with the product. */
  shippedDir: string;
  /** Where models are fetched from: the Hugging Face hub or a mirror of it. */
  hub: string;
  /** Ends all downloads. */
  closing: AbortSignal;
}

export const createModelShelf = ({ modelsDir, shippedDir, hub, closing }: ModelShelfOptions): ModelShelf => {
  const store = createModelStore([modelsDir, shippedDir], { trustList: true });
  const running = new Map<string, Download & { controller: AbortController }>();
  return {
    installed: () => store.list(),
    has: async (name) => name === automaticModel || store.has(name),
    published: () => publishedModels,
    recommended: () => recommendModels().map(({ model }) => model),
    isAdded: ({ path }) => dirname(path) === modelsDir,
    downloads: () => [...running.values()],
    start: (name) => {
      const model = publishedModels.find((each) => each.name === name);
      const known = running.get(name);
      if (model === undefined || known?.failure === null) return false;
      const entry = { name, received: 0, total: 0, failure: null as string | null, controller: new AbortController() };
      running.set(name, entry);
      const download = downloadModel(model, {
        folder: modelsDir,
        hub,
        signal: AbortSignal.any([entry.controller.signal, closing]),
        onProgress: (received, total) => Object.assign(entry, { received, total }),
      });
      download.then(
        () => running.delete(name),
        (error: unknown) => {
          if (entry.controller.signal.aborted) running.delete(name);
          else entry.failure = error instanceof Error ? error.message : String(error);
        },
      );
      return true;
    },
    stop: (name) => {
      const entry = running.get(name);
      entry?.controller.abort();
      return running.delete(name);
    },
    remove: async (name) => void (await removeModel(name, modelsDir)),
  };
};
