import { randomUUID } from 'node:crypto';
import type { Recorder } from '@whisper-bot/analytics';
import { type TaskErrorCode, type TaskId, type TaskState, taskSchema } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import type { Harness } from './harness.js';

/** Addresses of tasks in each state. */
export interface Furnished {
  done: string;
  failed: string;
  running: string;
  edited: string;
}

const titles = [
  'Weekly call.m4a',
  'Interview with the harbour master.mp3',
  'voice message',
  'Podcast 214, final cut.wav',
  'Совещание по смете.ogg',
  'lecture-2026-11-20.mp4',
  '',
];
const hour = 3_600_000;

/** Fills everything as a busy week would have. */
export const furnish = async (harness: Harness, recorder: Recorder): Promise<Furnished> => {
  const { deps, stage } = harness;
  const stateOf = async (id: TaskId) => (await deps.tasks.find(id))?.state;
  stage.turns = [
    'Good morning, everybody. Shall we begin with the figures from last week, or do you want to hear about the delay first?',
    'Let us look at the figures first. I have them here, and they are better than we thought they would be.',
    'Much better. The second line alone brought in a third more than in the week before, and nobody had planned for that.',
    'Then we should talk about people. Two of us cannot answer all of it.',
    'Agreed. I will write to the others after this call.',
  ];
  const done = await harness.submit({ title: 'Weekly call.m4a' });
  await until(async () => (await stateOf(done.id)) === 'done');

  stage.broken.set('transcribe', 'models/ggml-large-v3.bin: no such file');
  const failed = await harness.submit({ title: 'Interview with the harbour master.mp3', owner: 'tg:301' });
  await until(async () => (await deps.pipeline.deadLetters()).length === 1);
  stage.broken.clear();
  stage.broken.set('prepare', 'moov atom not found');
  for (let count = 0; count < 3; count += 1) await harness.submit({ owner: 'tg:77' });
  await until(async () => (await deps.pipeline.deadLetters()).length === 4);
  stage.broken.clear();

  await pretendWeek(harness, recorder);
  stage.hold();
  const running = await harness.submit({ title: 'Podcast 214, final cut.wav', owner: 'tg:512' });
  for (const title of ['voice message', 'Совещание по смете.ogg']) await harness.submit({ title, owner: 'tg:42' });
  await until(async () => (await stateOf(running.id)) === 'running');
  await until(async () => ((await deps.pipeline.progress(running.id))?.percent ?? 0) > 10);

  await deps.keys.create('accounting', 'ann');
  const { id } = await deps.keys.create('website, contact form', 'ann', { requestsPerMinute: 60 });
  await deps.keys.revoke(id);
  await harness.enter('viewer', 'bob');
  await harness.enter('operator', 'catherine.the.great@example.org');
  const note = { actor: 'ann', address: '127.0.0.1', before: null, after: null };
  await deps.audit.append({ ...note, action: 'sign-in', target: 'ann' });
  await deps.audit.append({ ...note, action: 'setting.change', target: 'model', before: 'base', after: 'small' });
  await deps.audit.append({ ...note, action: 'task.retry', target: failed.id });
  return {
    done: `/tasks/${done.id}`,
    failed: `/tasks/${failed.id}`,
    running: `/tasks/${running.id}`,
    edited: `/tasks/${done.id}?edit=1`,
  };
};

const ends: readonly (readonly [TaskState, TaskErrorCode | undefined])[] = [
  ['done', undefined],
  ['done', undefined],
  ['done', undefined],
  ['failed', 'damaged-media'],
  ['done', undefined],
  ['cancelled', undefined],
];

/** Tasks of the last days in the record, with their analytics events. */
const pretendWeek = async ({ deps }: Harness, recorder: Recorder): Promise<void> => {
  for (let index = 0; index < 90; index += 1) {
    const at = Date.now() - index * index * 75_000 - hour / 4;
    const user = [42, 77, 301, 512, 9001][index % 5] ?? 42;
    const task = taskSchema.parse({
      v: 1,
      id: randomUUID(),
      channel: index % 4 === 0 ? 'folder' : 'telegram',
      source: 'audio.ogg',
      title: titles[index % titles.length],
      owner: `tg:${user}`,
      options: { model: index % 3 === 0 ? 'small' : 'base' },
      origin: index % 4 === 0 ? {} : { chatId: index % 7 === 0 ? -1_001_234_567 : user },
      acceptedAt: new Date(at).toISOString(),
    });
    const [state, code] = ends[index % ends.length] ?? ['done', undefined];
    await deps.tasks.accept(task);
    await deps.tasks.change({
      taskId: task.id,
      state,
      at: at + 40_000,
      ...(code === undefined ? {} : { code, cause: 'moov atom not found' }),
    });
    const seconds = 20 + ((index * 37) % 900);
    const of = {
      table: 'transcribe_events',
      taskId: task.id,
      channel: task.channel,
      owner: task.owner,
      audioSeconds: seconds,
      model: task.options.model,
      language: index % 3 === 0 ? 'ru' : 'en',
      worker: `worker-${1 + (index % 2)}`,
    } as const;
    recorder.record({ ...of, at, event: 'accepted' });
    recorder.record({
      table: 'messages',
      at,
      channel: task.channel,
      owner: task.owner,
      kind: index % 3 === 0 ? 'audio' : 'voice',
      audioSeconds: seconds,
    });
    for (const stage of ['prepare', 'transcribe', 'diarize', 'merge', 'deliver'] as const) {
      const runMs = { prepare: 20, transcribe: 90, diarize: 20, merge: 0.2, deliver: 1 }[stage] * seconds;
      const failed = state === 'failed' && stage === 'prepare';
      recorder.record({
        ...of,
        at: at + 1000,
        event: failed ? 'failed' : 'finished',
        stage,
        attempt: 1,
        waitMs: (index * 91) % 4000,
        runMs,
        ...(failed ? { errorCode: 'damaged-media' } : {}),
      });
      if (failed) break;
    }
  }
};
