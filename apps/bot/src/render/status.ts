import type { TaskProgress } from '@whisper-bot/pipeline';
import { shownErrorCode, type TaskErrorCode } from '@whisper-bot/task';
import type { Words } from '../locale/locale.js';
import { spokenDuration, spokenSize } from './duration.js';

/** What the status message says, from the moment a recording arrives to its end. */
export type StatusView =
  | { kind: 'accepted' }
  | { kind: 'downloading'; percent: number | null }
  /** Redis or PostgreSQL is away: it goes on by itself. */
  | { kind: 'waiting' }
  | { kind: 'queued'; position: number | null; secondsLeft: number | null }
  | { kind: 'working'; stage: 'prepare' | 'speech' | 'merge'; percent: number; secondsLeft: number | null }
  | { kind: 'delivering' }
  | { kind: 'cancelling' }
  | { kind: 'cancelled' }
  | { kind: 'deleted' };

const barLength = 10;

/** Ten boxes and the number: `▓▓▓▓░░░░░░ 42 %`. */
export const bar = (percent: number): string => {
  const bounded = Math.min(100, Math.max(0, Math.round(percent)));
  const full = Math.floor((bounded / 100) * barLength);
  return `${'▓'.repeat(full)}${'░'.repeat(barLength - full)} ${bounded}\u00a0%`;
};

/** The pipeline's progress as the user sees it; null where a delivery will say the last word. */
export const statusOf = (progress: TaskProgress): StatusView | null => {
  switch (progress.state) {
    case 'accepted':
      return { kind: 'queued', position: progress.position, secondsLeft: progress.secondsLeft };
    case 'preparing':
    case 'running': {
      if (progress.position !== null && progress.position > 0) {
        return { kind: 'queued', position: progress.position, secondsLeft: progress.secondsLeft };
      }
      const stage = progress.stage === 'prepare' || progress.stage === 'merge' ? progress.stage : 'speech';
      return { kind: 'working', stage, percent: progress.percent, secondsLeft: progress.secondsLeft };
    }
    case 'delivering':
      return { kind: 'delivering' };
    case 'done':
    case 'failed':
    case 'cancelled':
      return null;
  }
};

const withEstimate = (line: string, secondsLeft: number | null, words: Words): string =>
  secondsLeft === null ? line : `${line} · ${words.html('status-left', { time: spokenDuration(secondsLeft, words) })}`;

/** The text of the status message, HTML. */
export const renderStatus = (view: StatusView, words: Words): string => {
  switch (view.kind) {
    case 'accepted':
      return words.html('status-accepted');
    case 'downloading':
      return view.percent === null
        ? words.html('status-downloading')
        : `${words.html('status-downloading')}\n${bar(view.percent)}`;
    case 'waiting':
      return words.html('status-waiting');
    case 'queued': {
      const line =
        view.position === null || view.position <= 0
          ? words.html('status-queued')
          : words.html('status-queued-place', { ahead: view.position });
      return withEstimate(line, view.secondsLeft, words);
    }
    case 'working':
      return `${words.html(`status-${view.stage}`)}\n${withEstimate(bar(view.percent), view.secondsLeft, words)}`;
    case 'delivering':
      return words.html('status-delivering');
    case 'cancelling':
      return words.html('status-cancelling');
    case 'cancelled':
      return words.html('status-cancelled');
    case 'deleted':
      return words.html('status-deleted');
  }
};

/** What went wrong, in the user's words, HTML. A `limit` given as a number is bytes (too big) or seconds (too long). */
export const renderFailure = (code: TaskErrorCode, params: Record<string, string | number>, words: Words): string => {
  const shown = shownErrorCode(code);
  if (shown !== 'too-big' && shown !== 'too-long') return words.html(`error-${shown}`);
  // The worker gives its limit in hours.
  const { hours } = params;
  const limit = typeof hours === 'number' ? hours * 3600 : params.limit;
  if (limit === undefined) return words.html(`error-${shown}-unknown`);
  if (typeof limit === 'string') return words.html(`error-${shown}`, { limit });
  const spoken = shown === 'too-big' ? spokenSize(limit, words) : spokenDuration(limit, words);
  return words.html(`error-${shown}`, { limit: spoken });
};
