import {
  cutText,
  decodedAudio,
  isFinal,
  latestRevision,
  readTask,
  type Stage,
  stages,
  TaskError,
} from '@whisper-bot/task';
import { correctText, formats, isFormatId, renameSpeaker, type Transcript } from '@whisper-bot/transcript';
import { writeDown } from '../auth/audit.js';
import { backTo } from '../http/answer.js';
import { type Answer, type Handler, HttpError, type Visit } from '../http/visit.js';
import { dismissLetters, type FoundTask, findTask, readTranscript } from './task-find.js';
import { labelsOf, versionOf } from './task-transcript.js';

const pageOf = ({ id }: FoundTask): string => `/tasks/${id}`;

/** Resumes a failed task where it stopped. */
export const retryTask: Handler = async (visit) => {
  const task = await findTask(visit);
  const resumed = await visit.desk.pipeline.retry(task.id);
  if (!resumed) return backTo(pageOf(task), 'task.notRetried', { bad: 1 });
  await writeDown(visit, { action: 'task.retry', target: task.id });
  return backTo(pageOf(task), 'task.retried');
};

export const cancelTask: Handler = async (visit) => {
  const task = await findTask(visit);
  if (!(await visit.desk.pipeline.cancel(task.id))) return backTo(pageOf(task), 'task.notCancelled', { bad: 1 });
  await writeDown(visit, { action: 'task.cancel', target: task.id, before: { state: task.row.state } });
  return backTo(pageOf(task), 'task.cancelled');
};

/** What each stage leaves in the folder, by the beginning of its name. */
const artefacts: Record<Stage, readonly string[]> = {
  prepare: ['speech.', 'language.'],
  diarize: ['diarization.'],
  transcribe: ['recognition-'],
  merge: ['transcript.'],
  deliver: [],
};

/** Does a stage and what follows anew: takes away what they had left, then asks for a revision. */
export const rerunTask: Handler = async (visit) => {
  const { pipeline } = visit.desk;
  const task = await findTask(visit);
  const from = stages.find((stage) => stage === visit.field('from'));
  if (from === undefined) throw new HttpError(400);
  if (!isFinal(task.row.state)) throw new HttpError(409);
  const { folder } = task;
  const accepted = await readTask(folder, Math.max(1, await latestRevision(folder))).catch(() => null);
  if (accepted === null) throw new HttpError(409, visit.words.errors['file-expired']);
  // Decoding is repeated only where the source is still there to be decoded.
  const anew = [
    ...artefactsFrom(from),
    ...(from === 'prepare' && (await folder.has(accepted.source)) ? [decodedAudio] : []),
  ];
  for (const name of await folder.list()) if (anew.some((start) => name.startsWith(start))) await folder.remove(name);
  try {
    const revision = await pipeline.revise(task.id, {});
    await dismissLetters(visit.desk, task.id);
    await writeDown(visit, { action: 'task.rerun', target: task.id, after: { from, revision } });
  } catch (error) {
    if (error instanceof TaskError) throw new HttpError(409, visit.words.errors[error.code]);
    throw error;
  }
  return backTo(pageOf(task), 'task.retried');
};

/** Diarization and transcription stand beside each other: the one does not need the other anew. */
const artefactsFrom = (from: Stage): string[] => {
  const after = stages.slice(stages.indexOf(from));
  const needed = from === 'diarize' ? after.filter((stage) => stage !== 'transcribe') : after;
  return needed.flatMap((stage) => artefacts[stage]);
};

/** The recording and all that came of it go; that there was a task stays in the record. */
export const deleteTask: Handler = async (visit) => {
  const task = await findTask(visit);
  if (visit.field('sure') !== 'yes') throw new HttpError(400);
  await visit.desk.eraser.tasks([task.id]);
  await writeDown(visit, {
    action: 'task.delete',
    target: task.id,
    // Not whose it was: the log outlives what people have erased.
    before: { state: task.row.state },
  });
  return backTo('/tasks', 'task.deleted');
};

/** Changes the transcript where nobody else has meanwhile; keeps it in the record and in the folder. */
const edit = async (visit: Visit, action: string, alter: (transcript: Transcript) => Transcript): Promise<Answer> => {
  const task = await findTask(visit);
  const before = await readTranscript(visit, task);
  if (before === null) throw new HttpError(404);
  if (versionOf(before) !== visit.field('version')) return backTo(pageOf(task), 'task.changedMeanwhile', { bad: 1 });
  let after: Transcript;
  try {
    after = alter(before);
  } catch (error) {
    if (error instanceof RangeError) throw new HttpError(400);
    throw error;
  }
  await visit.desk.store.tasks.saveTranscript(task.id, after);
  if (await task.folder.has('transcript.json')) await task.folder.write('transcript.json', after);
  // What was said stays out of the audit log: it tells that and by whom, the transcript tells what.
  await writeDown(visit, { action, target: task.id });
  return backTo(pageOf(task), action === 'task.rename-speaker' ? 'task.renamed' : 'task.corrected');
};

export const renameTaskSpeaker: Handler = (visit) =>
  edit(visit, 'task.rename-speaker', (transcript) =>
    renameSpeaker(transcript, visit.field('label'), visit.field('name')),
  );

export const correctTaskText: Handler = (visit) =>
  edit(visit, 'task.correct-text', (transcript) => {
    const index = visit.field('segment');
    if (!/^\d{1,6}$/.test(index)) throw new RangeError('No such paragraph.');
    return correctText(transcript, Number(index), cutText(visit.field('text'), 100_000));
  });

/** The transcript in one of the formats, in the reader's language where the format has words of its own. */
export const sendTranscript: Handler = async (visit) => {
  const task = await findTask(visit);
  const id = visit.param('format');
  const transcript = await readTranscript(visit, task);
  if (!isFormatId(id) || transcript === null) throw new HttpError(404);
  const { mime, extension, render } = formats[id];
  const body = await render(transcript, { labels: labelsOf(visit), title: task.row.title });
  const name = cutText(task.row.title.replace(/\.[^.]{1,8}$/, '').replace(/[^\p{L}\p{N} ._-]/gu, '_'), 80) || task.id;
  return { kind: 'file', body, type: mime, name: `${name}.${extension}` };
};
