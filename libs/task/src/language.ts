/** A language Whisper knows. */
export interface Language {
  /** Whisper's code: ISO 639-1, but for `yue`, `haw` and `jw` (Javanese). */
  code: string;
  english: string;
  /** Its own name, capitalized as in a list. */
  native: string;
  russian: string;
}

/**
 * Codes in Whisper's order (about the amount of training data; whisper.cpp 1.9.1, `g_lang`), names after Unicode CLDR with the
 * names Whisper itself uses where they differ.
 */
const table = [
  ['en', 'English', 'English', 'Английский'],
  ['zh', 'Chinese', '中文', 'Китайский'],
  ['de', 'German', 'Deutsch', 'Немецкий'],
  ['es', 'Spanish', 'Español', 'Испанский'],
  ['ru', 'Russian', 'Русский', 'Русский'],
  ['ko', 'Korean', '한국어', 'Корейский'],
  ['fr', 'French', 'Français', 'Французский'],
  ['ja', 'Japanese', '日本語', 'Японский'],
  ['pt', 'Portuguese', 'Português', 'Португальский'],
  ['tr', 'Turkish', 'Türkçe', 'Турецкий'],
  ['pl', 'Polish', 'Polski', 'Польский'],
  ['ca', 'Catalan', 'Català', 'Каталанский'],
  ['nl', 'Dutch', 'Nederlands', 'Нидерландский'],
  ['ar', 'Arabic', 'العربية', 'Арабский'],
  ['sv', 'Swedish', 'Svenska', 'Шведский'],
  ['it', 'Italian', 'Italiano', 'Итальянский'],
  ['id', 'Indonesian', 'Bahasa Indonesia', 'Индонезийский'],
  ['hi', 'Hindi', 'हिन्दी', 'Хинди'],
  ['fi', 'Finnish', 'Suomi', 'Финский'],
  ['vi', 'Vietnamese', 'Tiếng Việt', 'Вьетнамский'],
  ['he', 'Hebrew', 'עברית', 'Иврит'],
  ['uk', 'Ukrainian', 'Українська', 'Украинский'],
  ['el', 'Greek', 'Ελληνικά', 'Греческий'],
  ['ms', 'Malay', 'Bahasa Melayu', 'Малайский'],
  ['cs', 'Czech', 'Čeština', 'Чешский'],
  ['ro', 'Romanian', 'Română', 'Румынский'],
  ['da', 'Danish', 'Dansk', 'Датский'],
  ['hu', 'Hungarian', 'Magyar', 'Венгерский'],
  ['ta', 'Tamil', 'தமிழ்', 'Тамильский'],
  ['no', 'Norwegian', 'Norsk', 'Норвежский'],
  ['th', 'Thai', 'ไทย', 'Тайский'],
  ['ur', 'Urdu', 'اردو', 'Урду'],
  ['hr', 'Croatian', 'Hrvatski', 'Хорватский'],
  ['bg', 'Bulgarian', 'Български', 'Болгарский'],
  ['lt', 'Lithuanian', 'Lietuvių', 'Литовский'],
  ['la', 'Latin', 'Latina', 'Латинский'],
  ['mi', 'Maori', 'Māori', 'Маори'],
  ['ml', 'Malayalam', 'മലയാളം', 'Малаялам'],
  ['cy', 'Welsh', 'Cymraeg', 'Валлийский'],
  ['sk', 'Slovak', 'Slovenčina', 'Словацкий'],
  ['te', 'Telugu', 'తెలుగు', 'Телугу'],
  ['fa', 'Persian', 'فارسی', 'Персидский'],
  ['lv', 'Latvian', 'Latviešu', 'Латышский'],
  ['bn', 'Bengali', 'বাংলা', 'Бенгальский'],
  ['sr', 'Serbian', 'Српски', 'Сербский'],
  ['az', 'Azerbaijani', 'Azərbaycanca', 'Азербайджанский'],
  ['sl', 'Slovenian', 'Slovenščina', 'Словенский'],
  ['kn', 'Kannada', 'ಕನ್ನಡ', 'Каннада'],
  ['et', 'Estonian', 'Eesti', 'Эстонский'],
  ['mk', 'Macedonian', 'Македонски', 'Македонский'],
  ['br', 'Breton', 'Brezhoneg', 'Бретонский'],
  ['eu', 'Basque', 'Euskara', 'Баскский'],
  ['is', 'Icelandic', 'Íslenska', 'Исландский'],
  ['hy', 'Armenian', 'Հայերեն', 'Армянский'],
  ['ne', 'Nepali', 'नेपाली', 'Непальский'],
  ['mn', 'Mongolian', 'Монгол', 'Монгольский'],
  ['bs', 'Bosnian', 'Bosanski', 'Боснийский'],
  ['kk', 'Kazakh', 'Қазақша', 'Казахский'],
  ['sq', 'Albanian', 'Shqip', 'Албанский'],
  ['sw', 'Swahili', 'Kiswahili', 'Суахили'],
  ['gl', 'Galician', 'Galego', 'Галисийский'],
  ['mr', 'Marathi', 'मराठी', 'Маратхи'],
  ['pa', 'Punjabi', 'ਪੰਜਾਬੀ', 'Панджаби'],
  ['si', 'Sinhala', 'සිංහල', 'Сингальский'],
  ['km', 'Khmer', 'ខ្មែរ', 'Кхмерский'],
  ['sn', 'Shona', 'ChiShona', 'Шона'],
  ['yo', 'Yoruba', 'Yorùbá', 'Йоруба'],
  ['so', 'Somali', 'Soomaali', 'Сомали'],
  ['af', 'Afrikaans', 'Afrikaans', 'Африкаанс'],
  ['oc', 'Occitan', 'Occitan', 'Окситанский'],
  ['ka', 'Georgian', 'ქართული', 'Грузинский'],
  ['be', 'Belarusian', 'Беларуская', 'Белорусский'],
  ['tg', 'Tajik', 'Тоҷикӣ', 'Таджикский'],
  ['sd', 'Sindhi', 'سنڌي', 'Синдхи'],
  ['gu', 'Gujarati', 'ગુજરાતી', 'Гуджарати'],
  ['am', 'Amharic', 'አማርኛ', 'Амхарский'],
  ['yi', 'Yiddish', 'ייִדיש', 'Идиш'],
  ['lo', 'Lao', 'ລາວ', 'Лаосский'],
  ['uz', 'Uzbek', 'O‘zbek', 'Узбекский'],
  ['fo', 'Faroese', 'Føroyskt', 'Фарерский'],
  ['ht', 'Haitian Creole', 'Kreyòl ayisyen', 'Гаитянский креольский'],
  ['ps', 'Pashto', 'پښتو', 'Пушту'],
  ['tk', 'Turkmen', 'Türkmençe', 'Туркменский'],
  ['nn', 'Nynorsk', 'Nynorsk', 'Нюнорск'],
  ['mt', 'Maltese', 'Malti', 'Мальтийский'],
  ['sa', 'Sanskrit', 'संस्कृतम्', 'Санскрит'],
  ['lb', 'Luxembourgish', 'Lëtzebuergesch', 'Люксембургский'],
  ['my', 'Burmese', 'မြန်မာ', 'Бирманский'],
  ['bo', 'Tibetan', 'བོད་སྐད', 'Тибетский'],
  ['tl', 'Tagalog', 'Tagalog', 'Тагальский'],
  ['mg', 'Malagasy', 'Malagasy', 'Малагасийский'],
  ['as', 'Assamese', 'অসমীয়া', 'Ассамский'],
  ['tt', 'Tatar', 'Татарча', 'Татарский'],
  ['haw', 'Hawaiian', 'ʻŌlelo Hawaiʻi', 'Гавайский'],
  ['ln', 'Lingala', 'Lingála', 'Лингала'],
  ['ha', 'Hausa', 'Hausa', 'Хауса'],
  ['ba', 'Bashkir', 'Башҡортса', 'Башкирский'],
  ['jw', 'Javanese', 'Basa Jawa', 'Яванский'],
  ['su', 'Sundanese', 'Basa Sunda', 'Сунданский'],
  ['yue', 'Cantonese', '粵語', 'Кантонский'],
] as const;

/** All languages Whisper knows, the best known first. */
export const languages: readonly Language[] = table.map(([code, english, native, russian]) => ({
  code,
  english,
  native,
  russian,
}));

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

const byName = new Map<string, string>(
  languages.flatMap(({ code, english, native, russian }) =>
    [code, english, native, russian].map((name) => [fold(name), code] as const),
  ),
);
const byCode = new Map(languages.map((language) => [language.code, language]));

/**
 * The code of a language given by code (`ru`, `RU`, `ru-RU`, `rus`), English name (`Russian`), native name (`русский`) or Russian
 * name; `auto` for `auto` and for nothing at all; null where the language is unknown.
 */
export const parseLanguage = (name: string): string | null => {
  const folded = fold(name);
  if (autoNames.has(folded)) return 'auto';
  return byName.get(folded) ?? aliases.get(folded) ?? threeLetterCodes.get(folded) ?? byRegion(folded) ?? null;
};

/** What of some names are languages, as codes, each once: hints for a task. */
export const languageHintsOf = (names: readonly (string | null | undefined)[]): string[] => {
  const codes = names
    .map((name) => parseLanguage(name ?? ''))
    .filter((code): code is string => code !== null && code !== 'auto');
  return [...new Set(codes)].slice(0, 8);
};

/** The language of a code; undefined for unknown codes and `auto`. */
export const languageOf = (code: string): Language | undefined => byCode.get(code);

/** `pt-BR` and `zh_Hans` name the language before the mark. */
const byRegion = (folded: string): string | undefined => {
  const [, code] = /^([a-z]{2,3})[- ][a-z0-9]{2,8}(?:[- ][a-z0-9]{2,8})*$/.exec(folded) ?? [];
  if (code === undefined) return undefined;
  return byCode.has(code) ? code : (aliases.get(code) ?? threeLetterCodes.get(code));
};
