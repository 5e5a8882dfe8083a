import { createRequire } from 'node:module';

/** The built file of a child's entry point, also where this code runs from source (tests). */
export const childEntry = (name: string): string =>
  createRequire(import.meta.url).resolve(`@whisper-bot/speech/${name}`);
