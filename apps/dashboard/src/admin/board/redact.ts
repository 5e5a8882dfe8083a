/** Fields of a job that hold spoken words or names of people; the rest of a payload is ids and numbers. */
const personal = new Set(['title', 'prompt', 'origin', 'owner', 'text', 'transcript', 'segments', 'message', 'params']);

/** A copy without personal text, for eyes only: never to be written back. */
export const redact = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, personal.has(key) ? '(not shown)' : redact(inner)]),
  );
};
