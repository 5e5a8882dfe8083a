const codes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  // PostgreSQL: shut down, crashed, starting up, out of connections.
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

/** Whether an error says that the database or the queue is away: a moment later all may be well. */
export const isUnavailable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (
    (typeof code === 'string' && codes.has(code)) ||
    /ECONNREFUSED|terminat|time(d )?out|max retries per request|Connection/i.test(error.message)
  );
};
