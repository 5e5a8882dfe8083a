// The HTTP API, whose requests are repeated under their Idempotency-Key until they are answered, and the upload page, whose are not.
import { setTimeout as pause } from 'node:timers/promises';
import { maskSecret } from '../../../apps/dashboard/dist/web/session/csrf.js';

/** Milliseconds in which a client goes on repeating a request, and that one of them may take. */
const patience = { whole: 150_000, one: 20_000 };

const titleOf = (entry) => `note-${entry.number}.wav`;
const formOf = (entry, fields) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([entry.sound], { type: 'audio/wav' }), titleOf(entry));
  return form;
};

/** @param {() => string} url the dashboard's, which may be started again meanwhile */
export const openApi = ({ url, key }) => {
  const headers = { authorization: `Bearer ${key}` };
  const ask = (path, options = {}) =>
    fetch(`${url()}${path}`, {
      ...options,
      headers: { ...headers, ...options.headers },
      signal: AbortSignal.timeout(patience.one),
    });
  const handOnce = async (entry) => {
    const response = await ask('/v1/tasks', {
      method: 'POST',
      headers: { 'idempotency-key': `chaos-${entry.number}` },
      body: formOf(entry, { language: 'en' }),
    });
    const body = await response.json();
    if (response.status !== 202) throw new Error(`${response.status} ${JSON.stringify(body).slice(0, 200)}`);
    entry.id = body.id;
    entry.accepted = Date.now();
  };
  return {
    hand: async (entry) => {
      const until = performance.now() + patience.whole;
      while (entry.accepted === null && performance.now() < until) {
        await handOnce(entry).catch((error) => {
          entry.refusals.push(String(error.message).slice(0, 160));
        });
        if (entry.accepted === null) await pause(1000);
      }
    },
    look: async (entry) => {
      if (entry.id === undefined || entry.answers.length > 0) return;
      const response = await ask(`/v1/tasks/${entry.id}/result?format=text`).catch(() => null);
      const text = (await response?.text().catch(() => null)) ?? '';
      if (response?.status === 200 && text.includes(entry.mark)) entry.answers = [Date.now()];
      else if (response !== null && response.status !== 409)
        entry.failures = [`${response.status} ${text.slice(0, 120)}`];
    },
    isIts: (entry, row) => row.title === titleOf(entry) && row.owner.startsWith('key:'),
  };
};

export const openUpload = ({ url, session, look }) => ({
  hand: async (entry) => {
    const port = new URL(url()).port;
    const response = await fetch(`${url()}/upload`, {
      method: 'POST',
      headers: {
        cookie: `whisper_session_${port}=${session.token}`,
        origin: url(),
        accept: 'application/json',
      },
      body: formOf(entry, { csrf: maskSecret(session.csrf), language: 'en', diarize: 'yes' }),
      signal: AbortSignal.timeout(patience.one),
    });
    const body = await response.json();
    if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(body).slice(0, 200)}`);
    entry.id = body.page.split('/').at(-1);
    entry.accepted = Date.now();
  },
  look,
  isIts: (entry, row) => row.title === titleOf(entry) && row.owner.startsWith('dashboard:'),
});
