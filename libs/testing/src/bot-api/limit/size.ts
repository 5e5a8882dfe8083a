/** Limits of the Bot API, from https://core.telegram.org/bots/api and https://core.telegram.org/bots/faq. */
export const size = {
  /** UTF-16 code units of a message after entities are parsed. */
  text: 4096,
  /** UTF-16 code units of a caption after entities are parsed. */
  caption: 1024,
  /** Bytes of a button's `callback_data`. */
  callbackData: 64,
  /** Characters of the answer to a callback query. */
  callbackAnswer: 200,
  /** Buttons of one inline keyboard. */
  buttons: 100,
  /** Bytes a bot may download in the cloud. */
  download: 20 * 1024 * 1024,
  /** Bytes a bot may upload in the cloud. */
  upload: 50 * 1024 * 1024,
  /** Bytes a file may have with a server in local mode, either way. */
  local: 2000 * 1024 * 1024,
} as const;
