import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const listSchema = z.record(z.string(), z.number().int().positive());

/**
 * File names of the weights that came with the product, with their bytes: what `shipped.json` in their folder says. Bot and
 * dashboard have that list where the workers alone have the files, as in the images. A folder without a list has none.
 */
export const readShippedModels = async (folder: string): Promise<Record<string, number>> => {
  const text = await readFile(join(folder, 'shipped.json'), 'utf8').catch(() => null);
  return text === null ? {} : listSchema.parse(JSON.parse(text));
};
