import { type Child, type ChildCallOptions, createChild, type Logger } from '@whisper-bot/runtime';
import { findEngineBinary } from './binary.js';
import type { NativeProgram } from './engine/build.js';

export interface NativeChildOptions {
  /** For log lines and causes. */
  name: string;
  /** Where setup/whisper puts what it compiled. */
  cacheDir: string;
  program: NativeProgram;
  /** Path of the program, where it is not the first one in `cacheDir` that this processor can run. */
  path?: string | undefined;
  args: readonly string[];
  /** Resident memory past which it is killed, bytes. */
  memoryLimitBytes: number;
  logger: Logger;
}

/** A program that setup/whisper compiled, looked for at the first call and started then; warm afterwards. */
export const createNativeChild = ({ cacheDir, program, path, ...options }: NativeChildOptions) => {
  let child: Child | undefined;
  let opening: Promise<Child> | undefined;
  const open = async () => {
    child = createChild({ ...options, command: path ?? (await findEngineBinary(cacheDir, program)) });
    return child;
  };
  const opened = () => {
    opening ??= open().catch((error) => {
      // It may be installed by the next call.
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    /** As `Child.call`; also throws what `findEngineBinary` throws. */
    call: async (method: string, params: unknown, callOptions: ChildCallOptions): Promise<unknown> =>
      (await opened()).call(method, params, callOptions),
    warmUp: async () => (await opened()).warmUp(),
    pids: (): number[] => (child?.pid === undefined ? [] : [child.pid]),
    close: async (): Promise<void> => (await opening?.catch(() => undefined))?.close(),
  };
};
