import { readFileSync } from 'node:fs';
// biome-ignore lint/correctness/noUnresolvedImports: the package names its entry without an ending, which Biome does not resolve
import { DockerfileParser } from 'dockerfile-ast';

/**
 * @typedef {object} Step
 * @property {string} keyword in capitals
 * @property {string} text what follows it, on one line and without flags
 * @property {string[]} args with build arguments filled in
 * @property {Record<string, string>} flags `--from=build` → `{ from: 'build' }`
 *
 * @typedef {object} Stage
 * @property {string} base image, or the name of an earlier stage
 * @property {string} name empty for the last one
 * @property {Step[]} steps
 */

/**
 * The stages of a Dockerfile, in order.
 * @param {string} path
 * @returns {Stage[]}
 */
export const readStages = (path) => {
  /** @type {Stage[]} */
  const stages = [];
  for (const instruction of DockerfileParser.parse(readFileSync(path, 'utf8')).getInstructions()) {
    const keyword = instruction.getKeyword();
    const args = instruction.getExpandedArguments().map((argument) => argument.getValue());
    if (keyword === 'FROM') {
      stages.push({ base: args[0] ?? '', name: args[2] ?? '', steps: [] });
      continue;
    }
    const text = (instruction.getArgumentsContent() ?? '').replaceAll(/\s+/g, ' ');
    stages.at(-1)?.steps.push({ keyword, text, args, flags: flagsOf(instruction) });
  }
  return stages;
};

/** @param {import('dockerfile-ast').Instruction & { getFlags?: () => { getName(): string, getValue(): string | null }[] }} instruction */
const flagsOf = (instruction) =>
  Object.fromEntries((instruction.getFlags?.() ?? []).map((flag) => [flag.getName(), flag.getValue() ?? '']));

/**
 * What a container of the image is started with.
 * @param {Stage} stage the last one
 */
export const settingsOf = ({ steps }) => {
  const of = (/** @type {string} */ keyword) => steps.filter((step) => step.keyword === keyword);
  const list = (/** @type {string} */ text) => /** @type {string[]} */ (JSON.parse(text.slice(text.indexOf('['))));
  return {
    env: Object.fromEntries(of('ENV').flatMap(({ args }) => args.map((pair) => pair.split(/=(.*)/s).slice(0, 2)))),
    user: of('USER').at(-1)?.text ?? 'root',
    entrypoint: list(of('ENTRYPOINT').at(-1)?.text ?? '[]'),
    healthcheck: list(of('HEALTHCHECK').at(-1)?.text ?? '[]'),
    workdir: of('WORKDIR').at(-1)?.text ?? '/',
  };
};
