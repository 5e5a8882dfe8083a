import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TaskError } from '@whisper-bot/task';
import { ensureRoom, publish } from './download.js';
import { type FileRole, familyOf, type RecognizerFamily, rolesOf } from './family.js';
import type { Manifest } from './manifest.js';
import { openRecognizer, type Recognizer } from './recognizer-folder.js';

/** What is to be made of the files in a folder. */
export type ImportedModel =
  | { kind: 'whisper'; name: string }
  | { kind: 'recognizer'; name: string; family: RecognizerFamily; languages: readonly string[]; licence?: string };

export interface ImportOptions {
  /** Folder with the files, as their publisher packs them; for Whisper the file itself will do. */
  from: string;
  /** Where models are kept. */
  folder: string;
  signal: AbortSignal;
  /** Loads what was copied; rejects where it cannot be used. */
  tryOut: (model: Recognizer | { path: string }) => Promise<void>;
  onProgress?: (copied: number, total: number) => void;
}

/** What every ggml file begins with: https://github.com/ggml-org/whisper.cpp/blob/master/models/convert-pt-to-ggml.py. */
const ggmlMagic = 0x67676d6c;

/**
 * Takes a model over from files that are here already, for machines without a way out. It appears once it was loaded. Returns its path.
 * Throws TaskError `unknown-model` where files are missing, and what `tryOut` throws.
 */
export const importModel = async (model: ImportedModel, options: ImportOptions): Promise<string> => {
  const { from, folder } = options;
  await mkdir(folder, { recursive: true });
  const found = await stat(from).catch(() => null);
  if (found === null) throw refused(`There is no ${from}.`);
  const names = found.isDirectory() ? (await readdir(from)).sort() : [basename(from)];
  const at = (name: string) => (found.isDirectory() ? join(from, name) : from);
  return model.kind === 'whisper'
    ? importWhisper(model.name, { names, at }, options)
    : importParts(model, { names, at }, options);
};

interface Found {
  names: readonly string[];
  at: (name: string) => string;
}

const importWhisper = async (name: string, { names, at }: Found, options: ImportOptions): Promise<string> => {
  const file = `ggml-${name}.bin`;
  const source = names.find((one) => one === file) ?? (names.length === 1 ? names[0] : undefined);
  if (source === undefined) throw refused(`There is no ${file} in ${options.from}.`);
  await expectGgml(at(source));
  const part = join(options.folder, `.${file}.import`);
  try {
    await copyAll([{ source: at(source), target: part }], options);
    await options.tryOut({ path: part });
    await rename(part, join(options.folder, file));
  } finally {
    await rm(part, { force: true });
  }
  return join(options.folder, file);
};

const expectGgml = async (path: string): Promise<void> => {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    if (bytesRead < 4 || buffer.readUInt32LE(0) !== ggmlMagic)
      throw refused(`${basename(path)} is no Whisper model for whisper.cpp (ggml).`);
  } finally {
    await handle.close();
  }
};

const importParts = async (
  model: Extract<ImportedModel, { kind: 'recognizer' }>,
  { names, at }: Found,
  options: ImportOptions,
): Promise<string> => {
  const { name, family, languages, licence } = model;
  const chosen = chooseFiles(names, family, options.from);
  const part = join(options.folder, `.${name}.import`);
  await rm(part, { recursive: true, force: true });
  await mkdir(part);
  try {
    const sums = await copyAll(
      chosen.map(({ file }) => ({ source: at(file), target: join(part, file) })),
      options,
    );
    const files = Object.fromEntries(chosen.map(({ role, file }, index) => [role, { file, ...sums[index] }]));
    const manifest: Manifest = {
      v: 1,
      family,
      languages: [...languages] as Manifest['languages'],
      files: files as Manifest['files'],
      source: 'import',
      ...(licence === undefined ? {} : { licence }),
    };
    await options.tryOut(await openRecognizer(name, part, manifest));
    await publish(manifest, { part, path: join(options.folder, name) });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return join(options.folder, name);
};

/** The files of a family by their names; of several that suit the one in whole numbers, which is smaller and faster. */
const chooseFiles = (names: readonly string[], family: RecognizerFamily, from: string) =>
  rolesOf(family).map((role): { role: FileRole; file: string } => {
    const pattern = familyOf(family).files[role];
    const fitting = names.filter((name) => pattern?.test(name) && !takenByOther(name, family, role));
    const file = fitting.find((name) => /int8/.test(name)) ?? fitting[0];
    if (file === undefined) throw refused(`There is no ${role} of a ${family} model in ${from}.`);
    return { role, file };
  });

/** `cached_decode.onnx` is in the name of `uncached_decode.onnx`, too. */
const takenByOther = (name: string, family: RecognizerFamily, role: FileRole): boolean =>
  role === 'cachedDecoder' && (familyOf(family).files.uncachedDecoder?.test(name) ?? false);

const copyAll = async (
  files: readonly { source: string; target: string }[],
  { folder, signal, onProgress }: Pick<ImportOptions, 'folder' | 'signal' | 'onProgress'>,
): Promise<{ bytes: number; sha256: string }[]> => {
  const sizes = await Promise.all(files.map(async ({ source }) => (await stat(source)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  await ensureRoom(folder, total);
  const copies: { bytes: number; sha256: string }[] = [];
  let copied = 0;
  for (const { source, target } of files) {
    const hash = createHash('sha256');
    let bytes = 0;
    await pipeline(
      createReadStream(source),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          bytes += chunk.length;
          copied += chunk.length;
          onProgress?.(copied, total);
          yield chunk;
        }
      },
      createWriteStream(target),
      { signal },
    );
    copies.push({ bytes, sha256: hash.digest('hex') });
  }
  return copies;
};

const refused = (sentence: string): TaskError => new TaskError('unknown-model', sentence);
