import { step } from './step.js';

/** The dashboard's people, keys and settings, and the audit log, which the database itself keeps from being rewritten. */
export default step(
  `create table account (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    role text not null check (role in ('viewer', 'operator', 'administrator')),
    password text not null,
    disabled boolean not null default false,
    created_at timestamptz not null default now(),
    last_sign_in timestamptz
  )`,
  'create unique index account_name on account (lower(name))',
  `create table session (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null references account (id) on delete cascade,
    token bytea not null unique,
    csrf text not null,
    address text not null,
    agent text not null,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now()
  )`,
  'create index session_account on session (account_id)',
  'create table attempt (key text not null, at timestamptz not null default now())',
  'create index attempt_key on attempt (key, at)',
  `create table api_key (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    begins text not null,
    digest bytea not null unique,
    limits jsonb not null default '{}',
    created_by text not null,
    created_at timestamptz not null default now(),
    last_used timestamptz,
    revoked_at timestamptz
  )`,
  `create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    action text not null,
    target text not null,
    address text not null,
    before jsonb,
    after jsonb
  )`,
  'create index audit_actor on audit (actor, id desc)',
  `create function audit_is_append_only() returns trigger language plpgsql as $$
  begin raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege'; end $$`,
  `create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function audit_is_append_only()`,
  `create table setting (
    name text primary key,
    value jsonb not null,
    changed_by text not null,
    changed_at timestamptz not null default now()
  )`,
  `create function setting_changed() returns trigger language plpgsql as $$
  begin perform pg_notify('whisper_bot_setting', coalesce(new.name, old.name)); return null; end $$`,
  `create trigger setting_notify after insert or update or delete on setting
    for each row execute function setting_changed()`,
);
