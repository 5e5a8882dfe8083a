export { openTelegramDatabase, type TelegramDatabase } from './database.js';
export { type ClaimedUpdate, createInbox, type Inbox, type InboxUpdate } from './inbox.js';
export { type Lease, takeLease } from './lease.js';
export {
  type ClaimedMessage,
  createOutboxRepository,
  type OutboxEntry,
  type OutboxRepository,
  type PendingMessage,
} from './outbox.js';
export { createRequestStore, type RequestStore, type StoredRequest } from './request.js';
export { createUserRepository, type UserRepository } from './user.js';
