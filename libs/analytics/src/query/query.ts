import { z } from 'zod';

/** A question to ClickHouse: its SQL with named parameters, and the shape of a row of the answer. */
export interface Query<P extends Record<string, unknown>, R> {
  sql: string;
  row: z.ZodType<R>;
  /** Carries the parameters' type only. */
  params?: P;
}

/** Every question is about a span of time, Unix seconds, `until` excluded. */
export interface Period extends Record<string, unknown> {
  since: number;
  until: number;
}

/** Declares a question, inferring the row from its schema. */
export const question =
  <P extends Record<string, unknown>>() =>
  <R>(sql: string, row: z.ZodType<R>): Query<P, R> => ({ sql, row });

/** 64-bit counts come quoted as strings. */
export const count = z.coerce.number();
/** Averages and quantiles of nothing come as null (or NaN, which JSON writes as null). */
export const quantity = z
  .number()
  .nullable()
  .transform((value) => value ?? 0);
