import type { StageHandlers } from '@whisper-bot/pipeline';
import { latestRevision, type Task } from '@whisper-bot/task';
import {
  type Diarization,
  mergeTranscript,
  type Recognition,
  type Transcript,
  transcriptSchema,
} from '@whisper-bot/transcript';
import type { Engines } from '../engines.js';
import { isBrokenOff, otherTracks } from '../material/audio.js';
import { readDiarization } from '../material/diarization.js';
import type { Material } from '../material/material.js';
import { ensureRecognition } from '../material/recognition.js';
import { ensureSpeech } from '../material/speech.js';
import { materialOf } from './call.js';

/** The result of a revision; `transcript.json` is the newest one's. */
export const transcriptName = (revision: number): string => `transcript.r${revision}.json`;
const newestName = 'transcript.json';

/** Joins what the chunks heard with who spoke when, and writes the transcript. */
export const createMerge =
  (engines: Engines): StageHandlers['merge'] =>
  async (call) => {
    const { chunks, revision } = call.payload;
    const { folder } = call;
    const name = transcriptName(revision);
    let transcript = await folder.read(name, transcriptSchema);
    if (transcript === null) {
      const material = materialOf(engines, call);
      const { duration } = await ensureSpeech(material);
      const recognitions: Recognition[] = [];
      for (let chunk = 0; chunk < chunks; chunk += 1) {
        recognitions.push((await ensureRecognition(material, { chunk, chunks })).recognition);
      }
      transcript = await join(material, recognitions, duration);
      await folder.write(name, transcript, true);
      // A diarization retried meanwhile looks for this file after writing its own: one of the two sees the other.
      if (transcript.speakers.outcome === 'failed' && (await readDiarization(material)) !== null) {
        transcript = await join(material, recognitions, duration);
        await folder.write(name, transcript, true);
      }
    }
    if (revision >= (await latestRevision(folder))) await folder.write(newestName, transcript, true);
    const { duration, language, engine, speakers } = transcript;
    call.note({ audioSeconds: duration, language, engine, speakers: speakers.list.length });
    call.log(
      transcript.text === ''
        ? 'Nobody speaks in the recording.'
        : `Merged ${transcript.segments.length} segments, ${transcript.speakers.list.length} speakers.`,
    );
  };

const join = async (material: Material, recognitions: Recognition[], duration: number): Promise<Transcript> => {
  const { options } = material.task;
  const diarization = recognitions.length === 0 ? nobody : await readDiarization(material);
  const transcript = mergeTranscript({
    recognitions,
    duration,
    diarization: options.diarize ? diarization : null,
    outcome: options.diarize ? 'found' : 'off',
    translated: options.translate,
    model: options.model,
    ...named(options),
  });
  const others = await otherTracks(material);
  return {
    ...transcript,
    ...((await isBrokenOff(material)) ? { breaksOff: true } : {}),
    ...(others.length > 0 ? { otherTracks: others } : {}),
  };
};

/** Where nobody speaks, no language can be heard: the one asked for is told. */
const named = ({ language }: Task['options']): { language?: string } => (language === 'auto' ? {} : { language });

const nobody: Diarization = { v: 1, engine: 'none', speakers: 0, turns: [] };
