// What became of each accepted task, from what its sender saw and what the record says. Pure.

/**
 * @typedef {object} Entry
 * @property {number} number
 * @property {'telegram' | 'stream' | 'api' | 'upload'} way
 * @property {number | null} accepted when its sender received the acceptance, Unix milliseconds; null: never
 * @property {readonly number[]} answers when each answer with its text came
 * @property {readonly string[]} failures failures that the sender received
 *
 * @typedef {object} Recorded
 * @property {string} state
 * @property {number} done how often its end was recorded as done
 * @property {number | null} doneAt
 * @property {string | null} cause
 *
 * @typedef {object} Context
 * @property {readonly number[]} flushes when Redis was emptied
 * @property {readonly number[]} unknown numbers of stream entries that no task was made of before Redis was emptied
 */

const isOver = (state) => ['done', 'failed', 'cancelled'].includes(state);

/** What the bot says where it takes nothing on for lack of space. */
export const isRefusal = (text) => /no (?:room|space)/i.test(text);

/** Milliseconds between a result and its mark in the record, within which emptying Redis makes the stream get it again. */
const unrecorded = 60_000;

/**
 * @param {Entry} entry
 * @param {Recorded | null} recorded
 * @param {Context} context
 * @returns {{ verdict: 'ok' | 'not accepted' | 'excused' | 'window' | 'lost' | 'doubled' | 'stuck', why: string }}
 */
export const judge = (entry, recorded, { flushes, unknown }) => {
  const say = (verdict, why = '') => ({ verdict, why });
  if (entry.accepted === null) {
    if (recorded !== null && !isOver(recorded.state))
      return say('stuck', `not accepted, and ${recorded.state} for good`);
    return say('not accepted');
  }
  if (recorded === null) {
    if (entry.way === 'stream' && unknown.includes(entry.number))
      return say('excused', 'its entry was in Redis alone when that was emptied');
    if (entry.answers.length > 0) return say('lost', 'answered, but not in the record');
    // Telegram's server gave the message away; the reply to the person decides whether the bot accepted the recording.
    if (entry.way === 'telegram' && entry.failures.some((text) => isRefusal(text))) return say('not accepted');
    return say('lost', `not in the record${entry.failures.length > 0 ? `: ${entry.failures.join(' / ')}` : ''}`);
  }
  if (!isOver(recorded.state)) return say('stuck', `still ${recorded.state}`);
  if (recorded.state !== 'done') return say('lost', `${recorded.state}: ${recorded.cause ?? 'no cause'}`);
  if (entry.answers.length === 0) {
    const emptied = flushes.some((at) => recorded.doneAt !== null && Math.abs(at - recorded.doneAt) < unrecorded);
    if (entry.way === 'stream' && emptied) return say('excused', 'its result was in Redis alone when that was emptied');
    return say('lost', `done, and no answer came${entry.failures.length > 0 ? `: ${entry.failures.join(' / ')}` : ''}`);
  }
  if (entry.answers.length > 1) {
    const [first, second] = entry.answers;
    const between = flushes.some((at) => at > first - 1000 && at < second && at - first < unrecorded);
    if (entry.way === 'stream' && between)
      return say('window', 'delivered, and Redis emptied before that was recorded');
    return say('doubled', `${entry.answers.length} answers`);
  }
  if (recorded.done > 1) {
    const between = flushes.some((at) => recorded.doneAt !== null && Math.abs(at - recorded.doneAt) < unrecorded);
    return between
      ? say('window', 'recorded as done again after Redis was emptied')
      : say('doubled', `${recorded.done} ends`);
  }
  return say('ok');
};

/**
 * The fault that a bad end is put down to: the last one that had begun before the task's trouble, of those that met it alive; else
 * the last one before.
 * @param {{ from: number, to: number }} life
 * @param {readonly { name: string, began: number, ended: number }[]} faults in the order they happened
 */
export const blame = ({ from, to }, faults) =>
  faults.find((fault) => fault.began <= to && fault.ended >= from) ??
  faults.findLast((fault) => fault.began <= to) ??
  null;
