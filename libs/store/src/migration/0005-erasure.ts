import { step } from './step.js';

/**
 * Erasures that are promised and not finished in every place yet. Also: what a message showed is not kept once it is sent, only
 * a digest by which a repeated post is known.
 */
export default step(
  `create table erasure (
    id uuid primary key default gen_random_uuid(),
    owner text,
    tasks uuid[] not null,
    asked_at timestamptz not null default now(),
    next_at timestamptz not null default now(),
    attempts integer not null default 0,
    -- When every place had confirmed it for the first time: what was still on its way then is removed by a second round.
    passed_at timestamptz
  )`,
  'create index erasure_next on erasure (next_at)',
  `update telegram_post set content = jsonb_build_object('kind', 'sent', 'digest', md5(content::text))
    where (version = sent_version or failed is not null) and content->>'kind' <> 'sent'`,
  'create index if not exists telegram_request_changed on telegram_request (bot_id, changed_at)',
);
