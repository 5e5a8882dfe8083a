import { InferenceSession } from 'onnxruntime-node';

const sessions = new Map<string, Promise<InferenceSession>>();

/** A network, loaded once in the life of the thread that asks. `threads` compute beside each other within one run. */
export const loadNetwork = (path: string, threads: number): Promise<InferenceSession> => {
  const key = `${threads} ${path}`;
  const session =
    sessions.get(key) ??
    InferenceSession.create(path, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // A plan of all buffers costs 30 MB and gains no time.
      enableMemPattern: false,
      // Threads that spin while they wait take the cores from Whisper, which runs beside.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  sessions.set(key, session);
  return session;
};
