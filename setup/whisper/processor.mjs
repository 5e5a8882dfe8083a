import { readFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';

/**
 * Names in /proc/cpuinfo of what a compiler makes instructions of. The others tell of clocks, virtual machines and mitigations: they change with the
 * kernel, and nothing that was compiled depends on them.
 */
const instructionSet =
  /^(abm|adx|aes|amx_|asimd|atomics|avx|bf16|bmi|clwb|crc32|f16c|fma|fphp|gfni|i8mm|lahf_lm|lrcpc|movbe|movdir|neon|pclmul|pmull|pni|popcnt|prfchw|3dnowprefetch|rdrnd|rdrand|rdseed|sha|sm[34]|sse|ssse|sve|vaes|vnni|vpclmul|xop|fma4|tbm|serialize|waitpkg|cldemote|pku|rdpid|fsgsbase|rtm|xsave)/;

/** What this processor can do, sorted. Where the system does not say, the model's name stands for it. */
export const processorFlags = () => {
  if (platform() === 'linux') {
    const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    if (line?.[1])
      return line[1]
        .trim()
        .split(/\s+/)
        .filter((flag) => instructionSet.test(flag))
        .sort();
  }
  return [cpus()[0]?.model ?? 'unknown'];
};

/** What may be left out of a build for this very processor, and the names that it has in /proc/cpuinfo. */
const omissible = { amx: /^amx_/, avx512: /^(avx512|amx_)/, bf16: /^(avx512_|amx_)bf16$/ };

/**
 * Sets of instructions that a build for this processor does without, by ENGINE_WITHOUT (`avx512,amx`), sorted. Throws an Error with a sentence where it
 * names another.
 *
 * @param {NodeJS.ProcessEnv} [env]
 */
export const omittedSets = (env = process.env) => {
  const names = (env.ENGINE_WITHOUT ?? '').split(',').flatMap((name) => name.trim() || []);
  const unknown = names.find((name) => !Object.hasOwn(omissible, name));
  if (unknown !== undefined)
    throw new Error(`ENGINE_WITHOUT must name some of ${Object.keys(omissible).join(', ')}, not "${unknown}".`);
  return /** @type {(keyof typeof omissible)[]} */ ([...new Set(names)].sort());
};

/** What GGML's own defaults for x86-64 ask for where it does not look at the processor. */
const avx2Flags = ['avx', 'avx2', 'bmi2', 'f16c', 'fma', 'sse4_2'];

/**
 * What a processor must be able to do to run the build, sorted.
 *
 * @param {import('./source.mjs').WhisperTarget} target
 */
export const neededFlags = (target) => {
  if (target === 'native') {
    const patterns = omittedSets().map((name) => omissible[name]);
    return processorFlags().filter((flag) => !patterns.some((pattern) => pattern.test(flag)));
  }
  return target !== 'baseline' && arch() === 'x64' ? avx2Flags : [];
};

/**
 * Whether this processor can run such a build, and it is another one than `native`.
 *
 * @param {import('./source.mjs').WhisperTarget} target
 */
export const canRun = (target) => {
  const here = processorFlags();
  if (target === 'avx2' && arch() !== 'x64') return false;
  return neededFlags(target).every((flag) => here.includes(flag));
};
