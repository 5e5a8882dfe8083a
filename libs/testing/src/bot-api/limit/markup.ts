import type { InlineKeyboardMarkup } from 'grammy/types';
import { z } from 'zod';
import { badRequest } from '../server/refusal.js';
import { size } from './size.js';

const button = z.looseObject({ text: z.string() });
const keyboard = z.looseObject({ inline_keyboard: z.array(z.array(button)) });
const actions = ['callback_data', 'url', 'web_app', 'login_url', 'switch_inline_query', 'copy_text', 'pay'] as const;

/**
 * Checks `reply_markup` as Telegram does and returns the inline keyboard in it; other keyboards are accepted and not shown.
 * @throws Refusal BUTTON_DATA_INVALID, BUTTON_URL_INVALID, "can't parse inline keyboard button: …"
 */
export function checkMarkup(markup: unknown): InlineKeyboardMarkup | undefined {
  if (markup === undefined || markup === null || markup === '') return undefined;
  if (typeof markup !== 'object') throw badRequest('object expected as reply markup', 'markup');
  if (!('inline_keyboard' in markup)) return undefined;
  const parsed = keyboard.safeParse(markup);
  if (!parsed.success) {
    const missingText = parsed.error.issues.some((issue) => issue.path.at(-1) === 'text');
    throw badRequest(
      missingText
        ? 'can\'t parse inline keyboard button: Can\'t find field "text"'
        : "can't parse reply keyboard markup JSON object",
      'markup',
    );
  }
  const rows = parsed.data.inline_keyboard.filter((row) => row.length > 0);
  if (rows.flat().length > size.buttons) throw badRequest('reply markup is too long', 'markup');
  for (const item of rows.flat()) checkButton(item);
  return rows.length > 0 ? ({ inline_keyboard: rows } as unknown as InlineKeyboardMarkup) : undefined;
}

function checkButton(item: z.infer<typeof button>): void {
  if (item.text.trim() === '') throw badRequest("can't parse inline keyboard button: Text must be non-empty", 'markup');
  if (!actions.some((action) => action in item)) {
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard", 'markup');
  }
  const data = item.callback_data;
  if (data !== undefined) {
    const bytes = typeof data === 'string' ? Buffer.byteLength(data, 'utf8') : 0;
    if (bytes < 1 || bytes > size.callbackData) throw badRequest('BUTTON_DATA_INVALID', 'callback-data');
  }
  const { url } = item;
  if (url !== undefined && !(typeof url === 'string' && /^(https?|tg):\/\/[^\s/]*\.?[^\s]+$/i.test(url))) {
    throw badRequest('BUTTON_URL_INVALID', 'markup');
  }
}
