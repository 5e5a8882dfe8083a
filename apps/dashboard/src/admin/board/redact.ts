/** Fields of a job that say what people said or how they are called; everything else of a payload are ids and figures. */
const personal = new Set(['title', 'prompt', 'origin', 'owner', 'text', 'transcript', 'segments', 'message', 'params']);

/** A copy without personal text, for eyes only: never to be written back. */
export const redact = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, personal.has(key) ? '(not shown)' : redact(inner)]),
  );
};
