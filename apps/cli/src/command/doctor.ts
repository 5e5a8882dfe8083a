import { type Config, ConfigError, readMachine, resolveConfig } from '@whisper-bot/config';
import type { Command } from 'commander';
import { type Finding, wrong } from '../doctor/finding.js';
import { CliError } from '../failure.js';
import type { Terminal } from '../terminal.js';

export const addDoctor = (program: Command, terminal: Terminal, config: () => Config): void => {
  program
    .command('doctor')
    .summary('what is here, what is wrong, and how to fix it')
    .description(
      'Looks at everything whisper-bot needs, and says what is wrong and how to fix it. Ends with 1 where the main job could not work.',
    )
    .option('--json', 'as JSON')
    .option('--engines', 'compile and test all speech engines again, including those not in use')
    .addHelpText(
      'after',
      '\nExamples:\n  whisper-bot doctor\n  whisper-bot doctor --engines\n  whisper-bot doctor --json',
    )
    .action((options: DoctorOptions) => doctor(terminal, config, options));
};

interface DoctorOptions {
  json?: boolean;
  engines?: boolean;
}

const doctor = async (terminal: Terminal, config: () => Config, options: DoctorOptions): Promise<void> => {
  const { json = false, engines = false } = options;
  const findings: Finding[] = [];
  if (!json) terminal.err.write('Every speech engine hears a short sample; this takes a few seconds …\n');
  const resolved = orDefaults(config, findings);
  const [{ examineMachine }, { examineEngines }, { examineServices }] = await Promise.all([
    import('../doctor/machine.js'),
    import('../doctor/engine.js'),
    import('../doctor/service.js'),
  ]);
  findings.push(
    ...(await examineMachine(resolved)),
    ...(await examineEngines(resolved, { repository: readMachine().repository, forget: engines })),
    ...(await examineServices(resolved)),
  );
  const healthy = findings.every(({ state }) => state !== 'wrong');
  if (json) terminal.out.write(`${JSON.stringify({ healthy, findings })}\n`);
  else for (const finding of findings) terminal.out.write(describe(terminal, finding));
  if (!healthy) throw new CliError('Something essential is wrong.');
};

/** A wrong setting is a finding, and the rest is looked at all the same. */
const orDefaults = (config: () => Config, findings: Finding[]): Config => {
  try {
    return config();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) findings.push(wrong('configuration', problem, 'see docs/configuration.md'));
    return resolveConfig({ env: {} });
  }
};

const describe = ({ paint }: Terminal, { name, state, found, remedy }: Finding): string => {
  const mark = {
    ok: paint('out', 'green', '✔'),
    warning: paint('out', 'yellow', '!'),
    wrong: paint('out', 'red', '✖'),
  }[state];
  return `${mark} ${name.padEnd(24)} ${found}\n${remedy === undefined ? '' : `  ${' '.repeat(24)} → ${remedy}\n`}`;
};
