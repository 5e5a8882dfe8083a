import { ownNameOf } from '@whisper-bot/text';
import type { AdminHandler, PageContext } from '../page-context.js';
import { html, type SafeHtml } from '../view/html.js';
import { page } from '../view/layout.js';
import { emptyState } from '../view/piece.js';
import { type Answers, askAll, type PeriodName, periods } from './analytics-answer.js';
import {
  causesCard,
  factorsCard,
  messagesCard,
  popularCard,
  timesCard,
  usersCard,
  volumeCard,
} from './analytics-card.js';

export const showAnalytics: AdminHandler<'analytics' | 'logger'> = async (context) => {
  const { words, deps } = context;
  const say = words.analytics;
  const name: PeriodName =
    Object.keys(periods).find((each): each is PeriodName => each === context.query('period')) ?? 'week';
  const answers =
    deps.analytics === null
      ? null
      : await askAll(deps.analytics, name).catch((err: unknown) => {
          deps.logger.warn({ err }, 'analytics query failed');
          return null;
        });
  const tabs = html`<nav class="tabs" aria-label="${say.period}">${(Object.keys(periods) as PeriodName[]).map(
    (each) => html`<a href="/analytics?period=${each}"${each === name && html` aria-current="page"`}>${say[each]}</a>`,
  )}</nav>`;
  const empty =
    answers !== null && answers.volume.length === 0 && answers.times.length === 0 && answers.messages.length === 0;
  return {
    kind: 'page',
    page: page(context, {
      title: say.title,
      active: 'analytics',
      actions: tabs,
      body:
        answers === null
          ? emptyState(
              deps.analytics === null ? { title: say.off, hint: say.offHint } : { title: say.away, hint: say.awayHint },
            )
          : empty
            ? emptyState({ title: say.empty, hint: say.emptyHint })
            : body(context, name, answers),
    }),
  };
};

const body = (context: PageContext, name: PeriodName, answers: Answers): SafeHtml => {
  const say = context.words.analytics;
  return html`<div class="stack">
${volumeCard(context, name, answers)}
<div class="grid">
${timesCard(context, answers)}
${factorsCard(context, answers)}
${causesCard(context, answers)}
${popularCard(context, say.models, answers.models)}
${popularCard(
  context,
  say.languages,
  answers.languages.map((row) => ({ ...row, name: ownNameOf(row.name) })),
)}
${usersCard(context, answers)}
${messagesCard(context, answers)}
</div></div>`;
};
