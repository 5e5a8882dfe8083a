import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An example as it stands in a document: the last block that begins with this line. */
export const example = async (fence: string, document = 'docs/api.md'): Promise<string> => {
  const page = await readFile(join(import.meta.dirname, '../../../../..', document), 'utf8');
  const code = page.split(`\n\`\`\`${fence}\n`).slice(1).at(-1)?.split('\n```\n')[0];
  if (code === undefined) throw new Error(`${document} has no example "${fence}"`);
  return code;
};
