import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An example of docs/api.md as it stands there: the block that begins with this line. */
export const example = async (fence: string): Promise<string> => {
  const page = await readFile(join(import.meta.dirname, '../../../../../docs/api.md'), 'utf8');
  const code = page.split(`\n\`\`\`${fence}\n`)[1]?.split('\n```\n')[0];
  if (code === undefined) throw new Error(`docs/api.md has no example "${fence}"`);
  return code;
};
