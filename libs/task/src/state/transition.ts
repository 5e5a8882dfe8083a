import { z } from 'zod';

/** The states of a task, in the order of its way. */
export const taskStates = ['accepted', 'preparing', 'running', 'delivering', 'done', 'failed', 'cancelled'] as const;
export const taskStateSchema = z.enum(taskStates);
export type TaskState = z.infer<typeof taskStateSchema>;

/**
 * What moves a task. `advance`: a stage has started. `finish`, `fail`, `cancel`: its end. `resume`: a failed part runs again.
 * `reopen`: it is accepted again.
 */
export type TaskEvent = 'advance' | 'finish' | 'fail' | 'cancel' | 'resume' | 'reopen';

export interface Transition {
  event: TaskEvent;
  from: readonly TaskState[];
  to: TaskState;
  /** When, in a few words. */
  when: string;
}

const open = ['accepted', 'preparing', 'running', 'delivering'] as const;

/**
 * Every change of state there is, and nothing else is. The scripts in Redis, the order in the record, and docs/state-machine.md are
 * derived from it. What is reported twice changes nothing; a stage that reports late (Redis was emptied, a report was lost) may be skipped.
 */
export const transitions: readonly Transition[] = [
  { event: 'advance', from: open.slice(0, 1), to: 'preparing', when: 'preparing starts' },
  { event: 'advance', from: open.slice(0, 2), to: 'running', when: 'a chunk or the speakers are worked on' },
  { event: 'advance', from: open.slice(0, 3), to: 'delivering', when: 'there is a result to hand over' },
  { event: 'finish', from: [...open, 'failed'], to: 'done', when: 'the result was handed over' },
  // A failed task whose other part fails, too: the newest cause stands.
  { event: 'fail', from: [...open, 'failed'], to: 'failed', when: 'no attempt is left, or none can help' },
  { event: 'cancel', from: open, to: 'cancelled', when: 'a person cancels or erases it' },
  { event: 'resume', from: ['failed'], to: 'preparing', when: 'preparing is retried' },
  { event: 'resume', from: ['failed'], to: 'running', when: 'a failed chunk, or merging, is retried' },
  { event: 'resume', from: ['failed'], to: 'delivering', when: 'handing over is retried' },
  { event: 'reopen', from: taskStates, to: 'accepted', when: 'a revision, or queued again' },
];

/** Whether an event may lead from one state to another. */
export const mayMove = (event: TaskEvent, from: TaskState, to: TaskState): boolean =>
  transitions.some((each) => each.event === event && each.to === to && each.from.includes(from));

/** States in which a task is worked on or waits for it: those it can be cancelled in. */
export const openStates: readonly TaskState[] = taskStates.filter((state) => mayMove('cancel', state, 'cancelled'));

/** States a task does not leave by itself (a retry or a revision may reopen it). */
export const isFinal = (state: TaskState): boolean => !openStates.includes(state);

/** Whether someone gave the task up: whatever is reported of it late, only accepting it again reopens it. */
export const isAbandoned = (state: TaskState): boolean =>
  transitions.some(({ event, to }) => event === 'cancel' && to === state);

/**
 * How far a state is: the number of the transitions that lead there, at most, from `accepted`, without those that lead back; of two
 * equally far the later one of {@link taskStates}. Of two changes of one moment the further one came later.
 */
export const rankOf = (state: TaskState): number => {
  const distance = (to: TaskState): number =>
    Math.max(
      0,
      ...transitions
        .filter((each) => each.to === to && each.event !== 'resume' && each.event !== 'reopen')
        .flatMap(({ from }) => from.filter((each) => each !== to).map((each) => distance(each) + 1)),
    );
  return distance(state) * taskStates.length + taskStates.indexOf(state);
};
