import { diarizationSchema, recognitionSchema } from '@whisper-bot/transcript';
import type { z } from 'zod';
import { type Stage, taskSchema } from '../task.js';
import { type FileName, fileName } from './name.js';
import {
  channelCountSchema,
  languageSchema,
  planSchema,
  speechSchema,
  trackChoiceSchema,
  truncationSchema,
} from './schema.js';
import { sourceFile } from './source.js';
import { transcriptFileSchema } from './transcript-file.js';

interface Artifact {
  file: Pick<FileName<[]>, 'matches' | 'parse'>;
  /** The stage that writes it; null for what is there once a task is accepted. */
  stage: Stage | null;
  /** What the file holds, where it is JSON. */
  schema?: z.ZodType;
  /** `sound`: made from the recording, and gone when the recording goes. */
  kind?: 'sound';
}

/**
 * Every file of a task's folder, and the only place that spells their names. Stored folders have these names: they change
 * only with a migration. Names with a key carry a hash of the options they depend on, so that a revision reuses what stays
 * valid.
 */
export const artifacts = {
  /** What was accepted. */
  request: { file: fileName('task.json'), stage: null, schema: taskSchema },
  /** The same with other options, by revision, from 2. */
  revisedRequest: { file: fileName<[revision: number]>('task.r*.json'), stage: null, schema: taskSchema },
  /** The recording as it came, by extension. */
  source: { file: sourceFile, stage: null },
  /** Decoded, 16 kHz mono; no source can be called so. */
  decoded: { file: fileName('decoded.wav'), stage: 'prepare', kind: 'sound' },
  /** There only where the recording ends before its time. */
  truncation: { file: fileName('break.json'), stage: 'prepare', schema: truncationSchema },
  /** There only where the file has several sound tracks. */
  trackChoice: { file: fileName('tracks.json'), stage: 'prepare', schema: trackChoiceSchema },
  /** The channels side by side: there until it is known whose speech is on which. */
  channels: { file: fileName('channels.pcm'), stage: 'prepare', kind: 'sound' },
  channelCount: { file: fileName('channels.json'), stage: 'prepare', schema: channelCountSchema },
  /** A channel that carries a voice of its own, from 0. */
  channelAudio: { file: fileName<[channel: number]>('channel-*.wav'), stage: 'prepare', kind: 'sound' },
  speech: { file: fileName('speech.json'), stage: 'prepare', schema: speechSchema },
  plan: { file: fileName('plan.json'), stage: 'prepare', schema: planSchema },
  language: { file: fileName<[key: string]>('language.*.json'), stage: 'prepare', schema: languageSchema },
  diarization: { file: fileName<[key: string]>('diarization.*.json'), stage: 'diarize', schema: diarizationSchema },
  /** The words of one chunk of so many. */
  recognition: {
    file: fileName<[chunk: number, chunks: number, key: string]>('recognition-*-of-*.*.json'),
    stage: 'transcribe',
    schema: recognitionSchema,
  },
  /** The result of a revision, with the corrections people made to it. */
  revisedTranscript: {
    file: fileName<[revision: number]>('transcript.r*.json'),
    stage: 'merge',
    schema: transcriptFileSchema,
  },
  /** The newest result. */
  transcript: { file: fileName('transcript.json'), stage: 'merge', schema: transcriptFileSchema },
} as const satisfies Record<string, Artifact>;
export type ArtifactId = keyof typeof artifacts;

/** What each is made from, directly. */
const sources: Record<ArtifactId, readonly ArtifactId[]> = {
  request: [],
  revisedRequest: [],
  source: [],
  decoded: ['source', 'trackChoice'],
  truncation: ['source', 'trackChoice'],
  trackChoice: ['source'],
  channels: ['source', 'trackChoice'],
  channelCount: ['source', 'trackChoice'],
  channelAudio: ['channels', 'channelCount'],
  speech: ['decoded', 'channels', 'channelCount'],
  plan: ['speech'],
  language: ['decoded', 'channelAudio', 'speech'],
  diarization: ['decoded', 'channelAudio', 'speech'],
  recognition: ['decoded', 'channelAudio', 'speech', 'plan', 'language'],
  revisedTranscript: ['speech', 'recognition', 'diarization', 'truncation', 'trackChoice'],
  transcript: ['revisedTranscript'],
};

const ids = Object.keys(artifacts) as ArtifactId[];

/** The kind of a file; null for a name that is none of a task's. */
export const artifactOf = (name: string): ArtifactId | null =>
  ids.find((id) => artifacts[id].file.matches(name)) ?? null;

/** Whether a file is sound made from the recording: it goes when the recording goes. */
export const isDecodedAudio = (name: string): boolean => {
  const id = artifactOf(name);
  if (id === null) return false;
  const artifact: Artifact = artifacts[id];
  return artifact.kind === 'sound';
};

/**
 * The files that must go so that a stage does its work again: what it wrote, and all that was made from it. What can only be made
 * from the recording stays where the recording is gone; it would be lost.
 * @param names all files of the folder
 */
export const staleFrom = (stage: Stage, names: readonly string[]): string[] => {
  const present = new Set(names.map(artifactOf));
  const stale = new Set<ArtifactId>(ids.filter((id) => artifacts[id].stage === stage));
  // Each round adds what depends on what was added before.
  for (let size = -1; size !== stale.size; ) {
    size = stale.size;
    for (const id of ids) if (sources[id].some((source) => stale.has(source))) stale.add(id);
  }
  const lost = present.has('source') ? new Set<ArtifactId>() : irreplaceable(present);
  return names.filter((name) => {
    const id = artifactOf(name);
    return id !== null && stale.has(id) && !lost.has(id);
  });
};

/** What is made while the recording is decoded, and what is found out from channels that are there no more. */
const irreplaceable = (present: ReadonlySet<ArtifactId | null>): Set<ArtifactId> => {
  const decoded = ids.filter((id) => sources[id].includes('source'));
  return new Set<ArtifactId>([
    ...decoded,
    ...(present.has('channelAudio') ? (['channelAudio', 'speech'] as const) : []),
  ]);
};
