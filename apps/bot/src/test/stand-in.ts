import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { accept, type DeliveryHandler, type Pipeline, type TaskProgress } from '@whisper-bot/pipeline';
import {
  isFinal,
  latestRevision,
  readTask,
  type Task,
  TaskError,
  type TaskErrorCode,
  type TaskFolder,
  type TaskId,
  taskErrorCodes,
  taskFile,
  taskFolder,
  taskIdSchema,
  taskStates,
  writeResult,
} from '@whisper-bot/task';
import type { Segment, Transcript } from '@whisper-bot/transcript';
import { z } from 'zod';

/**
 * A pipeline in this process whose engine takes a fixed time and hears what the file's bytes say. It keeps its state in
 * the task folders, so that it survives a killed process as the real one does. What a "recording" may say:
 * `fail:CODE` ends in that error (`fail:CODE:once` only the first time), `silence` holds no words,
 * `hold` waits until it is cancelled, `words:N` holds N words, `language` says which one was asked for, `russian` is Russian and can be translated; lines `A: …` are said by different speakers.
 */
export interface StandIn extends Pipeline {
  /** How many times a recording was transcribed. */
  readonly transcribed: number;
  /** Announces an edit that was made elsewhere; resolves when it has been handled. */
  edited(id: TaskId): Promise<void>;
  /** The space on the volume; a test may take it away. */
  readonly reservations: { reserve(): Promise<void>; renew(): Promise<void>; release(): Promise<void> };
}

const stateSchema = z.object({
  state: z.enum(taskStates),
  revision: z.number(),
  failures: z.number(),
});
type State = z.infer<typeof stateSchema>;

const wordsOf = (text: string, start: number) =>
  text.split(' ').map((word, index) => ({ start: start + index * 0.4, end: start + index * 0.4 + 0.3, text: word }));

const hear = (said: string, task: Task): Transcript => {
  const many = /^words:(\d+)/.exec(said);
  const sentence = 'The quick brown fox jumps over the lazy dog again.';
  const text = many
    ? Array.from({ length: Math.ceil(Number(many[1]) / 10) }, () => sentence).join(' ')
    : said === 'silence'
      ? ''
      : said === 'language'
        ? `In ${task.options.language}.`
        : said === 'russian'
          ? task.options.translate
            ? 'Good morning.'
            : 'Доброе утро.'
          : said;
  const lines = text.split('\n').filter((line) => line !== '');
  const labels: string[] = [];
  const segments = lines.map((line, index): Segment => {
    const [, who, words = line] = /^([A-Z]): (.*)$/.exec(line) ?? [];
    const wanted = task.options.speakers.kind === 'exactly' ? task.options.speakers.count : 99;
    let speaker: string | null = null;
    if (task.options.diarize && who !== undefined) {
      if (!labels.includes(who) && labels.length < wanted) labels.push(who);
      speaker = `SPEAKER_0${Math.max(0, labels.indexOf(who))}`;
    }
    const start = index * 5;
    return { start, end: start + 4, text: words, speaker, words: wordsOf(words, start) };
  });
  return {
    v: 1,
    language: task.options.language === 'auto' ? (said === 'russian' ? 'ru' : 'en') : task.options.language,
    duration: Math.max(1, lines.length * 5),
    model: task.options.model,
    engine: 'stand-in',
    translated: task.options.translate,
    speakers: {
      outcome: task.options.diarize ? 'found' : 'off',
      list: labels.map((_, index) => ({ label: `SPEAKER_0${index}` })),
    },
    text: segments.map((segment) => segment.text).join(' '),
    segments,
  };
};

/** Starts the stand-in; `delay` is what its engine takes, milliseconds. */
export const createStandIn = ({ tasksDir, delay }: { tasksDir: string; delay: number }): StandIn => {
  const watchers = new Set<(progress: TaskProgress) => void>();
  const running = new Map<TaskId, AbortController>();
  let handler: DeliveryHandler | null = null;
  let transcribed = 0;
  let closed = false;

  const stateOf = async (folder: TaskFolder): Promise<State | null> => folder.read('state.json', stateSchema);
  const emit = (taskId: TaskId, state: State['state'], percent: number): TaskProgress => {
    const progress: TaskProgress = {
      taskId,
      state,
      stage: state === 'running' ? 'transcribe' : null,
      percent,
      secondsLeft: state === 'running' ? (100 - percent) / 10 : null,
      position: state === 'accepted' ? 2 : null,
      at: Date.now(),
    };
    for (const watcher of watchers) watcher(progress);
    return progress;
  };

  const deliver = async (delivery: Parameters<DeliveryHandler>[0], signal: AbortSignal): Promise<void> => {
    for (let attempt = 1; !signal.aborted && handler !== null; attempt += 1) {
      try {
        return await handler(delivery, { signal, attempt });
      } catch {
        await pause(50, undefined, { signal });
      }
    }
    throw new Error('closed');
  };

  const work = async (id: TaskId, signal: AbortSignal): Promise<void> => {
    const folder = taskFolder(tasksDir, id);
    const revision = await latestRevision(folder);
    const task = await readTask(folder, revision);
    const failures = (await stateOf(folder))?.failures ?? 0;
    const said = (await readFile(folder.file(task.source), 'utf8')).trim();
    emit(id, 'running', 40);
    await pause(said === 'hold' ? 600_000 : delay, undefined, { signal });
    const failing = /^fail:([a-z-]+)(:once)?/.exec(said);
    const code = taskErrorCodes.find((known) => known === failing?.[1]);
    if (code !== undefined && !(failing?.[2] !== undefined && failures > 0)) {
      await folder.write('state.json', { state: 'delivering', revision, failures: failures + 1 });
      await deliver(
        { kind: 'failure', task, revision: 1, code: code as TaskErrorCode, message: '', params: {}, stage: 'prepare' },
        signal,
      );
      await folder.write('state.json', { state: 'failed', revision, failures: failures + 1 });
      emit(id, 'failed', 40);
      return;
    }
    transcribed += 1;
    await writeResult(folder, revision, hear(said, task));
    await folder.write('state.json', { state: 'delivering', revision, failures });
    await deliver({ kind: 'result', task, revision }, signal);
    await folder.write('state.json', { state: 'done', revision, failures });
    emit(id, 'done', 100);
  };

  const start = (id: TaskId): void => {
    if (running.has(id) || closed || handler === null) return;
    const abort = new AbortController();
    running.set(id, abort);
    work(id, abort.signal)
      .catch(() => {})
      .finally(() => running.delete(id));
  };

  const reservations = { reserve: async () => {}, renew: async () => {}, release: async () => {} };
  const submit: Pipeline['submit'] = async (task) => {
    const folder = taskFolder(tasksDir, task.id);
    await folder.source(task.source);
    if ((await stateOf(folder)) !== null) return 'known';
    await folder.write(taskFile(1), task);
    await folder.write('state.json', { state: 'accepted', revision: 1, failures: 0 });
    emit(task.id, 'accepted', 0);
    start(task.id);
    return 'accepted';
  };

  let showEdit: (id: TaskId) => Promise<void> = async () => {};
  return {
    get transcribed() {
      return transcribed;
    },
    reservations,
    // Through the pipeline the harness hands over: a test may replace its submit.
    accept(request) {
      return accept({ tasksDir, reservations, submit: (task) => this.submit(task), refused: async () => {} }, request);
    },
    submit,
    archive: async (task) => {
      const folder = taskFolder(tasksDir, task.id);
      await folder.write(taskFile(1), task);
      await folder.write('state.json', { state: 'done', revision: 1, failures: 0 });
    },
    cancel: async (id) => {
      const folder = taskFolder(tasksDir, id);
      const state = await stateOf(folder);
      if (state === null || isFinal(state.state)) return false;
      running.get(id)?.abort();
      await folder.destroy();
      emit(id, 'cancelled', 0);
      return true;
    },
    retry: async (id) => {
      const folder = taskFolder(tasksDir, id);
      const state = await stateOf(folder);
      if (state?.state !== 'failed') return false;
      await folder.write('state.json', { ...state, state: 'accepted' });
      start(id);
      return true;
    },
    revise: async (id, options, origin) => {
      const folder = taskFolder(tasksDir, id);
      const latest = await latestRevision(folder);
      const before = await readTask(folder, Math.max(1, latest));
      if (!(await folder.has(before.source))) throw new TaskError('file-expired', 'gone');
      const revised = { ...before, options: { ...before.options, ...options }, origin: origin ?? before.origin };
      await folder.write(taskFile(latest + 1), revised);
      await folder.write('state.json', { state: 'accepted', revision: latest + 1, failures: 0 });
      start(id);
      return latest + 1;
    },
    progress: async (id) => {
      const state = await stateOf(taskFolder(tasksDir, id));
      return (
        state && { taskId: id, state: state.state, stage: null, percent: 0, secondsLeft: null, position: 2, at: 0 }
      );
    },
    watch: async (_id, onChange) => {
      watchers.add(onChange);
      return async () => void watchers.delete(onChange);
    },
    untilEnded: () => Promise.reject(new Error('not part of the stand-in')),
    deadLetters: async () => [],
    serveDeliveries: async (_channel, given) => {
      handler = given;
      for (const name of await readdir(tasksDir)) {
        const id = taskIdSchema.safeParse(name);
        if (!id.success) continue;
        const state = await stateOf(taskFolder(tasksDir, id.data));
        if (state !== null && !isFinal(state.state)) start(id.data);
      }
      return {
        close: async () => {
          closed = true;
          handler = null;
          for (const abort of running.values()) abort.abort();
        },
      };
    },
    serveEdits: async (handler) => {
      showEdit = handler;
      return { close: async () => {} };
    },
    edited: (id) => showEdit(id),
    serveRecord: async () => ({ close: async () => {} }),
    close: async () => {},
  };
};
