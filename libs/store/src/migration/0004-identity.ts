import { step } from './step.js';

/** Accounts that an identity provider vouches for instead of a password, and the sign-ins that are under way to it. */
export default step(
  'alter table account alter column password drop not null',
  'alter table account add column issuer text, add column subject text',
  `alter table account add constraint account_one_way_in
    check ((issuer is null) = (subject is null) and (password is null) = (issuer is not null))`,
  'create unique index account_identity on account (issuer, subject) where issuer is not null',
  `create table sign_in (
    token bytea primary key,
    state text not null,
    nonce text not null,
    verifier text not null,
    back text not null,
    started_at timestamptz not null default now()
  )`,
  'create index sign_in_started on sign_in (started_at)',
);
