/** The name of a kind of file; where the kind has several files, the parts that distinguish them are filled in. */
export interface FileName<Parts extends readonly (string | number)[]> {
  (...parts: Parts): string;
  /** Whether a file of the folder is of this kind. */
  matches(name: string): boolean;
  /** The parts of such a name, in order; null for any other name. */
  parse(name: string): string[] | null;
}

/** What a part may be: a number, a key, an extension. */
const part = '([0-9a-zA-Z]{1,64})';

/** Makes a name from a template: each `*` is a part. */
export const fileName = <Parts extends readonly (string | number)[] = []>(template: string): FileName<Parts> => {
  const pieces = template.split('*');
  const pattern = new RegExp(`^${pieces.map((piece) => piece.replace(/[.-]/g, '\\$&')).join(part)}$`);
  const name = (...parts: Parts): string =>
    pieces.map((piece, at) => (at === 0 ? piece : `${parts[at - 1] ?? ''}${piece}`)).join('');
  return Object.assign(name, {
    matches: (given: string) => pattern.test(given),
    parse: (given: string) => pattern.exec(given)?.slice(1) ?? null,
  });
};
