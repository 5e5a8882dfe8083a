// Entries in the Redis stream. Accepted is what XADD has returned for; answered is what stands in the stream of results.
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resilientRedis } from '@whisper-bot/runtime';
import { Redis } from 'ioredis';

export const openStream = ({ redisUrl, tasksDir }) => {
  const options = { ...resilientRedis, maxRetriesPerRequest: null };
  const sender = new Redis(redisUrl, { ...options, maxRetriesPerRequest: 2, commandTimeout: 5000 });
  const reader = new Redis(redisUrl, options);
  for (const client of [sender, reader]) client.on('error', () => undefined);
  const byTask = new Map();
  let closed = false;
  const read = async () => {
    let last = '0';
    while (!closed) {
      const found = await reader.xread('BLOCK', 1000, 'STREAMS', 'transcribe:results', last).catch(() => null);
      for (const [id, fields] of found?.[0]?.[1] ?? []) {
        last = id;
        const payload = JSON.parse(fields[fields.indexOf('payload') + 1]);
        const entry = byTask.get(payload.task_id);
        if (entry === undefined) continue;
        if (payload.status === 'success' && payload.text.includes(entry.mark)) entry.answers.push(Date.now());
        else entry.failures.push(String(payload.error ?? payload.text).slice(0, 120));
      }
      if (found === null) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const reading = read();
  return {
    hand: async (entry) => {
      entry.id = randomUUID();
      byTask.set(entry.id, entry);
      const folder = join(tasksDir, entry.id);
      const path = join(folder, 'audio.wav');
      await mkdir(folder);
      await writeFile(path, entry.sound);
      const payload = JSON.stringify({ task_id: entry.id, file_path: path, language: 'en', user_id: entry.number % 7 });
      await sender.xadd('transcribe:tasks', '*', 'payload', payload);
      entry.accepted = Date.now();
    },
    look: async () => undefined,
    isIts: (entry, row) => row.id === entry.id,
    close: async () => {
      closed = true;
      reader.disconnect();
      sender.disconnect();
      await reading;
    },
  };
};
