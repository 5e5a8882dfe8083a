/** Properties of an error that describe the failure and never hold personal text. */
const loggedProperties = [
  'code',
  'errno',
  'syscall',
  'status',
  'statusCode',
  'error_code',
  'method',
  'address',
  'port',
  'severity',
  'table',
  'column',
  'constraint',
  'routine',
] as const;

/** Causes below this depth are left out. */
const deepest = 5;

/**
 * An error as it is logged: name, message, stack, causes, and of its properties only those that are known to be harmless.
 * A refused row, the payload of a call, the text that could not be parsed: libraries attach all of these.
 */
export const describeError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error))
    return typeof error === 'object' && error !== null ? { type: 'object' } : String(error);
  const message = messageOf(error);
  const frames = /\n {4}at [\s\S]*/.exec(error.stack ?? '')?.[0] ?? '';
  const properties = Object.fromEntries(
    loggedProperties.flatMap((name) => {
      const value = (error as unknown as Record<string, unknown>)[name];
      return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [];
    }),
  );
  return {
    type: error.name,
    message,
    stack: `${error.name}: ${message}${frames}`,
    ...properties,
    ...(error.cause === undefined || depth >= deepest ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
};

/** Without the user's text that some messages quote. */
const messageOf = (error: Error): string => {
  if (error instanceof SyntaxError && error.message.includes('JSON')) return 'invalid JSON';
  const { code } = error as { code?: unknown };
  // PostgreSQL's class 22, data exceptions: `invalid input syntax for type integer: "…"`.
  return typeof code === 'string' && /^22\w{3}$/.test(code) ? error.message.replace(/: ".*"$/s, '') : error.message;
};
