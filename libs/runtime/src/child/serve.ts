import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';
import { type FromCompute, type Handlers, serveCompute } from './compute.js';
import { createLineSplitter } from './line-splitter.js';
import { beatIntervalMs, type ChildLine, maxLineBytes, type ParentLine, parentLineSchema } from './protocol.js';

export interface ServeChildOptions {
  /** The entry module's own `import.meta.url`: it is loaded a second time, in the thread that computes. */
  entry: string;
  /**
   * Called in the computing thread only, before the child says it is ready: load the native modules and models here.
   * What it returns answers the calls.
   */
  load: () => Handlers | Promise<Handlers>;
}

/**
 * The child's end of `createChild`: the main thread talks to the parent and beats, a worker thread computes, so that a
 * native call may block for minutes without looking dead. Leaves when stdin ends: the parent is gone.
 */
export const serveChild = (options: ServeChildOptions): void => {
  if (isMainThread) serveParent(options.entry);
  else void serveCompute(options.load);
};

const serveParent = (entry: string): void => {
  // A line break before as well: whatever a native library printed without one must not swallow ours.
  const write = (line: ChildLine) => process.stdout.write(`\n${JSON.stringify(line)}\n`);
  // Not process.exit, which waits for the worker thread, which may be inside a native call for minutes.
  const leave = () => process.kill(process.pid, 'SIGKILL');
  const cancelled = new Int32Array(new SharedArrayBuffer(4));
  const compute = new Worker(fileURLToPath(entry), { workerData: { cancelled } });

  compute.on('message', (message: FromCompute) => write(message));
  compute.on('error', (error) => {
    process.stderr.write(`${error.stack ?? error}\n`, () => process.exit(1));
  });
  setInterval(() => write({ beat: true }), beatIntervalMs);

  process.stdin.on('end', leave);
  process.stdin.on('error', leave);
  process.stdout.on('error', leave);
  process.stdin.on(
    'data',
    createLineSplitter({
      maxBytes: maxLineBytes,
      onTooLong: leave,
      onLine: (text) => {
        const line = readLine(text);
        if ('error' in line) return write(line);
        if ('cancel' in line) Atomics.store(cancelled, 0, line.id);
        compute.postMessage(line);
      },
    }),
  );
};

/** The caller waits for an answer to an unreadable line, too: without one it would wait for the whole time limit. */
const readLine = (text: string): ParentLine | Extract<ChildLine, { error: unknown }> => {
  try {
    return parentLineSchema.parse(JSON.parse(text));
  } catch (error) {
    const id = Number(/^\{"id":(\d{1,15})\b/.exec(text)?.[1] ?? 0);
    const message = 'The speech engine does not understand the request.';
    return { id, error: { code: 'invalid-request', message, cause: String(error) } };
  }
};
