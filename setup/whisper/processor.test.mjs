import { afterEach, describe, expect, test } from 'vitest';
import { fingerprint } from './fingerprint.mjs';
import { neededFlags, omittedSets, processorFlags } from './processor.mjs';
import { optionsOf } from './source.mjs';

afterEach(() => {
  delete process.env.ENGINE_WITHOUT;
});

test.each([
  ['avx512', /^(avx512|amx_)/],
  ['amx', /^amx_/],
  ['bf16', /bf16$/],
  [' bf16, amx ', /^amx_|bf16$/],
])('a build without %j asks nothing of the kind of a processor, and is another build', (given, kind) => {
  const whole = [fingerprint('native', 'engines'), fingerprint('baseline', 'engines')];
  process.env.ENGINE_WITHOUT = given;
  expect(neededFlags('native')).toEqual(processorFlags().filter((flag) => !kind.test(flag)));
  expect(optionsOf('native', 'engines')).toContain(`-DWITHOUT=${omittedSets().join(';')}`);
  expect(fingerprint('native', 'engines')).not.toBe(whole[0]);
  // What is compiled for other processors is as it was.
  expect(fingerprint('baseline', 'engines')).toBe(whole[1]);
});

describe('ENGINE_WITHOUT', () => {
  test('names nothing by default', () => {
    expect(omittedSets({})).toEqual([]);
    expect(optionsOf('native', 'engines').join()).not.toContain('WITHOUT');
  });

  test('that names something else is refused in a sentence', () => {
    expect(() => omittedSets({ ENGINE_WITHOUT: 'avx512,sse' })).toThrow(
      'ENGINE_WITHOUT must name some of amx, avx512, bf16, not "sse".',
    );
  });
});
