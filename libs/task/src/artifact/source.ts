import { fileName } from './name.js';

/** The recording as it came. */
export const sourceFile = fileName<[extension: string]>('audio.*');

/** What an extension may be: a plain word. What is in the file decides what it is. */
const extension = /^[a-z0-9]{1,8}$/;

/** Whether it is the name of a recording in its task folder. */
export const isSourceName = (name: string): boolean => extension.test(sourceFile.parse(name)?.[0] ?? '');

/**
 * Name of a recording in its task folder, from what the sender called it: nothing of that becomes part of a path but a harmless
 * ending.
 */
export const sourceName = (title: string): string => {
  const ending = title.includes('.') ? (title.toLowerCase().split('.').at(-1) ?? '') : '';
  return sourceFile(extension.test(ending) ? ending : 'bin');
};
