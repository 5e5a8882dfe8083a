import { stat } from 'node:fs/promises';
import type { Transcript } from '@whisper-bot/transcript';
import type { TaskFolder } from '../folder.js';
import { artifacts } from './catalogue.js';
import { latestRevision } from './request.js';
import { compareVersions, newerTranscript, type StoredTranscript, type TranscriptVersion } from './transcript-file.js';

const { transcript: newest, revisedTranscript: revised } = artifacts;

/** Revisions that have a result, the highest first. */
const revisionsOf = async (folder: TaskFolder): Promise<number[]> =>
  (await folder.list())
    .flatMap((name) => revised.file.parse(name)?.map(Number) ?? [])
    .filter((revision) => Number.isInteger(revision) && revision > 0)
    .sort((one, other) => other - one);

const readFile = async (folder: TaskFolder, name: string): Promise<StoredTranscript | null> => {
  const file = await folder.read(name, newest.schema);
  if (file === null) return null;
  const info = await stat(folder.file(name)).catch(() => null);
  const { version, ...transcript } = file;
  return { transcript, version, at: info?.mtimeMs ?? 0 };
};

const writeFile = (folder: TaskFolder, name: string, transcript: Transcript, version: TranscriptVersion) =>
  folder.write(name, { ...transcript, version }, true);

/** The newest transcript of a folder with its version; null where there is none. */
export const readStored = async (folder: TaskFolder): Promise<StoredTranscript | null> => {
  const [highest] = await revisionsOf(folder);
  const found = await readFile(folder, newest.file());
  // Large transcripts are read once where that is enough; they differ where a write was cut off, or comes from a version before.
  if (highest === undefined || found?.version?.revision === highest) return found;
  return newerTranscript(found, await readFile(folder, revised.file(highest)));
};

/** The revision an unversioned transcript belongs to. */
export const revisionInFolder = async (folder: TaskFolder): Promise<number> => (await revisionsOf(folder))[0] ?? 1;

/** The newest transcript of a folder, as the code that has just made or delivered it needs it; null where there is none. */
export const readTranscript = async (folder: TaskFolder): Promise<Transcript | null> =>
  (await readStored(folder))?.transcript ?? null;

/** The transcript of one revision; null where that has none. */
export const readRevision = async (folder: TaskFolder, revision: number): Promise<Transcript | null> =>
  (await readFile(folder, revised.file(revision)))?.transcript ?? null;

/** Keeps the result of a revision, durably; it is the task's newest unless a later revision has been asked for. */
export const writeResult = async (folder: TaskFolder, revision: number, transcript: Transcript): Promise<void> => {
  const known = await readFile(folder, revised.file(revision));
  // A merge that runs again after someone has corrected its result finds that result and must not undo the correction.
  const version = known?.version?.revision === revision ? known.version : { revision, edit: 0 };
  await writeFile(folder, revised.file(revision), transcript, version);
  if (revision >= (await latestRevision(folder))) await writeFile(folder, newest.file(), transcript, version);
};

/** Writes a corrected transcript to its revision, and as the newest unless a later one is there. */
export const writeEdit = async (
  folder: TaskFolder,
  { transcript, version }: { transcript: Transcript; version: TranscriptVersion },
): Promise<void> => {
  await writeFile(folder, revised.file(version.revision), transcript, version);
  const current = await readStored(folder);
  if (current?.version != null && compareVersions(current.version, version) > 0) return;
  await writeFile(folder, newest.file(), transcript, version);
};
