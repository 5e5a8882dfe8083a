import { isFinal, openStates, type TaskState, taskStates, transitions } from './transition.js';

const meaning: Record<TaskState, string> = {
  accepted: 'stored and queued; nothing runs yet',
  preparing: 'decoded, searched for speech, cut into chunks',
  running: 'words and speakers are worked on, then joined',
  delivering: 'there is a transcript; its channel hands it over',
  done: 'handed over',
  failed: 'given up; the cause lies in the queue `dead`',
  cancelled: 'stopped by a person, or erased',
};

const isOpen = (state: TaskState): boolean => openStates.includes(state);

/** docs/state-machine.md. */
export const documentStates = (): string => {
  const edges = transitions
    .filter(({ event }) => event !== 'reopen')
    // The usual way, and what ends it from wherever it is.
    .flatMap(({ event, from, to, when }) =>
      (event === 'advance' || event === 'finish'
        ? from.filter(isOpen).slice(-1)
        : from.filter((each) => each !== to)
      ).map((each) =>
        event === 'cancel' || event === 'fail' || event === 'finish'
          ? `    ${each} --> ${to}: ${event}`
          : `    ${each} --> ${to}: ${event}, ${when}`,
      ),
    );
  return `# The states of a task

Written by a test from the one table, \`transitions\` in libs/task/src/state/transition.ts; \`npx vitest run libs/task -u\` rewrites it. From
the same table come the scripts that change a state in Redis, the order of changes in PostgreSQL, and what counts as ended. The API's
\`status\` is the state; the bot's messages and the pages show each of them.

\`\`\`mermaid
stateDiagram-v2
    [*] --> accepted
${edges.join('\n')}
    done --> accepted: reopen
    failed --> accepted: reopen
    cancelled --> accepted: reopen
    done --> [*]
    failed --> [*]
    cancelled --> [*]
\`\`\`

| state | | ended |
|---|---|---|
${taskStates.map((state) => `| \`${state}\` | ${meaning[state]} | ${isFinal(state) ? 'yes' : 'no'} |`).join('\n')}

| event | from | to | when |
|---|---|---|---|
${transitions.map(({ event, from, to, when }) => `| ${event} | ${from.join(', ')} | ${to} | ${when} |`).join('\n')}

- A change that the table does not have changes nothing: a report of a task that was cancelled, a failure after the end, a second end.
- A stage that has started moves a task forward only, and may skip what was never reported: after Redis was emptied, a task may be \`running\` at once.
- Each revision reopens the task under a higher number. What is reported about an older one changes nothing.
- In the record a late change is kept in the history; the state is that of the latest change, and of two of one moment that of the
  further one. A cancelled task stays so until it is accepted again.
`;
};
