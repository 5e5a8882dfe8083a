import { boardRoutes } from './admin/board/route.js';
import { changePassword, showAccount, signOutEverywhere } from './admin/page/account.js';
import { addAccount, changeAccount, showAccounts } from './admin/page/accounts.js';
import { showAnalytics } from './admin/page/analytics.js';
import { showAudit } from './admin/page/audit.js';
import { retryDead, showDead } from './admin/page/dead.js';
import { showHealth, showMetrics, showReady } from './admin/page/health.js';
import { makeKey, revokeKey, showKeys } from './admin/page/keys.js';
import {
  downloadModelNow,
  liveModels,
  makeModelDefault,
  removeModelNow,
  showModels,
  stopModel,
} from './admin/page/models.js';
import { liveOverview, showOverview } from './admin/page/overview.js';
import { changePerson, showPeople } from './admin/page/people.js';
import { takePreferences } from './admin/page/preferences.js';
import { changeSetting, resetSetting, showSettings } from './admin/page/settings.js';
import { liveTask, showTask } from './admin/page/task.js';
import { sendAudio, sendFile } from './admin/page/task-audio.js';
import {
  cancelTask,
  correctTaskText,
  deleteTask,
  renameTaskSpeaker,
  rerunTask,
  retryTask,
  sendTranscript,
} from './admin/page/task-change.js';
import { showTasks } from './admin/page/tasks.js';
import { showUpload } from './admin/page/upload.js';
import { takeUpload } from './admin/page/upload-take.js';
import type { PageContext } from './admin/page-context.js';
import { showSetup, takeSetup } from './admin/sign-in/setup.js';
import { showSignIn, takeSignIn, takeSignOut } from './admin/sign-in/sign-in.js';
import { beginAtProvider, endAtProvider } from './admin/sign-in/sign-in-provider.js';
import { apiRoutes } from './api/route.js';
import type { DashboardDeps } from './deps.js';
import { change, type Route, read } from './web/route.js';

/** Every way in, with who may use it: enforcement, docs/dashboard-permissions.md and the tests all read this table. */
export const routes: readonly Route<PageContext<DashboardDeps>>[] = [
  read('/healthz', 'anyone', 'Whether the process runs', showHealth),
  read('/readyz', 'anyone', 'Whether database and queue answer', showReady),
  read('/metrics', 'anyone', 'Metrics for Prometheus, from this machine or with the token', showMetrics),

  read('/sign-in', 'anyone', 'The sign-in form', showSignIn),
  change('/sign-in', 'anyone', 'Sign in', takeSignIn),
  read('/sign-in/provider', 'anyone', 'Go to the identity provider', beginAtProvider),
  read('/sign-in/provider/return', 'anyone', 'Come back from the identity provider', endAtProvider),
  change('/sign-out', 'anyone', 'Sign out', takeSignOut),
  read('/setup', 'anyone', 'The one-time link: form for the first administrator', showSetup),
  change('/setup', 'anyone', 'The one-time link: create the first administrator', takeSetup),
  change('/preferences', 'anyone', 'Choose language and appearance in this browser', takePreferences),

  read('/', 'viewer', 'Overview', showOverview),
  read('/live/overview', 'viewer', 'Overview, kept up to date', liveOverview),
  read('/tasks', 'viewer', 'Search tasks', showTasks),
  read('/tasks/:id', 'viewer', 'A task with its transcript', showTask),
  read('/live/tasks/:id', 'viewer', 'A task, kept up to date', liveTask),
  read('/tasks/:id/audio', 'viewer', 'Listen to the recording', sendAudio),
  read('/tasks/:id/files/:name', 'viewer', 'Download a file of the task', sendFile),
  read('/tasks/:id/transcript/:format', 'viewer', 'Download the transcript', sendTranscript),
  change('/tasks/:id/retry', 'operator', 'Retry a failed task', retryTask),
  change('/tasks/:id/rerun', 'operator', 'Run a task again from a stage', rerunTask),
  change('/tasks/:id/cancel', 'operator', 'Cancel a task', cancelTask),
  change('/tasks/:id/delete', 'operator', 'Delete a task with its files', deleteTask),
  change('/tasks/:id/speaker', 'operator', 'Rename a speaker', renameTaskSpeaker),
  change('/tasks/:id/text', 'operator', 'Correct the text', correctTaskText),

  read('/upload', 'operator', 'The upload form', showUpload),
  {
    method: 'post',
    path: '/upload',
    guard: 'operator',
    csrf: 'stream',
    sentence: 'Upload a recording',
    handler: takeUpload,
  },

  read('/dead', 'viewer', 'Dead letters by cause', showDead),
  change('/dead/retry', 'operator', 'Retry a group of dead letters', retryDead),
  read('/analytics', 'viewer', 'Analytics', showAnalytics),
  read('/audit', 'operator', 'The audit log', showAudit),

  read('/people', 'viewer', 'Users and chats', showPeople),
  change('/people/:kind/:id', 'administrator', 'Allow, block or limit a user or chat', changePerson),
  read('/models', 'viewer', 'Models', showModels),
  read('/live/models', 'viewer', 'Models, kept up to date', liveModels),
  change('/models/:name/download', 'administrator', 'Download a model', downloadModelNow),
  change('/models/:name/stop', 'administrator', 'Stop a download', stopModel),
  change('/models/:name/remove', 'administrator', 'Remove a model', removeModelNow),
  change('/models/:name/default', 'administrator', 'Make a model the default', makeModelDefault),
  read('/keys', 'administrator', 'API keys', showKeys),
  change('/keys', 'administrator', 'Make an API key', makeKey),
  change('/keys/:id/revoke', 'administrator', 'Revoke an API key', revokeKey),
  read('/accounts', 'administrator', 'Accounts', showAccounts),
  change('/accounts', 'administrator', 'Add an account', addAccount),
  change('/accounts/:id', 'administrator', 'Change the role of an account, or disable it', changeAccount),
  read('/settings', 'administrator', 'Settings', showSettings),
  change('/settings/:name', 'administrator', 'Change a setting', changeSetting),
  change('/settings/:name/reset', 'administrator', 'Put the default of a setting back', resetSetting),

  read('/account', 'viewer', 'Your own account and sessions', showAccount),
  change('/account/password', 'viewer', 'Change your own password', changePassword),
  change('/account/sign-out-everywhere', 'viewer', 'End all your own sessions', signOutEverywhere),

  ...boardRoutes,
  ...apiRoutes,
];
