import { createRequire } from 'node:module';

/** The built file that a child or a thread starts with, also where this code runs from source (tests). */
export const builtEntry = (name: string): string =>
  createRequire(import.meta.url).resolve(`@whisper-bot/speech/${name}`);
