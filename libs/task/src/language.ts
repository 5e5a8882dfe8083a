import { languageIn, ownNameOf } from '@whisper-bot/text';

/**
 * Codes of the languages Whisper knows, the best known first (about the amount of training data; whisper.cpp 1.9.1, `g_lang`): ISO 639-1,
 * but for `yue`, `haw` and `jw` (Javanese).
 */
export const languageCodes: readonly string[] = (
  'en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr ' +
  'bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn ' +
  'yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su ' +
  'yue'
).split(' ');

/** Other names people and Whisper's own list use, lower case. */
const aliases = new Map([
  ['jv', 'jw'],
  ['iw', 'he'],
  ['in', 'id'],
  ['nb', 'no'],
  ['fil', 'tl'],
  ['filipino', 'tl'],
  ['mandarin', 'zh'],
  ['myanmar', 'my'],
  ['castilian', 'es'],
  ['flemish', 'nl'],
  ['valencian', 'ca'],
  ['haitian', 'ht'],
  ['letzeburgesch', 'lb'],
  ['pushto', 'ps'],
  ['panjabi', 'pa'],
  ['moldavian', 'ro'],
  ['moldovan', 'ro'],
  ['sinhalese', 'si'],
  ['farsi', 'fa'],
  ['голландский', 'nl'],
  ['молдавский', 'ro'],
  ['фарси', 'fa'],
  // Names that Unicode has changed, or does not have.
  ['bengali', 'bn'],
  ['nynorsk', 'nn'],
  ['нюнорск', 'nn'],
  ['tagalog', 'tl'],
  ['тагальский', 'tl'],
  ['гаитянский креольский', 'ht'],
]);

/** ISO 639-2 (both kinds) and 639-3, beside Whisper's own: `rus`, `deu`, `ger`; `cmn` is what is written as `zh`. */
const threeLetterCodes = new Map(
  (
    'en eng|zh zho chi cmn|de deu ger|es spa|ru rus|ko kor|fr fra fre|ja jpn|pt por|tr tur|pl pol|ca cat|' +
    'nl nld dut|ar ara arb|sv swe|it ita|id ind|hi hin|fi fin|vi vie|he heb|uk ukr|el ell gre|ms msa may zsm|' +
    'cs ces cze|ro ron rum mol|da dan|hu hun|ta tam|no nor nob|th tha|ur urd|hr hrv|bg bul|lt lit|la lat|' +
    'mi mri mao|ml mal|cy cym wel|sk slk slo|te tel|fa fas per pes prs|lv lav lvs|bn ben|sr srp hbs|az aze azj|' +
    'sl slv|kn kan|et est ekk|mk mkd mac|br bre|eu eus baq|is isl ice|hy hye arm|ne nep npi|mn mon khk|bs bos|' +
    'kk kaz|sq sqi alb als|sw swa swh|gl glg|mr mar|pa pan|si sin|km khm|sn sna|yo yor|so som|af afr|oc oci|' +
    'ka kat geo|be bel|tg tgk|sd snd|gu guj|am amh|yi yid ydd|lo lao|uz uzb uzn|fo fao|ht hat|ps pus pbt|tk tuk|' +
    'nn nno|mt mlt|sa san|lb ltz|my mya bur|bo bod tib|tl tgl|mg mlg plt|as asm|tt tat|ln lin|ha hau|ba bak|jw jav|' +
    'su sun'
  )
    .split('|')
    .flatMap((line) => {
      const [code = '', ...long] = line.split(' ');
      return long.map((each) => [each, code] as const);
    }),
);

const autoNames: ReadonlySet<string> = new Set(['', 'auto', 'automatic', 'detect', 'und', 'авто', 'автоматически']);

/** Case, accents, apostrophes and spaces do not decide: `Français`, `francais` and ` FRANÇAIS ` are one name. */
const fold = (name: string): string =>
  name
    .normalize('NFKD')
    // Only accents of Latin letters: in other scripts a mark makes another letter (й, the vowels of Hindi).
    .replace(/([a-z])\p{M}+/giu, '$1')
    .normalize('NFC')
    .toLowerCase()
    .replace(/['’‘ʻ`]/g, '')
    .trim()
    .replace(/[\s_]+/g, ' ');

const known: ReadonlySet<string> = new Set(languageCodes);

let names: ReadonlyMap<string, string> | null = null;
/** Codes by every name, folded; made when the first name is read. */
const byName = (): ReadonlyMap<string, string> => {
  names ??= new Map(
    languageCodes.flatMap((code) =>
      [code, languageIn('en', code), ownNameOf(code), languageIn('ru', code)].map(
        (name) => [fold(name), code] as const,
      ),
    ),
  );
  return names;
};

/**
 * The code of a language given by code (`ru`, `RU`, `ru-RU`, `rus`), English name (`Russian`), native name (`русский`) or Russian
 * name; `auto` for `auto` and for nothing at all; null where the language is unknown.
 */
export const parseLanguage = (name: string): string | null => {
  const folded = fold(name);
  if (autoNames.has(folded)) return 'auto';
  return byName().get(folded) ?? aliases.get(folded) ?? threeLetterCodes.get(folded) ?? byRegion(folded) ?? null;
};

/** What of some names are languages, as codes, each once: hints for a task. */
export const languageHintsOf = (names: readonly (string | null | undefined)[]): string[] => {
  const codes = names
    .map((name) => parseLanguage(name ?? ''))
    .filter((code): code is string => code !== null && code !== 'auto');
  return [...new Set(codes)].slice(0, 8);
};

/** `pt-BR` and `zh_Hans` name the language before the mark. */
const byRegion = (folded: string): string | undefined => {
  const [, code] = /^([a-z]{2,3})[- ][a-z0-9]{2,8}(?:[- ][a-z0-9]{2,8})*$/.exec(folded) ?? [];
  if (code === undefined) return undefined;
  return known.has(code) ? code : (aliases.get(code) ?? threeLetterCodes.get(code));
};
