import { signInLife } from '@whisper-bot/store';
import { ownPath } from '../../web/answer.js';
import { cookieName, readCookies, setCookie } from '../../web/cookie.js';
import { HttpError } from '../../web/http-error.js';
import type { Answer } from '../../web/request-context.js';
import { addressOf, signIn } from '../../web/session/session.js';
import { writeDown } from '../audit.js';
import type { AdminContext, AdminHandler, PageContext } from '../page-context.js';
import { isOfDomain, nameOf, roleOf } from './provider/claim.js';
import { explainFailure, type Problem } from './provider/failure.js';
import type { Provider } from './provider/provider.js';

/** One address may be a whole office, and nothing can be guessed here. */
const bound = { attempts: 120, seconds: 900 };

const cookieOf = (context: PageContext): string => cookieName(context, 'whisper_provider');

const providerOf = ({ deps }: AdminContext<'provider'>): Provider => {
  if (deps.provider === null) throw new HttpError(404);
  return deps.provider;
};

/**
 * This page as the browser addressed it, so that the provider sends it back to where it came from. Only path and query are the
 * request line's: an absolute one there must not name another host. Throws HttpError 400 where the host is no host.
 */
const hereOf = ({ request }: PageContext): URL => {
  const query = /\?.*$/.exec(request.originalUrl)?.[0] ?? '';
  const here = `${request.protocol}://${request.host}${request.path}${query}`;
  if (!URL.canParse(here)) throw new HttpError(400);
  return new URL(here);
};

/** A link, not a form: a form may lead nowhere but to ourselves. */
export const beginAtProvider: AdminHandler<'attempts' | 'logger' | 'provider' | 'signIns'> = async (context) => {
  const provider = providerOf(context);
  const { attempts, signIns, logger } = context.deps;
  const back = ownPath(context.query('back'));
  if (!(await attempts.allow(`sign-in:provider:${addressOf(context)}`, bound))) return refuse('tooMany', back);
  try {
    const { to, pending } = await provider.begin(new URL('/sign-in/provider/return', hereOf(context)).href);
    setCookie(context, cookieOf(context), await signIns.begin({ ...pending, back }), signInLife);
    return { kind: 'redirect', to };
  } catch (error) {
    const { problem, detail } = explainFailure(error);
    logger.warn(detail, 'identity provider unavailable');
    return refuse(problem, back);
  }
};

/** Back from the provider: the browser must be the one that went, and has one try. */
export const endAtProvider: AdminHandler<
  'audit' | 'identities' | 'logger' | 'provider' | 'sessions' | 'signIns'
> = async (context) => {
  const provider = providerOf(context);
  const { signIns, logger } = context.deps;
  const token = readCookies(context.request.headers.cookie)[cookieOf(context)] ?? '';
  const pending = token === '' ? null : await signIns.take(token, context.query('state'));
  // An answer to another browser must not end what this one has under way: its cookie stays.
  if (pending === null) return refuse('expired');
  setCookie(context, cookieOf(context), '', 0);
  const back = ownPath(pending.back);
  const met = await provider.finish(hereOf(context), pending).catch(explainFailure);
  if ('problem' in met) {
    logger.warn(met.detail, 'sign-in not confirmed by the identity provider');
    await writeDown(context, { action: 'sign-in.refused', target: '', actor: '', after: { why: met.problem } });
    return refuse(met.problem, back);
  }
  return enter(context, met, back);
};

type Met = Awaited<ReturnType<Provider['finish']>>;

const enter = async (
  context: AdminContext<'audit' | 'identities' | 'logger' | 'provider' | 'sessions'>,
  { identity, claims }: Met,
  back: string,
): Promise<Answer> => {
  const { roles, emailDomains } = providerOf(context);
  const { identities } = context.deps;
  const { issuer, subject } = identity;
  const turnAway = async (problem: Problem, name: string): Promise<Answer> => {
    const after = { issuer, subject, why: problem };
    await writeDown(context, { action: 'sign-in.refused', target: name, actor: '', after });
    return refuse(problem, back);
  };
  const name = nameOf(claims);
  const role = roleOf(claims, roles);
  const isOfUs = isOfDomain(claims, emailDomains);
  // Who has lost the way in goes from every browser at once.
  if (role === null || !isOfUs)
    return turnAway(isOfUs ? 'noRole' : 'domain', (await identities.leave(identity)) ?? name);
  const entered = await identities.enter(identity, { name, role });
  if (entered === null) return turnAway('disabled', name);
  const { account, before } = entered;
  if (before !== role) {
    await writeDown(context, {
      action: before === null ? 'account.create' : 'account.change',
      target: account.name,
      actor: account.name,
      before: before === null ? null : { role: before },
      after: { role, issuer, subject },
    });
  }
  await signIn(context, account);
  await writeDown(context, { action: 'sign-in', target: account.name, actor: account.name, after: { issuer } });
  return { kind: 'redirect', to: back };
};

/** To the door, with the sentence; the address with the code does not stay in the history. */
const refuse = (problem: Problem, back = '/'): Answer => ({
  kind: 'redirect',
  to: `/sign-in?${new URLSearchParams({ problem, ...(back === '/' ? {} : { back }) })}`,
});
