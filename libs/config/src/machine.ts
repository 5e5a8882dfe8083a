import { availableParallelism, homedir } from 'node:os';
import { fileURLToPath } from 'node:url';

/** What defaults depend on besides the environment. */
export interface Machine {
  isRoot: boolean;
  /** The user's home directory. */
  userHome: string;
  /** Processors this process may use. */
  processors: number;
  /** The folder that holds `models/` and `samples/`. */
  repository: string;
}

export const readMachine = (): Machine => ({
  isRoot: process.getuid?.() === 0,
  userHome: homedir(),
  processors: availableParallelism(),
  repository: fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, ''),
});
