import { randomUUID } from 'node:crypto';
import { taskIdSchema } from '@whisper-bot/task';
import { expect, test } from 'vitest';
import { type CallbackData, decodeCallback, encodeCallback } from './callback-data.js';

const id = taskIdSchema.parse(randomUUID());
const presses: CallbackData[] = [
  { kind: 'cancel', fields: [id] },
  { kind: 'retry', fields: [id] },
  { kind: 'file', fields: [id, 'docx'] },
  { kind: 'panel', fields: [id, 'language', 3] },
  { kind: 'speakers', fields: [id, 0] },
  { kind: 'name', fields: [id, 11] },
  { kind: 'spoken', fields: [id, 'auto'] },
  { kind: 'translation', fields: [id, 'original'] },
  { kind: 'delete', fields: [id] },
  { kind: 'menu', fields: ['interface', 0] },
  { kind: 'set', fields: ['model', 'large-v3-turbo-q8_0'] },
  { kind: 'close', fields: [] },
  { kind: 'forget', fields: ['yes'] },
];

test.each(presses)('a $kind button fits into 64 bytes and comes back as it was', (press) => {
  const data = encodeCallback(press);
  expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
  expect(decodeCallback(data)).toEqual(press);
});

test.each([
  '',
  'x',
  '1',
  '1:q',
  '1:c:',
  '1:c:short',
  `1:c:${'A'.repeat(22)}`,
  '1:v:model:../../etc/passwd',
  '1:v:password:1',
  '1:x:more',
  `1:t:${'A'.repeat(22)}:klingon`,
  `1:f:${'A'.repeat(22)}:exe`,
])('forged data %j is known as such', (data) => {
  expect(decodeCallback(data)).toBe('forged');
});

test('a button of an earlier version is old, not forged', () => {
  expect(decodeCallback('0:c:whatever')).toBe('old');
});
