import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';

/** Why signing in through the provider came to nothing; each has a sentence in the words. */
export type Problem = 'away' | 'cancelled' | 'failed' | 'expired' | 'tooMany' | 'noRole' | 'domain' | 'disabled';

/**
 * What an error of the provider, or of the way to it, means for the person, and what of it may stand in the log: names and
 * codes. The error itself may carry tokens.
 */
export const explainFailure = (error: unknown): { problem: Problem; detail: Record<string, unknown> } => {
  if (error instanceof AuthorizationResponseError) {
    return { problem: 'cancelled', detail: { code: error.code, error: error.error } };
  }
  if (error instanceof ResponseBodyError) {
    const problem = error.status >= 500 ? 'away' : 'failed';
    return { problem, detail: { code: error.code, error: error.error, status: error.status } };
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    const challenged = error.cause.map(({ parameters }) => parameters.error).find((each) => each !== undefined);
    return { problem: 'failed', detail: { code: error.code, error: challenged, status: error.status } };
  }
  if (error instanceof ClientError) {
    const status = error.cause instanceof Response ? error.cause.status : undefined;
    const away = error.code === 'OAUTH_TIMEOUT' || error.code === 'OAUTH_ABORT' || (status ?? 0) >= 500;
    return { problem: away ? 'away' : 'failed', detail: { code: error.code, reason: error.message, status } };
  }
  // What fetch throws where no server answers; its cause names host and port.
  if (error instanceof TypeError && error.message === 'fetch failed') {
    const cause = error.cause instanceof Error ? error.cause.message : undefined;
    return { problem: 'away', detail: { reason: error.message, cause } };
  }
  return { problem: 'failed', detail: { reason: error instanceof Error ? error.name : 'unknown' } };
};
