/** What is put into a sentence. Numbers are written as the language writes them. */
export type Value = string | number;
export type Values<Name extends string> = Readonly<Record<Name, Value>>;

/** How one language writes numbers into its sentences. */
export interface Grammar {
  /** Template tag: numbers with the language's separators. */
  say(parts: TemplateStringsArray, ...values: Value[]): string;
  /** The number, and the form of the word that goes with it: `2 записи`. */
  plural(count: Value, ...forms: readonly string[]): string;
}

/** Of a language whose plural forms are these, in the order in which `plural` is given them. */
export const createGrammar = (tag: string, order: readonly Intl.LDMLPluralRule[]): Grammar => {
  const rules = new Intl.PluralRules(tag);
  const numbers = new Intl.NumberFormat(tag);
  const write = (value: Value): string => (typeof value === 'number' ? numbers.format(value) : value);
  return {
    say: (parts, ...values) =>
      parts.reduce((sentence, part, index) => sentence + write(values[index - 1] ?? '') + part),
    plural: (count, ...forms) => {
      const at = order.indexOf(rules.select(Number(count)));
      return `${write(count)} ${forms[at === -1 ? forms.length - 1 : at]}`;
    },
  };
};
