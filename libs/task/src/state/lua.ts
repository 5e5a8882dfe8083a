import { type TaskEvent, type TaskState, taskStates, transitions } from './transition.js';

const events: readonly TaskEvent[] = ['advance', 'finish', 'fail', 'cancel', 'resume', 'reopen'];

const targets = (event: TaskEvent, from: TaskState): TaskState[] =>
  transitions.filter((each) => each.event === event && each.from.includes(from)).map(({ to }) => to);

/** The transition table as Lua: `may(event, from, to)`, for the scripts that change a state in one step. */
export const transitionsInLua = (): string => {
  const rows = events.map((event) => {
    const froms = taskStates
      .map((from) => [from, targets(event, from)] as const)
      .filter(([, to]) => to.length > 0)
      .map(([from, to]) => `${from} = { ${to.map((each) => `${each} = true`).join(', ')} }`);
    return `  ${event} = { ${froms.join(', ')} },`;
  });
  return `local moves = {
${rows.join('\n')}
}
local function may(event, from, to)
  local targets = moves[event][from]
  return targets ~= nil and targets[to] == true
end
`;
};
