import { describe, expect, test } from 'vitest';
import { languagePath } from './path.js';

const part = (shares: Record<string, number>, seconds = 2.5) => ({ shares, seconds });
const en = part({ en: 0.95, de: 0.02 });
const ru = part({ ru: 0.93, uk: 0.05 });
const unsure = part({ fi: 0.3, en: 0.1, cy: 0.1 });

describe('the language of each part', () => {
  test('changes where several parts say so', () => {
    expect(languagePath([en, en, en, ru, ru, ru], 'en')).toEqual(['en', 'en', 'en', 'ru', 'ru', 'ru']);
    expect(languagePath([en, en, ru, ru, en, en], 'en')).toEqual(['en', 'en', 'ru', 'ru', 'en', 'en']);
  });

  test('is not flipped by a lone part, at the ends neither', () => {
    const name = part({ de: 0.9, en: 0.05 });
    expect(languagePath([en, en, name, en, en], 'en')).toEqual(Array(5).fill('en'));
    expect(languagePath([name, en, en], 'en')).toEqual(Array(3).fill('en'));
    expect(languagePath([en, en, name], 'en')).toEqual(Array(3).fill('en'));
  });

  test('stays where a part in between is unclear', () => {
    expect(languagePath([en, ru, unsure, ru, ru, en, unsure, en], 'en').slice(1, 5)).toEqual(Array(4).fill('ru'));
  });

  test('does not waver between close languages', () => {
    const mixed = [part({ uk: 0.6, ru: 0.4 }), part({ ru: 0.7, uk: 0.3 }), part({ uk: 0.8, ru: 0.2 })];
    expect(new Set(languagePath([...mixed, ...mixed], 'ru')).size).toBe(1);
  });

  test('is open where there is no sign of any language for long', () => {
    expect(languagePath([en, en, ...Array(6).fill(part({ mn: 0.3, hu: 0.2, ko: 0.2 }))], 'en').slice(3)).toEqual(
      Array(5).fill(null),
    );
  });

  test('is the base where there is nothing to go by', () => {
    expect(languagePath([], 'en')).toEqual([]);
    expect(languagePath([part({})], 'fr')).toEqual(['fr']);
  });
});
