import type { RequestContext } from '../web/request-context.js';
import { addressOf } from '../web/session/session.js';

export interface Change {
  /** `task.retry`, `account.role`, … */
  action: string;
  target: string;
  before?: unknown;
  after?: unknown;
  /** Where nobody is signed in yet. */
  actor?: string;
}

/** Writes a change down: who, what, before, after, from where. */
export const writeDown = (context: RequestContext, { action, target, before, after, actor }: Change): Promise<void> =>
  context.deps.store.audit.append({
    actor: actor ?? context.person?.name ?? '',
    action,
    target,
    address: addressOf(context),
    before: before ?? null,
    after: after ?? null,
  });
