import { languageIn, ownNameOf } from '@whisper-bot/text';
import { describe, expect, it } from 'vitest';
import { languageCodes, languageHintsOf, parseLanguage } from './language.js';

describe('languages', () => {
  it('are the hundred of Whisper, each once', () => {
    expect(languageCodes).toHaveLength(100);
    expect(new Set(languageCodes).size).toBe(100);
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
    ['Burmese', 'my'],
    ['Бирманский', 'my'],
    ['Bengali', 'bn'],
    ['Nynorsk', 'nn'],
    ['Нюнорск', 'nn'],
    ['Tagalog', 'tl'],
    ['Тагальский', 'tl'],
    ['Гаитянский креольский', 'ht'],
    ['Latina', 'la'],
    ['Punjabi', 'pa'],
    ['Panjabi', 'pa'],
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
    const codes = languageCodes.slice(0, 30);
    expect(terms.split(' ').map(parseLanguage)).toEqual(codes);
  });

  it('takes from names whatever are languages, each once', () => {
    expect(languageHintsOf(['ru_RU', undefined, 'en-US', 'C', 'auto', null, 'Russian'])).toEqual(['ru', 'en']);
  });

  it('have a name of their own, written as in a list', () => {
    for (const code of languageCodes) expect(ownNameOf(code), code).not.toBe(code);
    expect(['ru', 'de', 'ka', 'jw', 'xx'].map(ownNameOf)).toEqual(['Русский', 'Deutsch', 'ქართული', 'Basa Jawa', 'xx']);
  });

  it('finds every language by each of its names', () => {
    for (const code of languageCodes) {
      for (const name of [code, languageIn('en', code), ownNameOf(code), languageIn('ru', code)]) {
        expect([name, parseLanguage(name)]).toEqual([name, code]);
        expect([name, parseLanguage(name.toUpperCase())]).toEqual([name, code]);
      }
    }
    expect(languageIn('en', 'ru')).toBe('Russian');
  });
});
