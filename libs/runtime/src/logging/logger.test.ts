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

test('of an error only what is harmless is written, however deep its causes lie', () => {
  const refused = Object.assign(new Error('invalid input syntax for type integer: "my secret"'), {
    code: '22P02',
    detail: 'Failing row contains (my secret).',
    where: 'JSON data, line 1: {"title": "my secret"',
  });
  const call = Object.assign(new Error('Call to sendMessage failed'), {
    error_code: 400,
    payload: { reply: { text: 'my secret' }, list: ['my secret'] },
    cause: refused,
  });
  let parsing: unknown;
  try {
    JSON.parse('my secret');
  } catch (error) {
    parsing = new Error('not understood', { cause: error });
  }
  for (const err of [refused, call, parsing]) {
    const entry = written(() => logger.warn({ err }, 'failed'));
    expect(JSON.stringify(entry)).not.toContain('my secret');
    expect(entry.err).toMatchObject({ type: 'Error', stack: expect.stringContaining('logger.test') });
  }
  expect(written(() => logger.warn({ err: call }, 'failed')).err).toMatchObject({
    error_code: 400,
    cause: { code: '22P02', message: 'invalid input syntax for type integer' },
  });
});

test('a password in a URL is taken out', () => {
  const entry = written(() => logger.warn('cannot reach redis://:hunter2@127.0.0.1:6379/0'));
  expect(entry.msg).toBe('cannot reach redis://[redacted]@127.0.0.1:6379/0');
});
