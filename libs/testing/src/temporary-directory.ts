import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that goes with everything in it. */
export interface TemporaryDirectory {
  /** Absolute path. */
  readonly path: string;
  /** Removes it; doing so twice does no harm. */
  remove(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes an empty directory below the system's temporary directory; `name` begins its name. */
export async function temporaryDirectory(name = 'whisper-bot'): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), `${name}-`));
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 3 });
  return { path, remove, [Symbol.asyncDispose]: remove };
}
