import type { StageHandlers } from '@whisper-bot/pipeline';
import { readRevision, type TaskId } from '@whisper-bot/task';
import { ensureDiarization } from '../artifact/diarization.js';
import type { Engines } from '../engines.js';
import { artifactContext } from './call.js';

export interface DiarizeDependencies {
  engines: Engines;
  /** Starts another revision with the same options. */
  again: (id: TaskId) => Promise<unknown>;
}

/**
 * Assigns speech to speakers. Retried after the text has gone out without speakers, it starts a revision, which finds
 * every artifact there and ends in a delivery with them.
 */
export const createDiarize =
  ({ engines, again }: DiarizeDependencies): StageHandlers['diarize'] =>
  async (call) => {
    const { rate, diarization, duration } = await ensureDiarization(artifactContext(engines, call));
    call.note({ audioSeconds: duration, speakers: diarization.speakers, engine: diarization.engine });
    if (rate !== null) call.measured('diarize', rate);
    const sent = await readRevision(call.folder, call.payload.revision);
    if (sent?.speakers.outcome !== 'failed') return;
    call.log('The text has gone out without speakers; it is delivered again with them.');
    await again(call.task.id);
  };
