import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskError } from '@whisper-bot/task';
import type { PublishedModel } from './catalog.js';
import { type FetchOptions, fetchFile, receivedOf } from './fetch-file.js';
import { type Declaration, declarationOf, type HubFile } from './hub.js';
import { type Manifest, manifestName } from './manifest.js';
import type { PublishedRecognizer } from './recognizer-catalog.js';

export interface DownloadOptions extends Omit<FetchOptions, 'onProgress'> {
  /** Default https://huggingface.co. */
  hub?: string;
  /** Bytes of all files. */
  onProgress?: (received: number, total: number) => void;
}

export interface Downloaded {
  /** Of the file, or of the folder with the files. */
  path: string;
  bytes: number;
  /** Of a model of one file. */
  sha256?: string;
  /** Where the checksums come from that were compared. */
  checkedAgainst: 'pinned' | 'hub';
}

/**
 * Downloads a model and compares the checksums of its files (pinned here, or declared by the hub). It appears in the folder once it is
 * whole. Throws TaskError with the sentence to show.
 */
export const downloadModel = async (model: PublishedModel, options: DownloadOptions): Promise<Downloaded> => {
  const { folder } = options;
  await mkdir(folder, { recursive: true });
  if (model.kind === 'whisper') {
    const [{ declared, sha256 }] = await fetchAll([model], folder, options);
    return { path: join(folder, model.file), bytes: declared.bytes, sha256, checkedAgainst: declared.source };
  }
  return downloadRecognizer(model, options);
};

const downloadRecognizer = async (model: PublishedRecognizer, options: DownloadOptions): Promise<Downloaded> => {
  const { name, family, languages, licence, repository } = model;
  const entries = Object.entries(model.files) as [keyof Manifest['files'], string][];
  const wanted = entries.map(([, file]) => ({ repository, file }));
  const part = join(options.folder, `.${name}.part`);
  await mkdir(part, { recursive: true });
  const [first, ...rest] = wanted;
  if (first === undefined) throw new Error(`${name} has no files`);
  const fetched = await fetchAll([first, ...rest], part, options);
  const files = Object.fromEntries(
    entries.map(([role, file], index) => [
      role,
      { file, bytes: fetched[index]?.declared.bytes, sha256: fetched[index]?.sha256 },
    ]),
  );
  await publish({ v: 1, family, languages: [...languages], files, licence, source: repository } as Manifest, {
    part,
    path: join(options.folder, name),
  });
  const bytes = fetched.reduce((sum, { declared }) => sum + declared.bytes, 0);
  return { path: join(options.folder, name), bytes, checkedAgainst: 'hub' };
};

/** Makes a folder with all its files a model; what had its name before is gone. */
export const publish = async (manifest: Manifest, { part, path }: { part: string; path: string }): Promise<void> => {
  await writeFile(join(part, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(path, { recursive: true, force: true });
  await rename(part, path);
};

interface Fetched {
  declared: Declaration;
  sha256: string;
}

const fetchAll = async (
  wanted: readonly [HubFile, ...HubFile[]],
  folder: string,
  { hub = 'https://huggingface.co', onProgress, ...options }: DownloadOptions,
): Promise<[Fetched, ...Fetched[]]> => {
  const declarations: Declaration[] = [];
  for (const file of wanted) declarations.push(await declarationOf(file, hub, options.signal));
  const total = declarations.reduce((sum, { bytes }) => sum + bytes, 0);
  const received = await Promise.all(wanted.map(({ file }) => receivedOf(folder, file)));
  await ensureRoom(folder, total - received.reduce((sum, bytes) => sum + bytes, 0));
  const fetched: Fetched[] = [];
  let before = 0;
  for (const [index, file] of wanted.entries()) {
    const declared = declarations[index];
    if (declared === undefined) break;
    const done = before;
    const progress = onProgress && { onProgress: (bytes: number) => onProgress(done + bytes, total) };
    const sha256 = await fetchFile(file, declared, { ...options, folder, ...progress });
    fetched.push({ declared, sha256 });
    before += declared.bytes;
    onProgress?.(before, total);
  }
  return fetched as [Fetched, ...Fetched[]];
};

export const ensureRoom = async (folder: string, needed: number): Promise<void> => {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new TaskError('no-space', `There is not enough room in ${folder}: ${Math.ceil(needed / 1e6)} MB are needed.`);
};
