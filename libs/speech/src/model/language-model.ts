/** Which model writes which languages, in order of preference. */
export interface LanguageModel {
  /** ISO 639-1 codes; `*` for all that no other entry names. */
  languages: readonly string[];
  model: string;
}

/** In place of a model's name: the one that suits the language, of those that are here. */
export const automaticModel = 'auto';

/** Always here, and knows all languages. */
export const fallbackModel = 'base';

/**
 * The models that suit a language, the best first: those of the operator's table, then the recommended ones, each where the language
 * is named before where all are meant.
 */
export const modelsFor = (
  language: string,
  { table, recommended }: { table: readonly LanguageModel[]; recommended: readonly LanguageModel[] },
): string[] => {
  const named = (entries: readonly LanguageModel[], wanted: string) =>
    entries.filter(({ languages }) => languages.includes(wanted)).map(({ model }) => model);
  const own = [...named(table, language), ...named(table, '*')];
  return [...new Set([...(own.length > 0 ? own : named(recommended, language)), fallbackModel])];
};
