import { type EngineChoice, type EngineRole, settingOf } from '../engine-name.js';
import { type Absent, type Candidate, listCandidates } from './candidate.js';
import { type SelfTestOptions, selfTest } from './self-test.js';
import { isAbout, type Verdict, type VerdictStore } from './verdict.js';

/** A candidate with what is known of it. */
export interface Examined {
  candidate: Candidate;
  verdict: Verdict;
}

/** What there is on this machine, and what it is good for. */
export interface Survey {
  examined: Examined[];
  absent: Absent[];
}

export interface SurveyOptions extends SelfTestOptions {
  book: VerdictStore;
  /** Only engines of these roles. Default: all. */
  roles?: readonly EngineRole[];
  /** Tests what was tested before, too; whatever died at work stays unfit. */
  again?: boolean;
  /** Called before each test. */
  onTest?: (candidate: Candidate) => void;
}

/** Tests every engine that has no verdict yet on this processor, one after another, and writes down what came out. */
export const surveyEngines = async (options: SurveyOptions): Promise<Survey> => {
  const { book, roles, again = false } = options;
  const { candidates, absent } = await listCandidates(options.cacheDir);
  const wanted = <One extends { role: EngineRole }>(all: One[]) =>
    all.filter(({ role }) => roles?.includes(role) ?? true);
  const known = await book.read();
  const examined: Examined[] = [];
  const fresh: Verdict[] = [];
  for (const candidate of wanted(candidates)) {
    let verdict = known.find((one) => isAbout(one, candidate));
    if (verdict === undefined || (again && !verdict.crashed)) {
      options.onTest?.(candidate);
      const tested = await selfTest(candidate, options);
      verdict = tested.verdict;
      if (tested.lasting) fresh.push(verdict);
    }
    examined.push({ candidate, verdict });
  }
  if (fresh.length > 0) await book.add(fresh);
  return { examined, absent: wanted(absent) };
};

const costOf = ({ verdict }: Examined): number => verdict.cpuSeconds ?? verdict.seconds ?? Number.POSITIVE_INFINITY;

/**
 * The engines to work with for a role, the one to begin with first. `auto`: all that passed, the fastest first, by processor time, which does not depend on what else
 * the machine does. Otherwise the chosen one alone: who names an engine does not want another.
 */
export const chosenEngines = ({ examined }: Survey, role: EngineRole, choice: EngineChoice): Candidate[] => {
  const asked = choice[role];
  return examined
    .filter(({ candidate, verdict }) => candidate.role === role && verdict.passed)
    .filter(({ candidate }) => asked === 'auto' || candidate.engine === asked)
    .toSorted((a, b) => costOf(a) - costOf(b))
    .map(({ candidate }) => candidate);
};

/** Why there is no engine for a role, for the operator. */
export const whyNone = ({ examined, absent }: Survey, role: EngineRole, choice: EngineChoice): string => {
  const asked = choice[role];
  const matters = ({ role: of, engine }: { role: EngineRole; engine: string }) =>
    of === role && (asked === 'auto' || engine === asked);
  const reasons = [
    ...examined
      .filter(({ candidate }) => matters(candidate))
      .map(({ candidate, verdict }) => `${candidate.engine} (${candidate.build}): ${verdict.reason}`),
    ...absent.filter(matters).map(({ engine, reason }) => `${engine}: ${reason}`),
  ];
  const named = asked === 'auto' ? '' : `${settingOf[role]}=${asked}, but `;
  return `${named}no such engine can be used: ${reasons.join('; ')}; run: ./whisper-bot doctor`;
};
