import { Bot, type BotConfig, Composer } from 'grammy';
import type { UserFromGetMe } from 'grammy/types';
import { admission } from './admission.js';
import { createCallbacks } from './callback.js';
import type { BotContext, BotDeps } from './context.js';
import { createIntake } from './intake.js';
import { createIntroduction } from './introduction.js';
import { createMembership } from './membership.js';
import { createOperator } from './operator.js';
import { prepareContext } from './prepare-context.js';
import { createRename } from './rename.js';
import { createResultButtons } from './result-button.js';
import { createSettings } from './settings.js';
import { createTaskList } from './task-list.js';
import { createUnsupported } from './unsupported.js';
import { createUserData } from './user-data.js';

/** The features in the order an update meets them. */
const compose = (deps: BotDeps): Composer<BotContext> => {
  const settings = createSettings(deps);
  const userData = createUserData(deps);
  const buttons = createResultButtons(deps);
  const composer = new Composer<BotContext>();
  composer.use(prepareContext(deps), createMembership(deps), admission(deps));
  composer.use(
    createCallbacks({
      ...buttons,
      menu: settings.menu,
      set: settings.set,
      close: settings.close,
      forget: userData.forget,
    }),
  );
  composer.use(
    createIntroduction(deps),
    settings.composer,
    createTaskList(deps),
    userData.composer,
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
