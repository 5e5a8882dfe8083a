/** Whose events go. */
export interface ErasedEvents {
  tasks: readonly string[];
  /** As in the task, `tg:42`; null: no one's. */
  owner: string | null;
  /** Unix milliseconds; an owner's later events are not meant. */
  before: number;
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * The statements that remove rows; each rewrites the parts that hold some before it returns. `transcribe_hours` holds sums of an
 * hour and names no one. Values stand in the text, as mutations take no parameters everywhere: only what has a safe form is
 * let through.
 */
export const erasingStatements = ({ tasks, owner, before }: ErasedEvents): string[] => {
  const ids = tasks.filter((id) => uuid.test(id)).map((id) => `'${id}'`);
  const named = owner === null ? null : `'${owner.replace(/[\\']/g, (letter) => `\\${letter}`)}'`;
  const chat = owner === null ? null : (/^tg:(-?\d+)$/.exec(owner)?.[1] ?? null);
  const bound = `fromUnixTimestamp64Milli(${Math.floor(before)}, 'UTC')`;
  const where = (time: string, asText: boolean): string =>
    [
      ...(ids.length === 0 ? [] : [`${asText ? 'task_id' : 'toString(task_id)'} IN (${ids.join(', ')})`]),
      ...(named === null ? [] : [`(owner = ${named} AND ${time} <= ${bound})`]),
      ...(asText && chat !== null ? [`(chat = '${chat}' AND ${time} <= ${bound})`] : []),
    ].join(' OR ');
  const tables = [
    ['transcribe_events', where('at', false)],
    ['transcribe_jobs', where('finished_at', false)],
    ['messages', where('at', true)],
  ] as const;
  return tables.flatMap(([table, condition]) =>
    condition === '' ? [] : [`ALTER TABLE ${table} DELETE WHERE ${condition} SETTINGS mutations_sync = 1`],
  );
};

/** Whether a row of the spool is meant. */
export const isErased = ({ tasks, owner, before }: ErasedEvents): ((row: Record<string, unknown>) => boolean) => {
  const ids = new Set<unknown>(tasks);
  const chat = owner === null ? null : (/^tg:(-?\d+)$/.exec(owner)?.[1] ?? null);
  return ({ taskId, owner: whose, chat: where, at }) =>
    ids.has(taskId) || (owner !== null && (whose === owner || where === chat) && Number(at) <= before);
};
