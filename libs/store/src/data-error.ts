/**
 * SQLSTATE classes of what is wrong with the data and stays so (postgresql.org/docs/current/errcodes-appendix.html): 21
 * cardinality, 22 data exception (U+0000, a number too large), 23 integrity, 54 program limit (a text too long for its index).
 */
const dataClasses = /^(21|22|23|54)[0-9A-Z]{3}$/;

/** Faults of a value or of our own code: they do not pass with time. */
const lastingNames: ReadonlySet<string> = new Set(['ZodError', 'TypeError', 'RangeError', 'SyntaxError']);

/** Whether the record will refuse the same again, however often: the opposite of being away. */
export const isDataError = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return dataClasses.test(code) || lastingNames.has(error.name) || lastingNames.has(error.constructor.name);
};
