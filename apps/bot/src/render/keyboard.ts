import { type TaskErrorCode, type TaskId, taskErrorKind } from '@whisper-bot/task';
import { encodeCallback, type FileFormat, fileFormats, type panels } from '../callback/callback-data.js';
import type { PlainKey, Words } from '../locale/locale.js';
import { languageName, recordingLanguages } from './language.js';

/** A button under a message; `callback_data` is made by `encodePress`. */
export interface Button {
  text: string;
  callback_data: string;
}
/** Rows of buttons, as Telegram takes them. */
export type Keyboard = Button[][];

const rowsOf = <T>(items: readonly T[], width: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / width) }, (_, row) => items.slice(row * width, (row + 1) * width));

/** While work goes on. */
export const cancelKeyboard = (task: TaskId, words: Words): Keyboard => [
  [{ text: words.text('button-cancel'), callback_data: encodeCallback({ kind: 'cancel', fields: [task] }) }],
];

/** Below an error: Retry, unless it is certain to fail again. */
export const failureKeyboard = (task: TaskId, code: TaskErrorCode, words: Words): Keyboard =>
  taskErrorKind(code).userMayRetry
    ? [[{ text: words.text('button-retry'), callback_data: encodeCallback({ kind: 'retry', fields: [task] }) }]]
    : [];

/** What the panels below a result need to know of it. */
export interface ResultFacts {
  task: TaskId;
  /** Names in order; empty without diarization. */
  speakers: readonly string[];
  /** Whether a translation into English is shown, can be had, or has nothing to translate. */
  translation: 'shown' | 'available' | 'needless';
}

export type Panel = { panel: (typeof panels)[number]; page: number };

const panelButton = (key: PlainKey, task: TaskId, panel: (typeof panels)[number], words: Words, page = 0): Button => ({
  text: words.text(key),
  callback_data: encodeCallback({ kind: 'panel', fields: [task, panel, page] }),
});

const fileButton = (task: TaskId, format: FileFormat): Button => ({
  text: format.toUpperCase(),
  callback_data: encodeCallback({ kind: 'file', fields: [task, format] }),
});

const languagesOnPage = 18;

const translationRow = ({ task, translation }: ResultFacts, words: Words): Keyboard => {
  if (translation === 'needless') return [];
  const into = translation === 'shown' ? 'original' : 'english';
  const data = encodeCallback({ kind: 'translation', fields: [task, into] });
  return [[{ text: words.text(`button-${into}`), callback_data: data }]];
};

const languagePanel = (facts: ResultFacts, page: number, words: Words): Keyboard => {
  const { task } = facts;
  const choices = ['auto', ...recordingLanguages];
  const last = Math.ceil(choices.length / languagesOnPage) - 1;
  const current = Math.min(page, last);
  const shown = choices.slice(current * languagesOnPage, (current + 1) * languagesOnPage);
  const buttons = shown.map((code) => ({
    text: languageName(code, words),
    callback_data: encodeCallback({ kind: 'spoken', fields: [task, code] }),
  }));
  const turn: Button[] = [];
  if (current > 0) turn.push(panelButton('button-less', task, 'language', words, current - 1));
  if (current < last) turn.push(panelButton('button-more', task, 'language', words, current + 1));
  return [
    ...translationRow(facts, words),
    ...rowsOf(buttons, 3),
    ...(turn.length > 0 ? [turn] : []),
    [panelButton('button-back', task, 'main', words)],
  ];
};

/** The buttons below a result. */
export const resultKeyboard = (facts: ResultFacts, { panel, page }: Panel, words: Words): Keyboard => {
  const { task, speakers } = facts;
  const back = [panelButton('button-back', task, 'main', words)];
  switch (panel) {
    case 'main':
      return [
        fileFormats.map((format) => fileButton(task, format)),
        [
          panelButton('button-speakers', task, 'speakers', words),
          ...(speakers.length > 0 ? [panelButton('button-rename', task, 'names', words)] : []),
        ],
        [panelButton('button-language', task, 'language', words), panelButton('button-delete', task, 'delete', words)],
      ];
    case 'speakers':
      return [
        [0, 1, 2, 3, 4].map((count) => ({
          text: count === 0 ? words.text('button-speakers-auto') : String(count),
          callback_data: encodeCallback({ kind: 'speakers', fields: [task, count] }),
        })),
        back,
      ];
    case 'names':
      return [
        ...rowsOf(
          speakers.map((name, index) => ({
            text: name,
            callback_data: encodeCallback({ kind: 'name', fields: [task, index] }),
          })),
          2,
        ),
        back,
      ];
    case 'language':
      return languagePanel(facts, page, words);
    case 'delete':
      return [
        [{ text: words.text('button-delete-sure'), callback_data: encodeCallback({ kind: 'delete', fields: [task] }) }],
        back,
      ];
  }
};
