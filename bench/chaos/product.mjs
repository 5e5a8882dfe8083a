// The whole product in a home of its own: started, killed and started again as an operator would, with proxies before its servers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { withParentDeathSignal } from '@whisper-bot/runtime';
import { startTcpProxy, until } from '@whisper-bot/testing';

const program = (name) => new URL(name, import.meta.url).pathname;
/** Milliseconds `up` may take to start, on a machine that does much else. */
const startBound = 120_000;

/**
 * @param {{ home: string, tasksDir: string, botApi: import('@whisper-bot/testing').BotApiServer, env: Record<string, string>,
 *   partEnv: Record<string, string> }} given `partEnv`: for bot, workers and dashboard alone
 */
export const openProduct = async ({ home, tasksDir, botApi, env, partEnv }) => {
  await mkdir(tasksDir, { recursive: true });
  await chmod(home, 0o755);
  const log = await open(join(home, 'up.log'), 'a');
  const proxies = {};
  const direct = {};
  let child = null;
  let ended = Promise.resolve();
  let up = null;
  let answer = () => {};

  const between = async (places) => {
    const through = { ...places };
    for (const name of ['redis', 'database', 'clickhouse']) {
      const url = places[`${name}Url`];
      if (url === null) continue;
      direct[name] = url;
      const port = Number(new URL(url).port);
      proxies[name] ??= await startTcpProxy(port);
      proxies[name].lead(port);
      through[`${name}Url`] = proxies[name].url(url);
    }
    return through;
  };

  const start = async () => {
    const args = [program('./up.mjs'), JSON.stringify({ program: program('./worker.mjs'), env: partEnv })];
    const bound = withParentDeathSignal(process.execPath, args);
    const places = {
      WHISPER_BOT_HOME: home,
      TASKS_DIR: tasksDir,
      BOT_TOKEN: botApi.token,
      BOT_API_URL: botApi.url,
      WORKERS: '2',
      THREADS: '1',
    };
    child = spawn(bound.command, bound.args, {
      env: { ...process.env, ...places, ...env },
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      detached: true,
    });
    const started = child;
    ended = once(child, 'exit');
    up = null;
    child.on('error', () => undefined);
    child.on('message', async (message) => {
      if (message.through) started.send({ through: await between(message.through) });
      if (message.up) up = message.up;
      if (message.processes) answer(message.processes);
    });
    await until(() => {
      if (started.exitCode !== null || started.signalCode !== null)
        throw new Error(`up ended with ${started.exitCode ?? started.signalCode}; see ${join(home, 'up.log')}`);
      return up !== null;
    }, startBound);
    return up;
  };

  return {
    start,
    /** Servers as they are, past the proxies. */
    direct,
    proxies,
    get up() {
      return up;
    },
    get pid() {
      return child?.exitCode === null && child.signalCode === null ? child.pid : undefined;
    },
    /** The supervisor's own record of what it keeps alive; empty where it does not answer. */
    processes: () =>
      new Promise((resolve) => {
        const late = setTimeout(resolve, 5000, {});
        answer = (processes) => {
          clearTimeout(late);
          resolve(processes);
        };
        if (child?.connected) child.send({ processes: true });
        else resolve({});
      }),
    ended: () => ended,
    stop: async () => {
      if (child !== null && child.exitCode === null && child.signalCode === null) {
        child.kill('SIGCONT');
        child.kill('SIGTERM');
        const overdue = setTimeout(() => child.kill('SIGKILL'), 90_000);
        await ended;
        clearTimeout(overdue);
      }
      for (const proxy of Object.values(proxies)) await proxy.close();
      await log.close();
    },
  };
};
