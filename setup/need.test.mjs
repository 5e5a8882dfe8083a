import { expect, test } from 'vitest';
import { needsOf } from './need.mjs';

test.each([
  [[], 'packages build'],
  [['--help'], 'packages build'],
  [['transcribe', '--help'], 'packages build'],
  [['model', 'list'], 'packages build'],
  [['trancsribe', 'x.wav'], 'packages build'],
  [['transcribe', 'x.wav'], 'packages build redis ffmpeg whisper'],
  [['transcribe', '--', '--help'], 'packages build redis ffmpeg whisper'],
  [['up', '--json'], 'packages build redis ffmpeg whisper'],
  [['test'], 'packages build redis ffmpeg whisper all-engines checks'],
  [['bench', 'asr'], 'packages build redis ffmpeg whisper'],
  [['bench', 'fidelity', '--peers'], 'packages build redis ffmpeg whisper voices'],
  [['doctor'], 'packages build'],
  [['doctor', '--engines'], 'packages build whisper all-engines'],
])('%j needs %s', (args, needs) => {
  expect(needsOf(args).join(' ')).toBe(needs);
});
