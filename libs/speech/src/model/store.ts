import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readShippedModels, TaskError } from '@whisper-bot/task';

/** A model file on this machine. */
export interface InstalledModel {
  name: string;
  kind: 'whisper' | 'speaker';
  path: string;
  bytes: number;
}

export interface ModelStore {
  /** Everything found, the first folder's first; a name appears once. */
  list(): Promise<InstalledModel[]>;
  /**
   * The weights of a Whisper model by its whisper.cpp name. Where the name as such is not there, its quantized variants
   * stand in for it (q8_0 first): `base` finds `ggml-base-q8_0.bin`. Throws TaskError `unknown-model`.
   */
  whisperPath(name: string): Promise<string>;
}

/** What may stand in for a model of full precision, the nearest first. */
const variants = ['', '-q8_0', '-q5_1', '-q5_0'];

export interface ModelStoreOptions {
  /** Counts what a folder's `shipped.json` names as there, for those who only name models: the workers have the files. */
  trustList?: boolean;
}

/** Looks for models in the folders, in this order: the downloaded ones before the shipped ones. */
export const createModelStore = (
  folders: readonly string[],
  { trustList = false }: ModelStoreOptions = {},
): ModelStore => {
  const list = async (): Promise<InstalledModel[]> => {
    const found = new Map<string, InstalledModel>();
    for (const folder of folders) {
      for (const file of (await readdir(folder).catch(() => [])).sort()) {
        const named = nameOf(file);
        if (named === null || found.has(named.name)) continue;
        const path = join(folder, file);
        const info = await stat(path).catch(() => null);
        if (info?.isFile()) found.set(named.name, { ...named, path, bytes: info.size });
      }
      if (!trustList) continue;
      for (const [file, bytes] of Object.entries(await readShippedModels(folder))) {
        const named = nameOf(file);
        if (named !== null && !found.has(named.name))
          found.set(named.name, { ...named, path: join(folder, file), bytes });
      }
    }
    return [...found.values()];
  };
  return {
    list,
    whisperPath: async (name) => {
      const installed = (await list()).filter(({ kind }) => kind === 'whisper');
      for (const variant of variants) {
        const match = installed.find((model) => model.name === `${name}${variant}`);
        if (match !== undefined) return readable(match);
      }
      const names = installed.map((model) => model.name).join(', ') || 'none';
      throw new TaskError('unknown-model', `There is no model "${name}" here; installed: ${names}.`, {
        cause: 'whisper-bot model add downloads the official ones',
        params: { model: name, installed: names },
      });
    },
  };
};

/** Its path, where this process may read the file: one copied in from elsewhere may be its former owner's alone. */
const readable = async ({ name, path }: InstalledModel): Promise<string> => {
  try {
    await (await open(path)).close();
    return path;
  } catch (error) {
    throw new TaskError('unknown-model', `The model "${name}" is here but cannot be read.`, {
      cause: `${error instanceof Error ? error.message : error}; let others read it: chmod 644 ${path}`,
      params: { model: name, installed: 'none' },
    });
  }
};

const nameOf = (file: string): Pick<InstalledModel, 'name' | 'kind'> | null => {
  const whisper = /^ggml-([\w.-]+)\.bin$/.exec(file)?.[1];
  if (whisper !== undefined) return { name: whisper, kind: 'whisper' };
  const network = /^([\w.+-]+)\.onnx$/.exec(file)?.[1];
  // The shipped networks that are no speaker embeddings.
  if (network === undefined || /segmentation|vad/.test(network)) return null;
  return { name: network, kind: 'speaker' };
};
