import { groups } from './catalog.js';
import type { Setting } from './setting.js';

const row = (setting: Setting<unknown>): string => {
  const name = setting.secret ? `\`${setting.env}\` or \`${setting.env}_FILE\`` : `\`${setting.env}\``;
  return `| ${name} | ${setting.sentence} | ${setting.fallbackText} |`;
};

/** The page docs/configuration.md, generated: a test compares it, and `vitest run libs/config -u` writes it. */
export const documentSettings = (): string => {
  const sections = Object.entries(groups).map(([title, settings]) =>
    [`## ${title}`, '', '| variable | what | default |', '|---|---|---|', ...Object.values(settings).map(row), ''].join(
      '\n',
    ),
  );
  return [
    '# Configuration',
    '',
    'Every process reads its settings once, when it starts, from the environment; flags of a command win over it. Times are',
    'written like `90s`, `30m`, `10h`, `7d`, sizes like `500MB` or `2GB`. An empty variable counts as not set. A secret may be',
    'given as a file, by the variable with `_FILE` at its end.',
    '',
    ...sections,
  ].join('\n');
};
