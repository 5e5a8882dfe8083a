import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What setup/whisper compiles. */
export type NativeProgram = 'whisper-child' | 'whisper-node-child' | 'detect-child' | 'diarize-child';

const buildSchema = z.object({
  /** What was built together. */
  suite: z.string(),
  /** The processors it is for: `native` (the one that compiled it), `avx2`, `baseline`, `cuda`. */
  target: z.string(),
  folder: z.string(),
  programs: z.array(z.string()),
  /** The engines of Whisper that its program for words holds. */
  whisperEngines: z.array(z.string()),
  /** Of whisper.cpp. */
  release: z.string(),
  /** What a processor must be able to do to run it. */
  cpuFlags: z.array(z.string()),
});
export type Build = z.infer<typeof buildSchema>;

/** What setup/whisper writes once a build is in place; the third version knew one build. */
const recordSchema = z.union([
  z.object({ v: z.literal(4), builds: z.array(buildSchema) }),
  z
    .object({ v: z.literal(3), release: z.string(), folder: z.string(), cpuFlags: z.array(z.string()) })
    .transform(({ release, folder, cpuFlags }) => {
      const programs = ['whisper-child', 'detect-child', 'diarize-child'];
      const whisperEngines = ['native', 'whisper-cpp'];
      return {
        v: 4 as const,
        builds: [{ suite: 'engines', target: 'native', folder, programs, whisperEngines, release, cpuFlags }],
      };
    }),
]);

/** The builds on this machine, best first. Throws an Error with the operator's sentence where there are none. */
export const readBuilds = async (cacheDir: string): Promise<Build[]> => {
  const path = join(cacheDir, 'whisper.cpp', 'current.json');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) throw new Error(`it has not been compiled (${path})`);
  const record = recordSchema.safeParse(parsed(text));
  if (!record.success) throw new Error(`${path} is not understood`);
  return record.data.builds;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** What this processor can do; null where the system does not say. */
const cpuFlags = async (): Promise<Set<string> | null> => {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1];
  return line === undefined ? null : new Set(line.trim().split(/\s+/));
};

/** What the build needs and this processor lacks. */
export const lackingFlags = async ({ cpuFlags: needed }: Build): Promise<string[]> => {
  const here = await cpuFlags();
  return here === null ? [] : needed.filter((flag) => !here.has(flag));
};

/** Changes whenever the file does; null where it is gone. */
export const identityOf = async (path: string): Promise<string | null> => {
  const found = await stat(path).catch(() => null);
  return found === null ? null : `${path} ${found.size} ${Math.round(found.mtimeMs)}`;
};
