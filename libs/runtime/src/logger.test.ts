import { expect, test } from 'vitest';
import { createLogger } from './logger.js';

const lines: string[] = [];
const logger = createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } });
const written = (log: () => void): Record<string, unknown> => {
  lines.length = 0;
  log();
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '{}');
};
const token = `123456789:${'AbC-_'.repeat(7)}`;

test('what people said is not written', () => {
  const entry = written(() =>
    logger.info({ task_id: 'a', text: 'my secret', result: { segments: [{ text: 'more' }] } }, 'done'),
  );
  expect(entry).toMatchObject({ task_id: 'a', msg: 'done', text: '[redacted]', result: { segments: '[redacted]' } });
});

test('a bot token is taken out of URLs, messages and stacks', () => {
  const error = new Error(`GET https://api.telegram.org/bot${token}/getMe failed`);
  const entry = written(() => logger.error({ err: error }, `token ${token} refused`));
  expect(JSON.stringify(entry)).not.toContain('AbC-_');
  expect(entry.msg).toBe('token [token] refused');
});

test('a password in a URL is taken out', () => {
  const entry = written(() => logger.warn('cannot reach redis://:hunter2@127.0.0.1:6379/0'));
  expect(entry.msg).toBe('cannot reach redis://[redacted]@127.0.0.1:6379/0');
});
