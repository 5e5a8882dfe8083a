export { openTelegramDatabase, type TelegramDatabase } from './database.js';
export { type ClaimedUpdate, createInbox, type Inbox, type InboxUpdate } from './inbox.js';
export { takeLease } from './lease.js';
export { type ClaimedMessage, createOutboxRepository, type OutboxRepository, type PendingMessage } from './outbox.js';
export { createRequestStore, type StoredRequest } from './request.js';
export { createUserRepository } from './user.js';
