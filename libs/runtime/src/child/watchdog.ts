import { TaskError } from '@whisper-bot/task';
import { residentBytes } from './resource.js';

export interface WatchOptions {
  pid: number | undefined;
  memoryLimitBytes: number;
  heartbeatTimeoutMs: number;
  startTimeoutMs: number;
  kill: (reason: TaskError) => void;
}

/** Checks a child once a second: does it send heartbeats, is it ready in time, is it within its memory limit? */
export const createWatchdog = (options: WatchOptions) => {
  const { pid, kill } = options;
  const interval = Math.max(50, Math.min(1000, options.heartbeatTimeoutMs / 4));
  const startedAt = performance.now();
  let lastOutputAt = startedAt;
  let checkedAt = startedAt;
  let isReady = false;

  const hung = (detail: string) =>
    kill(new TaskError('engine-hung', 'The speech engine did not answer and was stopped.', { cause: detail }));

  const check = async () => {
    const now = performance.now();
    // This process itself was stopped or busy: the child's output still waits in the pipe.
    const late = now - checkedAt > 2 * interval;
    checkedAt = now;
    if (late) lastOutputAt = Math.max(lastOutputAt, now - options.heartbeatTimeoutMs / 2);
    if (!isReady && now - startedAt > options.startTimeoutMs) hung(`not ready after ${options.startTimeoutMs} ms`);
    if (isReady && now - lastOutputAt > options.heartbeatTimeoutMs)
      hung(`no sign of life for ${options.heartbeatTimeoutMs} ms`);

    const resident = pid === undefined ? null : await residentBytes(pid);
    if (resident !== null && resident > options.memoryLimitBytes) {
      const cause = `${resident} bytes resident, ${options.memoryLimitBytes} allowed`;
      kill(new TaskError('engine-memory', 'The speech engine needed more memory than it may have.', { cause }));
    }
  };
  const timer = setInterval(() => void check(), interval);

  return {
    onOutput(): void {
      lastOutputAt = performance.now();
    },
    ready(): void {
      isReady = true;
    },
    stop: (): void => clearInterval(timer),
  };
};
