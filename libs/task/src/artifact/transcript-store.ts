import type { Transcript } from '@whisper-bot/transcript';
import { taskFolder } from '../folder.js';
import type { TaskId } from '../task.js';
import {
  compareVersions,
  newerTranscript,
  type StoredTranscript,
  type TranscriptVersion,
  versionText,
} from './transcript-file.js';
import { readStored, revisionInFolder, writeEdit } from './transcript-folder.js';

/** A transcript with its version. */
export interface VersionedTranscript {
  transcript: Transcript;
  version: TranscriptVersion;
}

/** The transcripts in the record, as the store needs them; libs/store has them in PostgreSQL. */
export interface TranscriptRecord {
  /** Null where nothing is saved. Rejects where the record is away. */
  read(id: TaskId): Promise<StoredTranscript | null>;
  /**
   * Saves what `choose` makes of what is saved, while no one else can save anything of this task; null leaves it.
   * `unknown`: the record does not know the task. `forgotten`: it was erased, and nothing of it is saved any more.
   */
  change(
    id: TaskId,
    choose: (saved: StoredTranscript | null) => VersionedTranscript | null,
  ): Promise<'saved' | 'left' | 'unknown' | 'forgotten'>;
  /** Tasks whose transcripts have no version yet, by id, from the one after `after`. */
  unversioned(page: { after: TaskId | null; limit: number }): Promise<TaskId[]>;
}

/** How an edit went. */
export type Edited =
  | ({
      kind: 'saved';
      before: Transcript;
      /** The folder's copy: `gone` where the folder is; `behind` where it could not be written and is with the next read. */
      folder: 'written' | 'gone' | 'behind';
    } & VersionedTranscript)
  /** Someone else was faster; nothing was changed. */
  | ({ kind: 'conflict' } & VersionedTranscript)
  /** There is no transcript (any more). */
  | { kind: 'gone' };

/**
 * The one place that reads and changes a task's transcript. It lies in the task's folder, where the pipeline makes it, and in the
 * record, where it outlasts the folder and is searched. The record decides between two editors; whatever differs afterwards is
 * settled by version with the next read.
 */
export interface TranscriptStore {
  /**
   * The newest transcript; null where there is none. Where the record is away the folder answers; rejects where it is away and the
   * folder is gone.
   */
  read(id: TaskId): Promise<VersionedTranscript | null>;
  /**
   * Changes the newest transcript. With `expected` (see {@link versionText}) only where it still has that version. Rejects, and
   * changes nothing, where the record is away, and with what `alter` throws.
   */
  edit(id: TaskId, alter: (transcript: Transcript) => Transcript, expected?: string): Promise<Edited>;
  /** Saves the folder's transcript in the record where it is newer, and the other way round. Rejects where the record is away. */
  reconcile(id: TaskId): Promise<void>;
  /** Reconciles what was stored before there were versions. Returns how many. */
  reconcileAll(): Promise<number>;
}

export interface TranscriptStoreOptions {
  tasksDir: string;
  /** Null without a database: the folder is all there is. */
  record: TranscriptRecord | null;
  /** Called for what is tried again with the next read. */
  onBehind?: (id: TaskId, error: unknown) => void;
}

/** Transcripts reconciled at once. */
const batch = 200;

export const createTranscriptStore = ({
  tasksDir,
  record,
  onBehind = () => {},
}: TranscriptStoreOptions): TranscriptStore => {
  /** Gives the newer of two a version above whatever the other has. */
  const settle = (
    inFolder: StoredTranscript | null,
    saved: StoredTranscript | null,
    revision: number,
  ): VersionedTranscript | null => {
    const found = newerTranscript(inFolder, saved);
    if (found === null) return null;
    if (found.version !== null) return { transcript: found.transcript, version: found.version };
    const other = (found === inFolder ? saved : inFolder)?.version ?? null;
    const version =
      other === null ? { revision, edit: 0 } : { revision: Math.max(revision, other.revision), edit: other.edit + 1 };
    return { transcript: found.transcript, version };
  };

  const reconcile = async (id: TaskId): Promise<void> => {
    const folder = taskFolder(tasksDir, id);
    const [inFolder, revision] = await Promise.all([readStored(folder), revisionInFolder(folder)]);
    let newest: VersionedTranscript | null = null;
    await record?.change(id, (saved) => {
      newest = settle(inFolder, saved, revision);
      return newest !== null && (saved?.version == null || isNewer(newest, saved.version)) ? newest : null;
    });
    const settled = newest as VersionedTranscript | null;
    if (settled === null || inFolder === null) return;
    if (inFolder.version === null || isNewer(settled, inFolder.version)) await writeEdit(folder, settled);
  };

  return {
    read: async (id) => {
      const folder = taskFolder(tasksDir, id);
      const asked = record?.read(id) ?? null;
      // Awaited below, where the folder has been read: it may fail before.
      asked?.catch(() => undefined);
      const [inFolder, revision] = await Promise.all([readStored(folder), revisionInFolder(folder)]);
      let saved: StoredTranscript | null = null;
      try {
        saved = await asked;
      } catch (error) {
        if (inFolder === null) throw error;
        onBehind(id, error);
        return settle(inFolder, null, revision);
      }
      if (inFolder !== null && saved !== null && !isSame(inFolder, saved))
        await reconcile(id).catch((error: unknown) => onBehind(id, error));
      return settle(inFolder, saved, revision);
    },
    edit: async (id, alter, expected) => {
      const folder = taskFolder(tasksDir, id);
      const [inFolder, revision] = await Promise.all([readStored(folder), revisionInFolder(folder)]);
      let edited: Edited = { kind: 'gone' };
      const choose = (saved: StoredTranscript | null): VersionedTranscript | null => {
        const current = settle(inFolder, saved, revision);
        if (current === null) return null;
        if (expected !== undefined && versionText(current.version) !== expected) {
          edited = { kind: 'conflict', ...current };
          return null;
        }
        const { version, transcript: before } = current;
        const next = { transcript: alter(before), version: { ...version, edit: version.edit + 1 } };
        edited = { kind: 'saved', ...next, before, folder: 'gone' };
        return next;
      };
      const recorded = (await record?.change(id, choose)) ?? 'unknown';
      if (recorded === 'forgotten') return { kind: 'gone' };
      if (recorded === 'unknown') choose(null);
      const done = edited as Edited;
      if (done.kind !== 'saved' || inFolder === null) return done;
      try {
        await writeEdit(folder, done);
        return { ...done, folder: 'written' };
      } catch (error) {
        // The folder alone holds it: there is nothing to be settled later.
        if (recorded === 'unknown') throw error;
        onBehind(id, error);
        return { ...done, folder: 'behind' };
      }
    },
    reconcile,
    reconcileAll: async () => {
      let count = 0;
      let after: TaskId | null = null;
      for (;;) {
        const ids: TaskId[] = (await record?.unversioned({ after, limit: batch })) ?? [];
        // One that cannot be settled (a full disk) must not keep the others from it: the next read or start tries again.
        for (const id of ids) await reconcile(id).catch((error: unknown) => onBehind(id, error));
        count += ids.length;
        after = ids.at(-1) ?? null;
        if (ids.length < batch) return count;
      }
    },
  };
};

const isNewer = ({ version }: VersionedTranscript, than: TranscriptVersion): boolean =>
  compareVersions(version, than) > 0;

const isSame = (one: StoredTranscript, other: StoredTranscript): boolean =>
  one.version !== null && other.version !== null && compareVersions(one.version, other.version) === 0;
