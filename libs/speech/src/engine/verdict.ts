import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Candidate } from './candidate.js';

const verdictSchema = z.object({
  role: z.enum(['detector', 'transcriber', 'diarizer']),
  engine: z.string(),
  build: z.string(),
  /** Of what was tested: another one is tested again. */
  identity: z.string(),
  /** Of the processor it was tested on. */
  processor: z.string(),
  passed: z.boolean(),
  /** Why not; empty where it passed. */
  reason: z.string(),
  /** Whether it died while it worked for a task: then no self-test makes it fit again. */
  crashed: z.boolean(),
  /** What it was compiled for and computes in, in words; empty where it did not come to say it. */
  instructions: z.string(),
  /** Of the sample, seconds by the clock and of all processors; null where it did not pass or the system does not say. */
  seconds: z.number().nullable(),
  cpuSeconds: z.number().nullable(),
  /** When, ISO 8601. */
  at: z.string(),
});
export type Verdict = z.infer<typeof verdictSchema>;

const fileSchema = z.object({ v: z.literal(1), verdicts: z.array(verdictSchema) });

/** Tells processors apart, as far as they could run a program differently. */
export const processorId = async (): Promise<string> => {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1] ?? '';
  return createHash('sha256')
    .update(`${cpus()[0]?.model ?? ''} ${flags}`)
    .digest('hex')
    .slice(0, 16);
};

/** Whether the verdict is of this very engine; the processor is compared by who reads the file. */
export const isAbout = (verdict: Verdict, { role, engine, build, identity }: Candidate): boolean =>
  verdict.role === role && verdict.engine === engine && verdict.build === build && verdict.identity === identity;

export interface VerdictStore {
  /** Of this processor. */
  read(): Promise<Verdict[]>;
  /** Puts verdicts in place of earlier ones about the same engines. They are also kept in memory, where the folder may not be written to. */
  add(verdicts: readonly Verdict[]): Promise<void>;
  /** Forgets all, so that everything is tested again. */
  clear(): Promise<void>;
}

/** `engines.json` beside `current.json`: what self-tests and crashes have shown. Workers share it. */
export const createVerdictStore = (cacheDir: string): VerdictStore => {
  const path = join(cacheDir, 'whisper.cpp', 'engines.json');
  let own: Verdict[] = [];
  const stored = async (): Promise<Verdict[]> => {
    const text = await readFile(path, 'utf8').catch(() => '');
    try {
      return fileSchema.parse(JSON.parse(text)).verdicts;
    } catch {
      // None yet, or not ours: all is tested again.
      return [];
    }
  };
  const store = async (verdicts: readonly Verdict[]): Promise<void> => {
    const temporary = `${path}.${process.pid}`;
    try {
      await writeFile(temporary, `${JSON.stringify({ v: 1, verdicts }, null, 2)}\n`);
      await rename(temporary, path);
    } catch {
      // A container's image is read-only: memory has to do.
    }
  };
  const isSame = (a: Verdict, b: Verdict) =>
    a.role === b.role && a.engine === b.engine && a.build === b.build && a.processor === b.processor;
  const merged = (old: readonly Verdict[], more: readonly Verdict[]) => [
    ...old.filter((one) => !more.some((other) => isSame(one, other))),
    ...more,
  ];
  return {
    async read() {
      const processor = await processorId();
      return merged(await stored(), own).filter((verdict) => verdict.processor === processor);
    },
    async add(verdicts) {
      own = merged(own, verdicts);
      await store(merged(await stored(), own));
    },
    async clear() {
      own = [];
      await store([]);
    },
  };
};
