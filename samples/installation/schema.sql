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

create table task (
    id uuid primary key,
    channel text not null,
    owner text not null,
    chat text not null default '',
    title text not null default '',
    state text not null check (state in ('accepted', 'preparing', 'running', 'delivering', 'done', 'failed', 'cancelled')),
    body jsonb not null,
    accepted_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    duration double precision,
    code text,
    cause text
  );

create index task_accepted on task (accepted_at desc, id desc);

create index task_state on task (state, accepted_at desc, id desc);

create index task_owner on task (owner, accepted_at desc, id desc);

create index task_chat on task (chat, accepted_at desc, id desc) where chat <> '';

create index task_open on task (changed_at) where state not in ('done', 'failed', 'cancelled');

create index task_ended on task (changed_at desc) where state in ('done', 'failed');

create index task_title on task using gin (to_tsvector('simple', title));

create table task_change (
    seq bigint generated always as identity primary key,
    task_id uuid not null references task (id) on delete cascade,
    state text not null,
    at timestamptz not null,
    code text,
    cause text
  );

create unique index task_change_once on task_change (task_id, state, at);

create table result (
    task_id uuid primary key references task (id) on delete cascade,
    transcript jsonb not null,
    text text not null,
    saved_at timestamptz not null default now()
  );

create index result_text on result using gin (to_tsvector('simple', text));

create table account (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    role text not null check (role in ('viewer', 'operator', 'administrator')),
    password text not null,
    disabled boolean not null default false,
    created_at timestamptz not null default now(),
    last_sign_in timestamptz
  );

create unique index account_name on account (lower(name));

create table session (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null references account (id) on delete cascade,
    token bytea not null unique,
    csrf text not null,
    address text not null,
    agent text not null,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now()
  );

create index session_account on session (account_id);

create table attempt (key text not null, at timestamptz not null default now());

create index attempt_key on attempt (key, at);

create table api_key (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    begins text not null,
    digest bytea not null unique,
    limits jsonb not null default '{}',
    created_by text not null,
    created_at timestamptz not null default now(),
    last_used timestamptz,
    revoked_at timestamptz
  );

create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    action text not null,
    target text not null,
    address text not null,
    before jsonb,
    after jsonb
  );

create index audit_actor on audit (actor, id desc);

create function audit_is_append_only() returns trigger language plpgsql as $$
  begin raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege'; end $$;

create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function audit_is_append_only();

create table setting (
    name text primary key,
    value jsonb not null,
    changed_by text not null,
    changed_at timestamptz not null default now()
  );

create function setting_changed() returns trigger language plpgsql as $$
  begin perform pg_notify('whisper_bot_setting', coalesce(new.name, old.name)); return null; end $$;

create trigger setting_notify after insert or update or delete on setting
    for each row execute function setting_changed();

alter table account alter column password drop not null;

alter table account add column issuer text, add column subject text;

alter table account add constraint account_one_way_in
    check ((issuer is null) = (subject is null) and (password is null) = (issuer is not null));

create unique index account_identity on account (issuer, subject) where issuer is not null;

create table sign_in (
    token bytea primary key,
    state text not null,
    nonce text not null,
    verifier text not null,
    back text not null,
    started_at timestamptz not null default now()
  );

create index sign_in_started on sign_in (started_at);

create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null);

create table kysely_migration_lock (id varchar(255) primary key, is_locked integer not null default 0);
