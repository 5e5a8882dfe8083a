import { z } from 'zod';
import type { Connection } from '../redis/connection.js';

/** Milliseconds after which an outage that no one repeats is over, or its process gone. */
const mode = 90_000;

const outageSchema = z.object({
  /** What cannot be reached. */
  part: z.literal('telegram'),
  host: z.string(),
  /** The name does not resolve, no connection comes about, or there is no answer. */
  kind: z.enum(['name', 'connection', 'silence']),
  /** Of the last error, e.g. `EAI_AGAIN`; empty where there is none. */
  code: z.string(),
  /** Unix milliseconds. */
  since: z.number(),
});

/** What a process cannot reach outside this installation; shown to operators, nothing depends on it. */
export type Outage = z.infer<typeof outageSchema>;

const key = (connection: Connection): string => `${connection.options.prefix}:outages`;
const storedSchema = outageSchema.extend({ at: z.number() });

/** Tells the operators' pages of an outage, to be repeated while it lasts; null ends it. */
export const announceOutage = async (
  connection: Connection,
  part: Outage['part'],
  outage: Outage | null,
): Promise<void> => {
  if (outage === null) await connection.failFast.hdel(key(connection), part);
  else await connection.failFast.hset(key(connection), part, JSON.stringify({ ...outage, at: Date.now() }));
};

/** The outages of now. Rejects where Redis is away. */
export const readOutages = async (connection: Connection): Promise<Outage[]> => {
  const all = Object.values(await connection.failFast.hgetall(key(connection)));
  return all.flatMap((text) => {
    const { success, data } = storedSchema.safeParse(JSON.parse(text));
    return success && Date.now() - data.at < mode ? [data] : [];
  });
};
