import type { StageHandlers } from '@whisper-bot/pipeline';
import { artifacts } from '@whisper-bot/task';
import { type AudioLimit, ensureAudio } from '../artifact/audio.js';
import { ensureLanguage } from '../artifact/language.js';
import { ensureSpeech } from '../artifact/speech.js';
import { chunkCount, cutChunks, seconds } from '../chunk.js';
import type { Engines } from '../engines.js';
import { artifactContext } from './call.js';

const { plan } = artifacts;

export interface PrepareDependencies {
  engines: Engines;
  limit: AudioLimit;
  /** How many processes could share a long recording. */
  transcribers: () => Promise<number>;
}

/** Decodes, finds the speech, and plans the chunks; a plan once made stays, so that revisions find their artifacts. */
export const createPrepare =
  ({ engines, limit, transcribers }: PrepareDependencies): StageHandlers['prepare'] =>
  async (call) => {
    const started = performance.now();
    const { duration } = await ensureAudio(artifactContext(engines, call, [0, 0.6]), limit);
    call.note({ audioSeconds: duration, bytes: (await call.folder.size(call.task.source)) ?? 0 });
    const { spans } = await ensureSpeech(artifactContext(engines, call, [0.6, 0.9]));
    const known = await call.folder.read(plan.file(), plan.schema);
    const count = known?.chunks ?? chunkCount(spans, await workersFor(spans, transcribers));
    if (known === null) await call.folder.write(plan.file(), { v: 1, chunks: count });
    call.measured('prepare', (performance.now() - started) / 1000 / Math.max(1, duration));
    // Several workers must agree on the language; a single chunk's worker finds it while diarization runs.
    if (count > 1) await ensureLanguage(artifactContext(engines, call, [0.9, 1]), spans);
    const chunks = count === 0 ? [] : cutChunks(spans, count).map(seconds);
    call.log(`Cut into ${count} ${count === 1 ? 'chunk' : 'chunks'}.`);
    return { duration, chunks };
  };

/** Asked only where the answer matters: it costs Redis a walk over its clients. */
const workersFor = async (
  spans: Parameters<typeof chunkCount>[0],
  transcribers: PrepareDependencies['transcribers'],
): Promise<number> => (chunkCount(spans, 1) > 1 ? Math.max(1, await transcribers()) : 1);
