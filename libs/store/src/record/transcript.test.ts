import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import {
  createTaskFolder,
  createTranscriptStore,
  readTranscript,
  type TaskFolder,
  type TaskId,
  type TranscriptStore,
  taskSchema,
  versionText,
  writeResult,
} from '@whisper-bot/task';
import { type TemporaryDirectory, temporaryDirectory } from '@whisper-bot/testing';
import { renameSpeaker, type Transcript, transcriptSchema } from '@whisper-bot/transcript';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../store.js';
import { freshDatabase, type TestDatabase } from '../test/fresh-database.js';
import { logger } from '../test/server.js';

let directory: TemporaryDirectory;
let database: TestDatabase;
let store: Store;
let transcripts: TranscriptStore;
let behind: unknown[];
beforeAll(async () => {
  directory = await temporaryDirectory('transcript');
});
afterAll(() => directory.remove());
beforeEach(async () => {
  database = await freshDatabase();
  store = await openStore({ url: database.url, logger });
  behind = [];
  transcripts = createTranscriptStore({
    tasksDir: directory.path,
    record: store.transcripts,
    onBehind: (_id, error) => behind.push(error),
  });
});
afterEach(async () => {
  await store.close();
  await database.drop();
});

const heard = (text = 'Good morning'): Transcript =>
  transcriptSchema.parse({
    v: 1,
    language: 'en',
    duration: 12.5,
    model: 'base',
    engine: 'test',
    translated: false,
    speakers: { outcome: 'found', list: [{ label: 'SPEAKER_00' }, { label: 'SPEAKER_01' }] },
    text,
    segments: [],
  });

/** A task that has ended: its result is in the folder and, where it is to be, in the record. */
const finished = async ({ recorded = true } = {}): Promise<{ id: TaskId; folder: TaskFolder }> => {
  const id = randomUUID() as TaskId;
  const folder = await createTaskFolder(directory.path, id);
  const task = taskSchema.parse({
    v: 1,
    id,
    channel: 'telegram',
    source: 'audio.ogg',
    owner: 'tg:1',
    options: {},
    acceptedAt: new Date().toISOString(),
  });
  await folder.write('task.json', task);
  await store.tasks.accept(task);
  await writeResult(folder, 1, heard());
  if (recorded) await transcripts.reconcile(id);
  return { id, folder };
};
const called = (label: string, name: string) => (transcript: Transcript) => renameSpeaker(transcript, label, name);
const namesOf = (transcript: Transcript | null | undefined) => transcript?.speakers.list.map(({ name }) => name);
const everywhere = async ({ id, folder }: { id: TaskId; folder: TaskFolder }) => ({
  read: namesOf((await transcripts.read(id))?.transcript),
  folder: namesOf(await readTranscript(folder)),
  record: namesOf((await store.transcripts.read(id))?.transcript),
});

describe('a name given to a speaker', () => {
  it('is in the folder and in the record, from whatever app', async () => {
    const task = await finished();
    expect(await transcripts.edit(task.id, called('SPEAKER_00', 'Ann'))).toMatchObject({
      kind: 'saved',
      folder: 'written',
      version: { revision: 1, edit: 1 },
    });
    const names = ['Ann', undefined];
    expect(await everywhere(task)).toEqual({ read: names, folder: names, record: names });
  });

  it('set before the record has the end of the task is not overwritten when it arrives', async () => {
    const task = await finished({ recorded: false });
    await transcripts.edit(task.id, called('SPEAKER_00', 'Ann'));
    await transcripts.reconcile(task.id);
    const names = ['Ann', undefined];
    expect(await everywhere(task)).toEqual({ read: names, folder: names, record: names });
  });

  it('outlasts the folder, and says that the folder is gone', async () => {
    const task = await finished();
    await task.folder.destroy();
    expect(await transcripts.edit(task.id, called('SPEAKER_01', 'Bob'))).toMatchObject({
      kind: 'saved',
      folder: 'gone',
    });
    expect(namesOf((await transcripts.read(task.id))?.transcript)).toEqual([undefined, 'Bob']);
    expect(await task.folder.list()).toEqual([]);
  });

  it('is not given to what was erased, nor to what never was', async () => {
    const task = await finished();
    await store.erasures.apply(await store.erasures.ofTasks([task.id]));
    expect(await transcripts.edit(task.id, called('SPEAKER_00', 'Ann'))).toEqual({ kind: 'gone' });
    expect(await store.transcripts.read(task.id)).toBeNull();
    expect(await transcripts.edit(randomUUID() as TaskId, called('SPEAKER_00', 'Ann'))).toEqual({ kind: 'gone' });
  });

  it('is kept when the merge that made the result runs again, and gives way to a new revision', async () => {
    const task = await finished();
    await transcripts.edit(task.id, called('SPEAKER_00', 'Ann'));
    const again = await readTranscript(task.folder);
    if (again === null) throw new Error('no transcript');
    await writeResult(task.folder, 1, again);
    await transcripts.reconcile(task.id);
    expect((await everywhere(task)).record).toEqual(['Ann', undefined]);
    await writeResult(task.folder, 2, heard('Guten Morgen'));
    await transcripts.reconcile(task.id);
    expect((await everywhere(task)).record).toEqual([undefined, undefined]);
    expect((await transcripts.read(task.id))?.version).toEqual({ revision: 2, edit: 0 });
  });
});

describe('two editors', () => {
  it('at once: the later is refused, and both keep what was saved first', async () => {
    const task = await finished();
    const seen = await transcripts.read(task.id);
    if (seen === null) throw new Error('no transcript');
    const version = versionText(seen.version);
    const edits = await Promise.all([
      transcripts.edit(task.id, called('SPEAKER_00', 'Ann'), version),
      transcripts.edit(task.id, called('SPEAKER_01', 'Bob'), version),
    ]);
    expect(edits.map(({ kind }) => kind).sort()).toEqual(['conflict', 'saved']);
    const saved = edits.find(({ kind }) => kind === 'saved');
    expect((await everywhere(task)).record).toEqual(saved?.kind === 'saved' ? namesOf(saved.transcript) : null);
  });

  it('of different speakers, none of whom insists on what was seen, are both heard', async () => {
    const task = await finished();
    const other = createTranscriptStore({ tasksDir: directory.path, record: store.transcripts });
    await Promise.all([
      transcripts.edit(task.id, called('SPEAKER_00', 'Ann')),
      other.edit(task.id, called('SPEAKER_01', 'Bob')),
    ]);
    expect((await everywhere(task)).read).toEqual(['Ann', 'Bob']);
    expect((await everywhere(task)).folder).toEqual(['Ann', 'Bob']);
  });
});

describe('where one of both homes is away', () => {
  it('an edit is refused without the record and changes nothing; the folder can still be read', async () => {
    const task = await finished();
    const away = async (): Promise<never> => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    };
    const cutOff = createTranscriptStore({
      tasksDir: directory.path,
      record: { read: away, change: away, unversioned: away },
    });
    await expect(cutOff.edit(task.id, called('SPEAKER_00', 'Ann'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(namesOf((await cutOff.read(task.id))?.transcript)).toEqual([undefined, undefined]);
    expect((await everywhere(task)).folder).toEqual([undefined, undefined]);
    await task.folder.destroy();
    await expect(cutOff.read(task.id)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('a folder that could not be written says so, and has caught up after the next read', async () => {
    const task = await finished();
    // A folder in the way of the file: no name can be moved over it.
    await rm(task.folder.file('transcript.r1.json'));
    await mkdir(task.folder.file('transcript.r1.json'));
    expect(await transcripts.edit(task.id, called('SPEAKER_00', 'Ann'))).toMatchObject({
      kind: 'saved',
      folder: 'behind',
    });
    expect(behind).toHaveLength(1);
    expect(namesOf((await transcripts.read(task.id))?.transcript)).toEqual(['Ann', undefined]);
    await rm(task.folder.file('transcript.r1.json'), { recursive: true });
    await transcripts.read(task.id);
    expect((await everywhere(task)).folder).toEqual(['Ann', undefined]);
  });
});

describe('an installation of an older version, where folder and record were independent', () => {
  /** As older versions wrote them: without a version, ordered by time alone. */
  const legacy = async (inFolder: string, inRecord: string, minutes: number) => {
    const task = await finished();
    const bare = (name: string) => JSON.stringify(renameSpeaker(heard(), 'SPEAKER_00', name));
    await sql`update result set transcript = ${bare(inRecord)}::jsonb, revision = null, edit = null,
      saved_at = now() where task_id = ${task.id}`.execute(store.db);
    const at = new Date(Date.now() + minutes * 60_000);
    for (const name of ['transcript.json', 'transcript.r1.json']) {
      await writeFile(task.folder.file(name), bare(inFolder));
      await utimes(task.folder.file(name), at, at);
    }
    return task;
  };

  it('the newer of both wins in both, with the first read', async () => {
    const renamedInChat = await legacy('Chat', 'Page', 5);
    const renamedOnPage = await legacy('Chat', 'Page', -5);
    for (const [task, name] of [
      [renamedInChat, 'Chat'],
      [renamedOnPage, 'Page'],
    ] as const) {
      const names = [name, undefined];
      expect(await everywhere(task)).toEqual({ read: names, folder: names, record: names });
    }
  });

  it('is settled once before the folders go, and goes on with versions', async () => {
    const tasks = [await legacy('Chat', 'Page', 5), await legacy('Chat', 'Page', -5), await legacy('A', 'A', 0)];
    const swept = await legacy('Chat', 'Page', -5);
    await swept.folder.destroy();
    expect(await transcripts.reconcileAll()).toBe(4);
    expect(await transcripts.reconcileAll()).toBe(0);
    for (const { folder } of tasks) await folder.destroy();
    const names = await Promise.all(
      [...tasks, swept].map(async ({ id }) => namesOf((await transcripts.read(id))?.transcript)?.[0]),
    );
    expect(names).toEqual(['Chat', 'Page', 'A', 'Page']);
    const [first] = tasks;
    if (first === undefined) throw new Error('no task');
    expect((await transcripts.edit(first.id, called('SPEAKER_01', 'Bob'))).kind).toBe('saved');
  });

  it('a revision that is merged afterwards counts as newer', async () => {
    const task = await legacy('Chat', 'Page', 5);
    await transcripts.read(task.id);
    await writeResult(task.folder, 2, heard('Guten Morgen'));
    expect((await transcripts.read(task.id))?.transcript.text).toBe('Guten Morgen');
    expect((await store.transcripts.read(task.id))?.transcript.text).toBe('Guten Morgen');
  });
});

it('the version stays out of what people are given', async () => {
  const task = await finished();
  await transcripts.edit(task.id, called('SPEAKER_00', 'Ann'));
  expect((await transcripts.read(task.id))?.transcript).not.toHaveProperty('version');
  expect((await store.transcripts.read(task.id))?.transcript).not.toHaveProperty('version');
  expect(JSON.parse(await readFile(task.folder.file('transcript.json'), 'utf8')).version).toEqual({
    revision: 1,
    edit: 1,
  });
});
