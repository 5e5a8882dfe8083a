import { cutText, isFinal, latestRevision, readTask, stages, staleFrom, TaskError } from '@whisper-bot/task';
import { correctText, formats, isFormatId, renameSpeaker, type Transcript } from '@whisper-bot/transcript';
import { writeDown } from '../auth/audit.js';
import { backTo } from '../http/answer.js';
import { type Answer, type Handler, HttpError, type Visit } from '../http/visit.js';
import { dismissLetters, type FoundTask, findTask } from './task-find.js';
import { labelsOf } from './task-transcript.js';

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
  for (const name of staleFrom(from, await folder.list())) await folder.remove(name);
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

/** Changes the transcript where nobody else has meanwhile, in every place that keeps it. */
const edit = async (visit: Visit, action: string, alter: (transcript: Transcript) => Transcript): Promise<Answer> => {
  const task = await findTask(visit);
  const edited = await visit.desk.transcripts.edit(task.id, alter, visit.field('version')).catch((error: unknown) => {
    if (error instanceof RangeError) throw new HttpError(400);
    throw error;
  });
  if (edited.kind === 'gone') throw new HttpError(404);
  if (edited.kind === 'conflict') return backTo(pageOf(task), 'task.changedMeanwhile', { bad: 1 });
  if (task.row.channel === 'telegram') await announce(visit, task, edited.version);
  // What was said stays out of the audit log: it tells that and by whom, the transcript tells what.
  await writeDown(visit, { action, target: task.id });
  return backTo(pageOf(task), action === 'task.rename-speaker' ? 'task.renamed' : 'task.corrected');
};

/** The chat shows the change as well; while Redis is away the next file there does. */
const announce = (
  { desk }: Visit,
  { id: taskId }: FoundTask,
  version: { revision: number; edit: number },
): Promise<void> =>
  desk.pipeline
    .announceEdit({ taskId, ...version })
    .catch((err: unknown) => desk.logger.warn({ err, task_id: taskId }, 'edit not announced'));

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
  const found = await visit.desk.transcripts.read(task.id);
  if (!isFormatId(id) || found === null) throw new HttpError(404);
  const { mime, extension, render } = formats[id];
  const body = await render(found.transcript, { labels: labelsOf(visit), title: task.row.title });
  const name = cutText(task.row.title.replace(/\.[^.]{1,8}$/, '').replace(/[^\p{L}\p{N} ._-]/gu, '_'), 80) || task.id;
  return { kind: 'file', body, type: mime, name: `${name}.${extension}` };
};
