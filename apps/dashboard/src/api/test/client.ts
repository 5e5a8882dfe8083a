import OpenAI from 'openai';
import type { Harness } from '../../test/harness.js';

/** A program with a key: the official client with nothing changed but its base URL. */
export interface Program {
  id: string;
  key: string;
  openai: OpenAI;
  /** A request with the key. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

export const createProgram = async (
  { url, deps }: Pick<Harness, 'url' | 'deps'>,
  limits?: Parameters<Harness['store']['keys']['create']>[2],
): Promise<Program> => {
  const { id, key } = await deps.keys.create('test', 'test', limits);
  return {
    id,
    key,
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, webhookSecret: null, adminAPIKey: null }),
    ask: (path, init = {}) =>
      fetch(`${url}/v1${path}`, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } }),
  };
};

/** A form with a file, as a client sends it. */
export const formOf = (
  fields: Record<string, string>,
  content: Blob | string = 'sound',
  name = 'talk.mp3',
): FormData => {
  const form = new FormData();
  form.append('file', new Blob([content]), name);
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  return form;
};
