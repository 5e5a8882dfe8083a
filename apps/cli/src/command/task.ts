import { readdir } from 'node:fs/promises';
import type { Config } from '@whisper-bot/config';
import { latestRevision, readTask, type Task, type TaskId, taskFolder, taskIdSchema } from '@whisper-bot/task';
import { formats } from '@whisper-bot/transcript';
import { type Command, InvalidArgumentError } from 'commander';
import { CliError } from '../failure.js';
import type { Session } from '../session/session.js';
import { shorten } from '../show/bar.js';
import type { Terminal } from '../terminal.js';

export const addTask = (program: Command, terminal: Terminal, config: () => Config): void => {
  const task = program
    .command('task')
    .summary('list, show, retry and cancel tasks')
    .description('Looks at the tasks of the running whisper-bot (or of REDIS_URL and TASKS_DIR) and acts on them.')
    .addHelpText(
      'after',
      `
Examples:
  whisper-bot task list
  whisper-bot task show 0b6b2f6e-… --json
  whisper-bot task retry 0b6b2f6e-…`,
    );
  const within = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const { attachSession } = await import('../session/session.js');
    const session = await attachSession(config());
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };
  task
    .command('list')
    .description('every task there is, the newest first')
    .option('--json', 'as JSON')
    .action((options: { json?: boolean }) => within((session) => list(terminal, session, options.json ?? false)));
  task
    .command('show')
    .description('one task: its state, its progress, why it failed, and its text')
    .argument('<id>', 'task id', parseId)
    .option('--json', 'as JSON')
    .action((id: TaskId, options: { json?: boolean }) =>
      within((session) => show(terminal, session, id, options.json ?? false)),
    );
  task
    .command('retry')
    .description('resume a failed task where it failed; what was finished is not repeated')
    .argument('<id>', 'task id', parseId)
    .action((id: TaskId) =>
      within(async ({ pipeline }) => {
        if (!(await pipeline.retry(id))) throw new CliError('There is no failed task with this id.');
        terminal.err.write('It goes on where it failed.\n');
      }),
    );
  task
    .command('cancel')
    .description('stop a task and remove everything it has')
    .argument('<id>', 'task id', parseId)
    .action((id: TaskId) =>
      within(async ({ pipeline }) => {
        if (!(await pipeline.cancel(id))) throw new CliError('There is no open task with this id.');
        terminal.err.write('Cancelled.\n');
      }),
    );
};

const parseId = (text: string): TaskId => {
  const parsed = taskIdSchema.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('A task id looks like 0b6b2f6e-1c1f-4f0e-9a4e-0c9c3f5d2a11.');
  return parsed.data;
};

const list = async (terminal: Terminal, { pipeline, tasksDir }: Session, json: boolean): Promise<void> => {
  const tasks = (await Promise.all((await readdir(tasksDir).catch(() => [])).map((name) => load(tasksDir, name))))
    .filter((task) => task !== null)
    .sort((a, b) => b.acceptedAt.localeCompare(a.acceptedAt));
  for (const task of tasks) {
    const progress = await pipeline.progress(task.id);
    if (json) {
      terminal.out.write(`${JSON.stringify({ ...task, progress })}\n`);
      continue;
    }
    const state = progress === null ? 'unknown' : `${progress.state} ${Math.floor(progress.percent)} %`;
    terminal.out.write(
      `${task.id}  ${task.acceptedAt.slice(0, 19)}  ${state.padEnd(17)}  ${shorten(task.title, 40)}\n`,
    );
  }
  if (!json && tasks.length === 0) terminal.err.write('There are no tasks.\n');
};

const load = async (tasksDir: string, name: string): Promise<Task | null> => {
  const id = taskIdSchema.safeParse(name);
  if (!id.success) return null;
  const folder = taskFolder(tasksDir, id.data);
  return readTask(folder, Math.max(1, await latestRevision(folder))).catch(() => null);
};

const show = async (
  terminal: Terminal,
  { pipeline, transcripts, tasksDir }: Session,
  id: TaskId,
  json: boolean,
): Promise<void> => {
  const [task, progress] = await Promise.all([load(tasksDir, id), pipeline.progress(id)]);
  if (task === null && progress === null) throw new CliError('There is no task with this id.');
  const transcript = (await transcripts.read(id))?.transcript ?? null;
  if (json) {
    terminal.out.write(`${JSON.stringify({ ...task, id, progress, transcript })}\n`);
    return;
  }
  const rows: [string, string][] = [
    ['id', id],
    ['title', shorten(task?.title ?? '', 80)],
    ['accepted', task?.acceptedAt ?? ''],
    ['state', progress === null ? 'unknown' : `${progress.state}, ${Math.floor(progress.percent)} %`],
    ['stage', progress?.stage ?? ''],
    ['failed with', progress?.failure === undefined ? '' : `${progress.failure.code}: ${progress.failure.message}`],
    ['cause', progress?.failure?.cause ?? ''],
  ];
  for (const [name, value] of rows) if (value !== '') terminal.out.write(`${name.padEnd(12)} ${value}\n`);
  if (transcript !== null) terminal.out.write(`\n${await formats.text.render(transcript)}\n`);
};
