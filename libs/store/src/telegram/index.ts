export { createTelegramBooks, type TelegramBooks } from './book.js';
export { openTelegramDatabase, type TelegramDatabase } from './database.js';
export { type ClaimedUpdate, createInbox, type Inbox, type InboxUpdate } from './inbox.js';
export { type Lease, takeLease } from './lease.js';
export { type ClaimedPost, createPosts, type PendingPost, type Post, type Posts } from './post.js';
export { createRequestStore, type RequestStore, type StoredRequest } from './request.js';
