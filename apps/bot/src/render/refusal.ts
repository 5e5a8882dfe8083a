import type { Refusal } from '../limit/policy.js';
import type { Words } from '../locale/locale.js';
import { spokenDuration, spokenSize } from './duration.js';
import { renderFailure } from './status.js';

/** Why a recording is not taken, naming the limit and the way out, HTML. */
export const renderRefusal = (refused: Refusal, words: Words): string => {
  switch (refused.kind) {
    case 'too-big':
      return renderFailure('too-big', { limit: spokenSize(refused.limitBytes, words) }, words);
    case 'too-long':
      return renderFailure('too-long', { limit: spokenDuration(refused.limitSeconds, words) }, words);
    case 'minutes':
      return words.html('refuse-minutes', {
        limit: spokenDuration(refused.limitSeconds, words),
        used: spokenDuration(refused.usedSeconds, words),
        needed: spokenDuration(refused.neededSeconds, words),
      });
    case 'concurrent':
      return words.html('refuse-concurrent', { open: refused.open });
  }
};
