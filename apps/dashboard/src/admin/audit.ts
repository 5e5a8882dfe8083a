import { addressOf } from '../web/session/session.js';
import type { AdminContext } from './page-context.js';

export interface Change {
  /** `task.retry`, `account.role`, … */
  action: string;
  target: string;
  before?: unknown;
  after?: unknown;
  /** Needed before anyone is signed in. */
  actor?: string;
}

/** Writes a change down: who, what, before, after, from where. */
export const writeDown = (
  context: AdminContext<'audit'>,
  { action, target, before, after, actor }: Change,
): Promise<void> =>
  context.deps.audit.append({
    actor: actor ?? context.signedIn?.name ?? '',
    action,
    target,
    address: addressOf(context),
    before: before ?? null,
    after: after ?? null,
  });
