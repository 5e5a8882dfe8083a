import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskError } from '@whisper-bot/task';
import { type FileRole, type RecognizerFamily, rolesOf } from './family.js';
import { type Manifest, manifestName, manifestSchema } from './manifest.js';

/** A recognizer that can be loaded. */
export interface Recognizer {
  name: string;
  family: RecognizerFamily;
  /** ISO 639-1 codes of the languages it knows. */
  languages: readonly string[];
  /** Paths of its files. */
  files: Partial<Record<FileRole, string>>;
}

/** What a folder says of itself; null where it is none of ours or its manifest cannot be read. */
export const readManifest = async (folder: string): Promise<Manifest | null> => {
  const text = await readFile(join(folder, manifestName), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
};

export const sizeOf = ({ files }: Manifest): number =>
  Object.values(files).reduce((sum, file) => sum + (file?.bytes ?? 0), 0);

/**
 * The recognizer in a folder, once its files are seen to be there in full length (their checksums are compared when they are added).
 * Throws TaskError `damaged-model`.
 */
export const openRecognizer = async (name: string, folder: string, manifest: Manifest): Promise<Recognizer> => {
  const files: Partial<Record<FileRole, string>> = {};
  for (const role of rolesOf(manifest.family)) {
    const { file, bytes } = manifest.files[role] ?? { file: '', bytes: 0 };
    const path = join(folder, file);
    const found = await stat(path).catch(() => null);
    if (found?.isFile() !== true) throw damaged(name, `${file} is missing`);
    if (found.size !== bytes) throw damaged(name, `${file} has ${found.size} bytes instead of ${bytes}`);
    files[role] = path;
  }
  return { name, family: manifest.family, languages: manifest.languages, files };
};

/** For a person one sentence, for the operator what to do. */
export const damaged = (name: string, why: string): TaskError =>
  new TaskError('damaged-model', `The model "${name}" is damaged.`, {
    cause: `${why}; run: whisper-bot model remove ${name}, then whisper-bot model add ${name}`,
    params: { model: name },
  });
