import type { StageHandlers } from '@whisper-bot/pipeline';
import { readRevision, type Task, writeResult } from '@whisper-bot/task';
import { type Diarization, mergeTranscript, type Recognition, type Transcript } from '@whisper-bot/transcript';
import { isBrokenOff, otherTracks } from '../artifact/audio.js';
import type { ArtifactContext } from '../artifact/context.js';
import { readDiarization } from '../artifact/diarization.js';
import { ensureRecognition } from '../artifact/recognition.js';
import { ensureSpeech } from '../artifact/speech.js';
import type { Engines } from '../engines.js';
import { artifactContext } from './call.js';

/** Joins what the chunks heard with who spoke when, and writes the transcript. */
export const createMerge =
  (engines: Engines): StageHandlers['merge'] =>
  async (call) => {
    const { chunks, revision } = call.payload;
    const { folder } = call;
    let transcript = await readRevision(folder, revision);
    const isMerged = transcript !== null;
    if (transcript === null) {
      const context = artifactContext(engines, call);
      const { duration } = await ensureSpeech(context);
      const recognitions: Recognition[] = [];
      for (let chunk = 0; chunk < chunks; chunk += 1) {
        recognitions.push((await ensureRecognition(context, { chunk, chunks })).recognition);
      }
      transcript = await join(context, recognitions, duration);
      await writeResult(folder, revision, transcript);
      // A diarization retried meanwhile looks for this file after writing its own: one of the two sees the other.
      if (transcript.speakers.outcome === 'failed' && (await readDiarization(context)) !== null) {
        transcript = await join(context, recognitions, duration);
        await writeResult(folder, revision, transcript);
      }
    }
    // The worker that merged it may have been killed before it became the newest.
    if (isMerged) await writeResult(folder, revision, transcript);
    const { duration, language, engine, speakers } = transcript;
    call.note({ audioSeconds: duration, language, engine, speakers: speakers.list.length });
    call.log(
      transcript.text === ''
        ? 'No one speaks in the recording.'
        : `Merged ${transcript.segments.length} segments, ${transcript.speakers.list.length} speakers.`,
    );
  };

const join = async (context: ArtifactContext, recognitions: Recognition[], duration: number): Promise<Transcript> => {
  const { options } = context.task;
  const diarization = recognitions.length === 0 ? noSpeakers : await readDiarization(context);
  const transcript = mergeTranscript({
    recognitions,
    duration,
    diarization: options.diarize ? diarization : null,
    outcome: options.diarize ? 'found' : 'off',
    translated: options.translate,
    // Where no one spoke no model wrote anything: the one asked for stands there.
    ...(recognitions.length === 0 ? { model: options.model } : {}),
    ...named(options),
  });
  const others = await otherTracks(context);
  return {
    ...transcript,
    ...((await isBrokenOff(context)) ? { breaksOff: true } : {}),
    ...(others.length > 0 ? { otherTracks: others } : {}),
  };
};

/** Without speech no language can be detected: the requested one is used. */
const named = ({ language }: Task['options']): { language?: string } => (language === 'auto' ? {} : { language });

const noSpeakers: Diarization = { v: 1, engine: 'none', speakers: 0, turns: [] };
