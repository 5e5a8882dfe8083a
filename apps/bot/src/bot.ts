import { Bot, type BotConfig, Composer } from 'grammy';
import type { UserFromGetMe } from 'grammy/types';
import type { BotContext, BotDeps } from './context.js';
import { admission } from './feature/admission.js';
import { createIntake } from './feature/intake.js';
import { createIntroduction } from './feature/introduction.js';
import { createMembership } from './feature/membership.js';
import { createOperator } from './feature/operator.js';
import { createPerson } from './feature/person.js';
import { createPresses } from './feature/press.js';
import { createRename } from './feature/rename.js';
import { createResultButtons } from './feature/result-button.js';
import { createSettings } from './feature/settings.js';
import { createTaskList } from './feature/task-list.js';
import { createUnsupported } from './feature/unsupported.js';
import { prepareContext } from './prepare-context.js';

/** Updates the bot asks Telegram for. */
export const wantedUpdates = ['message', 'channel_post', 'callback_query', 'my_chat_member'] as const;

/** The features in the order an update meets them. */
const compose = (deps: BotDeps): Composer<BotContext> => {
  const settings = createSettings(deps);
  const person = createPerson(deps);
  const buttons = createResultButtons(deps);
  const composer = new Composer<BotContext>();
  composer.use(prepareContext(deps), createMembership(deps), admission(deps));
  composer.use(
    createPresses({ ...buttons, menu: settings.menu, set: settings.set, close: settings.close, forget: person.forget }),
  );
  composer.use(
    createIntroduction(deps),
    settings.composer,
    createTaskList(deps),
    person.composer,
    createOperator(deps),
  );
  composer.use(createRename(deps), createIntake(deps).composer, createUnsupported(deps));
  return composer;
};

/** The bot as grammY knows it; updates come to it through the inbox, never by its own polling. */
export const createBot = (
  token: string,
  me: UserFromGetMe,
  deps: BotDeps,
  client: NonNullable<BotConfig<BotContext>['client']>,
): Bot<BotContext> => {
  const bot = new Bot<BotContext>(token, { botInfo: me, client });
  bot.use(compose(deps));
  return bot;
};
