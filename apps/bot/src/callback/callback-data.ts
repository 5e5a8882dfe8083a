import { type TaskId, taskIdSchema } from '@whisper-bot/task';
import { z } from 'zod';

/** Files a result can be had as. */
export const fileFormats = ['srt', 'vtt', 'txt', 'json', 'docx'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** A uuid in 22 characters: Telegram allows 64 bytes for everything a button carries. */
const packTaskId = (id: TaskId): string => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');

const unpackTaskId = (packed: string): string => {
  const hex = Buffer.from(packed, 'base64url').toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

const task = z.string().length(22).transform(unpackTaskId).pipe(taskIdSchema);
const count = z
  .string()
  .regex(/^\d{1,3}$/)
  .transform(Number);
const languageCode = z.string().regex(/^(auto|[a-z]{2,3})$/);

/** Panels that replace the buttons under a result. */
export const panels = ['main', 'speakers', 'names', 'language', 'delete'] as const;
/** Screens of the settings menu. */
export const screens = ['main', 'language', 'model', 'format', 'interface'] as const;
const settingFields = [
  'language',
  'model',
  'diarize',
  'translate',
  'format',
  'times',
  'interface',
  'mode',
  'locked',
  'quiet',
  'channel',
] as const;

/** Each button: its mark on the wire, and what its fields are, in order. */
const shapes = {
  cancel: ['c', z.tuple([task])],
  retry: ['y', z.tuple([task])],
  file: ['f', z.tuple([task, z.enum(fileFormats)])],
  panel: ['p', z.tuple([task, z.enum(panels), count])],
  speakers: ['s', z.tuple([task, count.pipe(z.number().max(32))])],
  name: ['n', z.tuple([task, count])],
  spoken: ['l', z.tuple([task, languageCode])],
  translation: ['t', z.tuple([task, z.enum(['english', 'original'])])],
  delete: ['d', z.tuple([task])],
  menu: ['m', z.tuple([z.enum(screens), count])],
  set: ['v', z.tuple([z.enum(settingFields), z.string().regex(/^[\w.-]{1,40}$/)])],
  close: ['x', z.tuple([])],
  forget: ['g', z.tuple([z.enum(['yes', 'no'])])],
} as const satisfies Record<string, [string, z.ZodType]>;

/** What a button says when pressed. */
export type CallbackData = {
  [K in keyof typeof shapes]: { kind: K; fields: z.output<(typeof shapes)[K][1]> };
}[keyof typeof shapes];

/** Changes when buttons sent before must no longer be understood: they then explain that they are old. */
const version = '1';

/**
 * What Telegram keeps in a button: `1:letter:field:…`.
 * @throws {Error} beyond 64 bytes, Telegram's limit for callback data
 */
export const encodeCallback = (press: CallbackData): string => {
  const fields = press.fields.map((field, index) =>
    index === 0 && taskIdSchema.safeParse(field).success ? packTaskId(field as TaskId) : String(field),
  );
  const data = [version, shapes[press.kind][0], ...fields].join(':');
  if (Buffer.byteLength(data) > 64) throw new Error(`Callback data over 64 bytes: ${data}`);
  return data;
};

/** Reads what came back from a client, which may send anything: a press, `old` from another version, or `forged`. */
export const decodeCallback = (data: string): CallbackData | 'old' | 'forged' => {
  const [sentVersion = '', outbound, ...fields] = data.split(':');
  if (sentVersion !== version) return /^\d{1,3}$/.test(sentVersion) ? 'old' : 'forged';
  for (const [kind, [ownMark, schema]] of Object.entries(shapes)) {
    if (ownMark !== outbound) continue;
    const parsed = schema.safeParse(fields);
    // The pair of kind and fields comes from one entry of the table, which the loop hides from the compiler.
    return parsed.success ? ({ kind, fields: parsed.data } as CallbackData) : 'forged';
  }
  return 'forged';
};
