import { cutText, isFinal, latestRevision, readTask, stages, staleFrom, TaskError } from '@whisper-bot/task';
import { correctText, formats, isFormatId, renameSpeaker, type Transcript } from '@whisper-bot/transcript';
import { dismissDeadLetters, type FoundTask, findTask } from '../../domain/task-find.js';
import { backTo } from '../../web/answer.js';
import { HttpError } from '../../web/http-error.js';
import type { Answer } from '../../web/request-context.js';
import { writeDown } from '../audit.js';
import type { AdminContext, AdminHandler } from '../page-context.js';
import { labelsOf } from './task-transcript.js';

const pageOf = ({ id }: FoundTask): string => `/tasks/${id}`;

/** Resumes a failed task where it stopped. */
export const retryTask: AdminHandler<'audit' | 'options' | 'pipeline' | 'tasks'> = async (context) => {
  const task = await findTask(context);
  const resumed = await context.deps.pipeline.retry(task.id);
  if (!resumed) return backTo(pageOf(task), 'task.notRetried', { bad: 1 });
  await writeDown(context, { action: 'task.retry', target: task.id });
  return backTo(pageOf(task), 'task.retried');
};

export const cancelTask: AdminHandler<'audit' | 'options' | 'pipeline' | 'tasks'> = async (context) => {
  const task = await findTask(context);
  if (!(await context.deps.pipeline.cancel(task.id))) return backTo(pageOf(task), 'task.notCancelled', { bad: 1 });
  await writeDown(context, { action: 'task.cancel', target: task.id, before: { state: task.row.state } });
  return backTo(pageOf(task), 'task.cancelled');
};

/** Does a stage and what follows again: takes away what they had left, then asks for a revision. */
export const rerunTask: AdminHandler<'audit' | 'options' | 'pipeline' | 'tasks'> = async (context) => {
  const { pipeline } = context.deps;
  const task = await findTask(context);
  const from = stages.find((stage) => stage === context.field('from'));
  if (from === undefined) throw new HttpError(400);
  if (!isFinal(task.row.state)) throw new HttpError(409);
  const { folder } = task;
  const accepted = await readTask(folder, Math.max(1, await latestRevision(folder))).catch(() => null);
  if (accepted === null) throw new HttpError(409, context.words.errors['file-expired']);
  for (const name of staleFrom(from, await folder.list())) await folder.remove(name);
  try {
    const revision = await pipeline.revise(task.id, {});
    await dismissDeadLetters(context.deps, task.id);
    await writeDown(context, { action: 'task.rerun', target: task.id, after: { from, revision } });
  } catch (error) {
    if (error instanceof TaskError) throw new HttpError(409, context.words.errors[error.code]);
    throw error;
  }
  return backTo(pageOf(task), 'task.retried');
};

/** The recording and all that came of it go; that there was a task stays in the record. */
export const deleteTask: AdminHandler<'audit' | 'eraser' | 'options' | 'tasks'> = async (context) => {
  const task = await findTask(context);
  if (context.field('sure') !== 'yes') throw new HttpError(400);
  await context.deps.eraser.tasks([task.id]);
  await writeDown(context, {
    action: 'task.delete',
    target: task.id,
    // Not whose it was: the log outlives what people have erased.
    before: { state: task.row.state },
  });
  return backTo('/tasks', 'task.deleted');
};

/** Changes the transcript unless another has changed it meanwhile, in every place that keeps it. */
const edit = async (
  context: AdminContext<'audit' | 'logger' | 'options' | 'pipeline' | 'tasks' | 'transcripts'>,
  action: string,
  alter: (transcript: Transcript) => Transcript,
): Promise<Answer> => {
  const task = await findTask(context);
  const edited = await context.deps.transcripts
    .edit(task.id, alter, context.field('version'))
    .catch((error: unknown) => {
      if (error instanceof RangeError) throw new HttpError(400);
      throw error;
    });
  if (edited.kind === 'gone') throw new HttpError(404);
  if (edited.kind === 'conflict') return backTo(pageOf(task), 'task.changedMeanwhile', { bad: 1 });
  if (task.row.channel === 'telegram') await announce(context, task, edited.version);
  // What was said stays out of the audit log: it says that and by whom, the transcript says what.
  await writeDown(context, { action, target: task.id });
  return backTo(pageOf(task), action === 'task.rename-speaker' ? 'task.renamed' : 'task.corrected');
};

/** The chat shows the change as well; while Redis is away the next file there does. */
const announce = (
  { deps }: AdminContext<'logger' | 'pipeline'>,
  { id: taskId }: FoundTask,
  version: { revision: number; edit: number },
): Promise<void> =>
  deps.pipeline
    .announceEdit({ taskId, ...version })
    .catch((err: unknown) => deps.logger.warn({ err, task_id: taskId }, 'edit notification failed'));

export const renameTaskSpeaker: AdminHandler<'audit' | 'logger' | 'options' | 'pipeline' | 'tasks' | 'transcripts'> = (
  context,
) =>
  edit(context, 'task.rename-speaker', (transcript) =>
    renameSpeaker(transcript, context.field('label'), context.field('name')),
  );

export const correctTaskText: AdminHandler<'audit' | 'logger' | 'options' | 'pipeline' | 'tasks' | 'transcripts'> = (
  context,
) =>
  edit(context, 'task.correct-text', (transcript) => {
    const index = context.field('segment');
    if (!/^\d{1,6}$/.test(index)) throw new RangeError('No such paragraph.');
    return correctText(transcript, Number(index), cutText(context.field('text'), 100_000));
  });

/** The transcript in one of the formats, in the reader's language where the format has words of its own. */
export const sendTranscript: AdminHandler<'options' | 'tasks' | 'transcripts'> = async (context) => {
  const task = await findTask(context);
  const id = context.param('format');
  const found = await context.deps.transcripts.read(task.id);
  if (!isFormatId(id) || found === null) throw new HttpError(404);
  const { mime, extension, render } = formats[id];
  const body = await render(found.transcript, { labels: labelsOf(context), title: task.row.title });
  const name = cutText(task.row.title.replace(/\.[^.]{1,8}$/, '').replace(/[^\p{L}\p{N} ._-]/gu, '_'), 80) || task.id;
  return { kind: 'file', body, type: mime, name: `${name}.${extension}` };
};
