import { step } from './step.js';

/** The record of what was accepted and how it ended. */
export default step(
  `create table task (
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
  )`,
  // Every page of the list is one walk along an index: all, by state, by owner, by chat.
  'create index task_accepted on task (accepted_at desc, id desc)',
  'create index task_state on task (state, accepted_at desc, id desc)',
  'create index task_owner on task (owner, accepted_at desc, id desc)',
  `create index task_chat on task (chat, accepted_at desc, id desc) where chat <> ''`,
  `create index task_open on task (changed_at) where state not in ('done', 'failed', 'cancelled')`,
  `create index task_ended on task (changed_at desc) where state in ('done', 'failed')`,
  `create index task_title on task using gin (to_tsvector('simple', title))`,
  `create table task_change (
    seq bigint generated always as identity primary key,
    task_id uuid not null references task (id) on delete cascade,
    state text not null,
    at timestamptz not null,
    code text,
    cause text
  )`,
  'create unique index task_change_once on task_change (task_id, state, at)',
  `create table result (
    task_id uuid primary key references task (id) on delete cascade,
    transcript jsonb not null,
    text text not null,
    saved_at timestamptz not null default now()
  )`,
  `create index result_text on result using gin (to_tsvector('simple', text))`,
);
