import type { Connection } from '../redis/connection.js';

/** Seconds of work a second of audio takes, by stage; Whisper's by model. */
export type RateName = 'prepare' | 'diarize' | `transcribe:${string}`;

export interface Rates {
  prepare: number;
  diarize: number;
  transcribe: number;
}

/** For the very first task: base Whisper on two cores; everything after is measured. */
const first: Rates = { prepare: 0.01, diarize: 0.03, transcribe: 0.1 };
/** Milliseconds a reading is good for: it only feeds estimates. */
const freshFor = 5000;

/** How fast this installation is, as moving averages in Redis that all workers feed. */
export interface Throughput {
  of(model: string): Promise<Rates>;
  remember(name: RateName, secondsPerSecond: number): Promise<void>;
}

export const createThroughput = (connection: Connection): Throughput => {
  const key = `${connection.options.prefix}:rates`;
  const read = new Map<string, { at: number; rates: Rates }>();
  return {
    of: async (model) => {
      const known = read.get(model);
      if (known !== undefined && performance.now() - known.at < freshFor) return known.rates;
      const names: RateName[] = ['prepare', 'diarize', `transcribe:${model}`];
      const [prepare, diarize, transcribe] = await connection.blocking.hmget(key, ...names);
      const rates: Rates = {
        prepare: Number(prepare ?? first.prepare),
        diarize: Number(diarize ?? first.diarize),
        transcribe: Number(transcribe ?? first.transcribe),
      };
      if (read.size > 100) read.clear();
      read.set(model, { at: performance.now(), rates });
      return rates;
    },
    remember: async (name, secondsPerSecond) => {
      await connection.blocking.averageRate(key, name, secondsPerSecond.toFixed(5));
    },
  };
};
