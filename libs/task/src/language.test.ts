import { describe, expect, it } from 'vitest';
import { languageHintsOf, languageOf, languages, parseLanguage } from './language.js';

describe('languages', () => {
  it('are the hundred of Whisper, each once', () => {
    expect(languages).toHaveLength(100);
    expect(new Set(languages.map(({ code }) => code)).size).toBe(100);
  });

  it.each([
    ['Russian', 'ru'],
    ['ru', 'ru'],
    ['RU', 'ru'],
    ['русский', 'ru'],
    [' Русский ', 'ru'],
    ['ru-RU', 'ru'],
    ['English', 'en'],
    ['английский', 'en'],
    ['Français', 'fr'],
    ['francais', 'fr'],
    ['zh_Hans', 'zh'],
    ['pt-BR', 'pt'],
    ['日本語', 'ja'],
    ['हिन्दी', 'hi'],
    ['Haitian Creole', 'ht'],
    ['cantonese', 'yue'],
    ['jv', 'jw'],
    ['Filipino', 'tl'],
    ['myanmar', 'my'],
    ['eng', 'en'],
    ['RUS', 'ru'],
    ['deu', 'de'],
    ['ger', 'de'],
    ['chi', 'zh'],
    ['cmn-Hans-CN', 'zh'],
    ['nno', 'nn'],
    ['jav', 'jw'],
    ['xxx', null],
    ['auto', 'auto'],
    ['AUTO', 'auto'],
    ['', 'auto'],
    ['Klingon', null],
    ['xx', null],
    ['constructor', null],
    ['ru; rm -rf /', null],
  ])('reads %j as %j', (name, code) => {
    expect(parseLanguage(name)).toBe(code);
  });

  it('finds languages by their codes of three letters', () => {
    const terms =
      'eng zho deu spa rus kor fra jpn por tur pol cat nld ara swe ita ind hin fin vie heb ukr ell msa ces ron dan hun tam nor';
    const codes = languages.slice(0, 30).map(({ code }) => code);
    expect(terms.split(' ').map(parseLanguage)).toEqual(codes);
  });

  it('takes from names whatever are languages, each once', () => {
    expect(languageHintsOf(['ru_RU', undefined, 'en-US', 'C', 'auto', null, 'Russian'])).toEqual(['ru', 'en']);
  });

  it('finds every language by each of its names', () => {
    for (const { code, english, native, russian } of languages) {
      for (const name of [code, english, native, russian]) {
        expect([name, parseLanguage(name)]).toEqual([name, code]);
        expect([name, parseLanguage(name.toUpperCase())]).toEqual([name, code]);
      }
    }
    expect(languageOf('ru')?.english).toBe('Russian');
  });
});
