import { step } from './step.js';

/** What the bot keeps: inbox, messages to send, requests, preferences, limits, usage. Each statement may run again. */
export default step(`
create sequence if not exists telegram_post_order;
create table if not exists telegram_post (
  bot_id bigint not null,
  key text not null,
  chat_id bigint not null,
  thread_id bigint,
  reply_to bigint,
  message_id bigint,
  amends boolean not null default false,
  quiet boolean not null default false,
  rank smallint not null,
  edition bigint not null,
  content jsonb not null,
  version integer not null default 1,
  sent_version integer not null default 0,
  ord bigint not null default nextval('telegram_post_order'),
  attempts integer not null default 0,
  failed text,
  sending_at timestamptz,
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (bot_id, key)
);
create index if not exists telegram_post_pending on telegram_post (bot_id, ord)
  where failed is null and version > sent_version;
create index if not exists telegram_post_message on telegram_post (bot_id, chat_id, message_id);
create index if not exists telegram_post_recent on telegram_post (bot_id, sent_at);

create table if not exists telegram_request (
  bot_id bigint not null,
  task_id uuid not null,
  chat_id bigint not null,
  user_id bigint not null,
  file_unique_id text not null,
  state text not null,
  body jsonb not null,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (bot_id, task_id)
);
create index if not exists telegram_request_open_user on telegram_request (bot_id, user_id)
  where state in ('fetching', 'working');
create index if not exists telegram_request_open_chat on telegram_request (bot_id, chat_id)
  where state in ('fetching', 'working');
create index if not exists telegram_request_user on telegram_request (bot_id, user_id);
create index if not exists telegram_request_file on telegram_request (bot_id, file_unique_id) where state = 'done';

create table if not exists telegram_update (
  bot_id bigint not null,
  update_id bigint not null,
  chat_id bigint not null,
  body jsonb not null,
  attempts integer not null default 0,
  parked text,
  done boolean not null default false,
  received_at timestamptz not null default now(),
  primary key (bot_id, update_id)
);
create index if not exists telegram_update_waiting on telegram_update (bot_id, chat_id, update_id)
  where not done and parked is null;

create table if not exists telegram_preference (
  bot_id bigint not null,
  chat_id bigint not null,
  body jsonb not null,
  primary key (bot_id, chat_id)
);
create table if not exists telegram_limit (
  bot_id bigint primary key,
  body jsonb not null
);
create table if not exists telegram_usage (
  bot_id bigint not null,
  task_id uuid not null,
  user_id bigint not null,
  seconds double precision not null,
  day date not null default (now() at time zone 'utc')::date,
  primary key (bot_id, task_id)
);
create index if not exists telegram_usage_user on telegram_usage (bot_id, user_id, day);
`);
