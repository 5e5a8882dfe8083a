import { locales } from '@whisper-bot/text';
import { type CallbackData, encodeCallback, type screens } from '../callback/callback-data.js';
import type { PlainKey, Words } from '../locale/locale.js';
import type { Button, Keyboard } from './keyboard.js';
import { languageName, recordingLanguages } from './language.js';
import { type Preference, resultFormats } from './preference.js';

/** Whose settings the menu shows: private chats have a person's, others the chat's own. */
export type Place = 'private' | 'group' | 'channel';
type Screen = (typeof screens)[number];
type Field = Extract<CallbackData, { kind: 'set' }>['fields'][0];

export interface MenuFacts {
  place: Place;
  preference: Preference;
  /** Models that are installed. */
  models: readonly string[];
  /** The operator's choice where nothing is chosen. */
  defaultModel: string;
}

export interface Menu {
  /** HTML. */
  text: string;
  keyboard: Keyboard;
}

const perPage = 18;

const open = (screen: Screen, page = 0): string => encodeCallback({ kind: 'menu', fields: [screen, page] });
const set = (field: Field, value: string): string => encodeCallback({ kind: 'set', fields: [field, value] });
const onOff = ['value-on', 'value-off'] as const;

const modelName = (facts: MenuFacts, words: Words): string =>
  facts.preference.model ?? `${facts.defaultModel} (${words.text('value-auto')})`;

const interfaceName = (value: string, words: Words): string =>
  value === 'auto' ? words.text('value-interface-auto') : languageName(value, words);

const mainScreen = (facts: MenuFacts, words: Words): Menu => {
  const { preference, place } = facts;
  const line = (label: PlainKey, value: string, data: string): Button[] => [
    { text: `${words.text(label)}: ${value}`, callback_data: data },
  ];
  /** A switch: the button carries the value it sets, so that a press that is handled twice changes nothing. */
  const flip = (
    label: PlainKey,
    field: 'diarize' | 'translate' | 'times' | 'locked' | 'quiet',
    keys: readonly [PlainKey, PlainKey],
  ) => {
    const on = preference[field];
    return line(label, words.text(on ? keys[0] : keys[1]), set(field, on ? 'off' : 'on'));
  };
  const rows: Button[][] = [
    line('settings-language', languageName(preference.language, words), open('language')),
    line('settings-model', modelName(facts, words), open('model')),
    flip('settings-diarize', 'diarize', onOff),
    flip('settings-translate', 'translate', onOff),
    line('settings-format', words.text(`value-format-${preference.format}`), open('format')),
    flip('settings-times', 'times', onOff),
    line('settings-interface', interfaceName(preference.interface, words), open('interface')),
  ];
  if (place === 'group') {
    const mode = preference.mode === 'all' ? 'silent' : 'all';
    rows.push(line('settings-mode', words.text(`value-mode-${preference.mode}`), set('mode', mode)));
    rows.push(flip('settings-locked', 'locked', ['value-locked-on', 'value-locked-off']));
  }
  if (place === 'channel') {
    const order = ['reply', 'edit', 'off'] as const;
    const next = order[(order.indexOf(preference.channel) + 1) % order.length] ?? 'reply';
    rows.push(line('settings-channel', words.text(`value-channel-${preference.channel}`), set('channel', next)));
  }
  if (place !== 'private') rows.push(flip('settings-quiet', 'quiet', ['value-quiet-on', 'value-quiet-off']));
  rows.push([{ text: words.text('button-close'), callback_data: encodeCallback({ kind: 'close', fields: [] }) }]);
  const text = words.html(place === 'private' ? 'settings-title' : 'settings-title-chat');
  return { text, keyboard: rows };
};

interface Choice {
  value: string;
  label: string;
}

const choiceScreen = (
  field: Extract<Field, Screen>,
  choices: readonly Choice[],
  facts: { current: string; page: number; width: number },
  words: Words,
): Menu => {
  const last = Math.max(0, Math.ceil(choices.length / perPage) - 1);
  const page = Math.min(facts.page, last);
  const buttons = choices.slice(page * perPage, (page + 1) * perPage).map(({ value, label }) => ({
    text: value === facts.current ? `✓ ${label}` : label,
    callback_data: set(field, value),
  }));
  const rows: Keyboard = [];
  for (let index = 0; index < buttons.length; index += facts.width)
    rows.push(buttons.slice(index, index + facts.width));
  const turn: Button[] = [];
  if (page > 0) turn.push({ text: words.text('button-less'), callback_data: open(field, page - 1) });
  if (page < last) turn.push({ text: words.text('button-more'), callback_data: open(field, page + 1) });
  if (turn.length > 0) rows.push(turn);
  rows.push([{ text: words.text('button-back'), callback_data: open('main') }]);
  return { text: words.html(`settings-choose-${field}`), keyboard: rows };
};

/** One screen of /settings. */
export const settingsMenu = (facts: MenuFacts, screen: Screen, page: number, words: Words): Menu => {
  const { preference } = facts;
  switch (screen) {
    case 'main':
      return mainScreen(facts, words);
    case 'language': {
      const choices = ['auto', ...recordingLanguages].map((value) => ({ value, label: languageName(value, words) }));
      return choiceScreen(screen, choices, { current: preference.language, page, width: 3 }, words);
    }
    case 'model': {
      const automatic = { value: 'auto', label: `${facts.defaultModel} (${words.text('value-auto')})` };
      const choices = [automatic, ...facts.models.map((value) => ({ value, label: value }))];
      return choiceScreen(screen, choices, { current: preference.model ?? 'auto', page, width: 2 }, words);
    }
    case 'format': {
      const choices = resultFormats.map((value) => ({ value, label: words.text(`value-format-${value}`) }));
      return choiceScreen(screen, choices, { current: preference.format, page, width: 2 }, words);
    }
    case 'interface': {
      const choices = ['auto', ...locales].map((value) => ({ value, label: interfaceName(value, words) }));
      return choiceScreen(screen, choices, { current: preference.interface, page, width: 1 }, words);
    }
  }
};
