import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErasedEvents, isErased } from './erase.js';

/**
 * Removes rows from the batches that wait on disk, also from those that were set aside. A batch that another process sends right
 * now may arrive all the same: the caller erases again later.
 */
export const eraseFromSpool = async (dir: string, erased: ErasedEvents): Promise<void> => {
  const isMeant = isErased(erased);
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter((each) => each.includes('.jsonl') && !each.includes('.part'))) {
    const path = join(dir, name);
    const text = await readFile(path, 'utf8').catch(() => '');
    const lines = text.split('\n');
    const kept = lines.filter((line) => !isMeant(rowOf(line)));
    if (kept.length === lines.length) continue;
    if (kept.every((line) => line === '')) {
      await rm(path, { force: true });
      continue;
    }
    await writeFile(`${path}.part`, kept.join('\n'), { mode: 0o600 });
    await rename(`${path}.part`, path);
  }
};

const rowOf = (line: string): Record<string, unknown> => {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
};
