import { type Child, type ChildCallOptions, createChild, type Logger } from '@whisper-bot/runtime';
import { findEngineBinary, type NativeProgram } from './binary.js';

export interface NativeChildOptions {
  /** For log lines and causes. */
  name: string;
  /** Where setup/whisper puts what it compiled. */
  cacheDir: string;
  program: NativeProgram;
  args: readonly string[];
  /** Resident memory past which it is killed, bytes. */
  memoryLimitBytes: number;
  logger: Logger;
}

/** A program that setup/whisper compiled, looked for at the first call and started then; warm afterwards. */
export const createNativeChild = ({ cacheDir, program, ...options }: NativeChildOptions) => {
  let child: Promise<Child> | undefined;
  const open = async () => createChild({ ...options, command: await findEngineBinary(cacheDir, program) });
  const opened = () => {
    child ??= open().catch((error) => {
      // It may be installed by the next call.
      child = undefined;
      throw error;
    });
    return child;
  };
  return {
    /** As `Child.call`; also throws what `findEngineBinary` throws. */
    call: async (method: string, params: unknown, callOptions: ChildCallOptions): Promise<unknown> =>
      (await opened()).call(method, params, callOptions),
    close: async (): Promise<void> => (await child?.catch(() => undefined))?.close(),
  };
};
