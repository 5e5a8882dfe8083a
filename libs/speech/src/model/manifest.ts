import { languageCodes } from '@whisper-bot/task';
import { z } from 'zod';
import { familySchema, fileRoles, rolesOf } from './family.js';

/** In the folder of a model of several files; what makes the folder a model. */
export const manifestName = 'model.json';

/** Of a model on the command line, in a task, and as its folder: no path. */
export const modelNameSchema = z.string().regex(/^[A-Za-z0-9][\w.+-]{0,99}$/);

const fileSchema = z.object({
  /** Beside the manifest. */
  file: z.string().regex(/^[A-Za-z0-9][\w.+-]{0,199}$/),
  bytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Describes a recognizer of several files. */
export const manifestSchema = z
  .object({
    v: z.literal(1),
    family: familySchema,
    /** ISO 639-1, as the task's languages. */
    languages: z.array(z.enum(languageCodes as [string, ...string[]])).min(1),
    files: z.partialRecord(z.enum(fileRoles), fileSchema),
    /** Of the weights, as their publisher names it. */
    licence: z.string().max(200).optional(),
    /** Where it came from: a repository, or `import`. */
    source: z.string().max(500).optional(),
  })
  .refine(({ family, files }) => rolesOf(family).every((role) => files[role] !== undefined), 'a file is missing');
export type Manifest = z.infer<typeof manifestSchema>;
