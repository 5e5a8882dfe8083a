import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readShippedModels, TaskError } from '@whisper-bot/task';
import type { RecognizerFamily } from './family.js';
import { modelNameSchema } from './manifest.js';
import { openRecognizer, type Recognizer, readManifest, sizeOf } from './recognizer-folder.js';

/** Which engine recognizes words with it: one of Whisper's, or sherpa-onnx. */
export type ModelKind = 'whisper' | 'recognizer';

/** A model on this machine. */
export interface InstalledModel {
  name: string;
  kind: ModelKind;
  /** Of its file, or of the folder with its files. */
  path: string;
  bytes: number;
  /** Of a recognizer. */
  family?: RecognizerFamily;
  /** ISO 639-1 codes, where it knows only some. */
  languages?: readonly string[];
}

/** A model that recognizes words. */
export type WordModel = { kind: 'whisper'; name: string; path: string } | ({ kind: 'recognizer' } & Recognizer);

export interface ModelStore {
  /** Everything found, the first folder's first; a name appears once. */
  list(): Promise<InstalledModel[]>;
  /**
   * The weights of a Whisper model by its whisper.cpp name. Where the name as such is not there, its quantized variants
   * stand in for it (q8_0 first): `base` finds `ggml-base-q8_0.bin`. Throws TaskError `unknown-model`.
   */
  whisperPath(name: string): Promise<string>;
  /**
   * What recognizes words by that name, Whisper's as `whisperPath` finds them. Throws TaskError `unknown-model`, and `damaged-model`
   * where files of it are missing or cut short.
   */
  find(name: string): Promise<WordModel>;
  /** Whether there is a model of that name, whole or not. */
  has(name: string): Promise<boolean>;
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
        const model = await modelAt(join(folder, file));
        if (model !== null && !found.has(model.name)) found.set(model.name, model);
      }
      if (!trustList) continue;
      for (const [file, bytes] of Object.entries(await readShippedModels(folder))) {
        const name = nameOf(file);
        if (name !== null && !found.has(name))
          found.set(name, { name, kind: 'whisper', path: join(folder, file), bytes });
      }
    }
    return [...found.values()];
  };
  const whisperAmong = (installed: readonly InstalledModel[], name: string): InstalledModel | undefined => {
    for (const variant of variants) {
      const match = installed.find((model) => model.kind === 'whisper' && model.name === `${name}${variant}`);
      if (match !== undefined) return match;
    }
    return undefined;
  };

  return {
    list,
    whisperPath: async (name) => {
      const installed = await list();
      const match = whisperAmong(installed, name);
      if (match === undefined) throw unknown(name, installed);
      return readable(match);
    },
    has: async (name) => {
      const installed = await list();
      return whisperAmong(installed, name) !== undefined || installed.some((model) => model.name === name);
    },
    find: async (name) => {
      const installed = await list();
      const match = whisperAmong(installed, name);
      if (match !== undefined) return { kind: 'whisper', name, path: await readable(match) };
      const recognizer = installed.find((model) => model.kind === 'recognizer' && model.name === name);
      const manifest = recognizer === undefined ? null : await readManifest(recognizer.path);
      if (recognizer === undefined || manifest === null) throw unknown(name, installed);
      return { kind: 'recognizer', ...(await openRecognizer(name, recognizer.path, manifest)) };
    },
  };
};

const unknown = (name: string, all: readonly InstalledModel[]): TaskError => {
  const installed = all.map((model) => model.name).join(', ') || 'none';
  return new TaskError('unknown-model', `There is no model "${name}" here; installed: ${installed}.`, {
    cause: 'whisper-bot model add downloads the official ones',
    params: { model: name, installed },
  });
};

/** What a file or folder holds; null where it is no model. */
const modelAt = async (path: string): Promise<InstalledModel | null> => {
  const info = await stat(path).catch(() => null);
  if (info?.isFile()) {
    const name = nameOf(basename(path));
    return name === null ? null : { name, kind: 'whisper', path, bytes: info.size };
  }
  if (!info?.isDirectory() || !modelNameSchema.safeParse(basename(path)).success) return null;
  const manifest = await readManifest(path);
  if (manifest === null) return null;
  const { family, languages } = manifest;
  return { name: basename(path), kind: 'recognizer', path, bytes: sizeOf(manifest), family, languages };
};

/** Its path, where this process may read the file: one copied in from elsewhere may be its former owner's alone. */
const readable = async ({ name, path }: Pick<InstalledModel, 'name' | 'path'>): Promise<string> => {
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

/** Of a Whisper model by its file; null for any other. */
const nameOf = (file: string): string | null => /^ggml-([\w.-]+)\.bin$/.exec(file)?.[1] ?? null;
