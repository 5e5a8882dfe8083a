import { TaskError } from '@whisper-bot/task';
import { expect, test } from 'vitest';
import { toJobError } from './failure.js';

test('what Bull Board shows of a failed job begins with the operator’s cause and says where it happened', () => {
  const error = new TaskError('engine-crashed', 'The decoder stopped\nunexpectedly.', {
    cause: 'ffmpeg ended by SIGSEGV',
  });
  const { message, stack } = toJobError(error);
  expect(message).toBe('engine-crashed: ffmpeg ended by SIGSEGV');
  expect(stack).toMatch(/^engine-crashed: ffmpeg ended by SIGSEGV\n {4}at .*failure\.test\.ts/);
  expect(stack).not.toContain('The decoder stopped');
});
