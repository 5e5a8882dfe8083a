import type { Visit } from '../http/visit.js';
import { addressOf } from './session.js';

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
export const writeDown = (visit: Visit, { action, target, before, after, actor }: Change): Promise<void> =>
  visit.desk.store.audit.append({
    actor: actor ?? visit.person?.name ?? '',
    action,
    target,
    address: addressOf(visit),
    before: before ?? null,
    after: after ?? null,
  });
