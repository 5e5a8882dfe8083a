// Tasks for a pipeline, and processes that work them.
import { randomUUID } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { createTaskFolder, taskSchema } from '@whisper-bot/task';

/** Lays a task's folder and describes it; `source` is a file to copy, or nothing for a stand-in. */
export const newTask = async (tasksDir, { source, options = {} } = {}) => {
  const id = randomUUID();
  const name = `audio${source === undefined ? '.ogg' : extname(source)}`;
  const folder = await createTaskFolder(tasksDir, id);
  if (source === undefined) writeFileSync(folder.file(name), 'sound');
  else copyFileSync(source, folder.file(name));
  return taskSchema.parse({
    v: 1,
    id,
    channel: 'folder',
    source: name,
    owner: 'local',
    options,
    acceptedAt: new Date().toISOString(),
  });
};

const statusOf = (id) => readFileSync(`/proc/${id}/status`, 'utf8');

/** A process and all that it started, by Linux's /proc. */
export const familyOf = (pid) => {
  const parents = new Map();
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      parents.set(Number(id), Number(/^PPid:\s+(\d+)/m.exec(statusOf(id))[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const family = [pid];
  for (let next = 0; next < family.length; next += 1)
    for (const [id, parent] of parents) if (parent === family[next]) family.push(id);
  return family;
};

/**
 * Memory of a process and all that it started, MiB each: proportional set size, in which a page that several share (Node's
 * own code) counts once.
 */
export const memoryOf = (pid) =>
  familyOf(pid).map((id) => ({
    name: readFileSync(`/proc/${id}/cmdline`, 'utf8')
      .split('\0')
      .filter((part) => part.includes('/'))
      .findLast((part) => !/\.(bin|onnx)$/.test(part))
      ?.split('/')
      .at(-1),
    mib: Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024,
    peak: Number(/^VmHWM:\s+(\d+)/m.exec(statusOf(id))?.[1] ?? 0) / 1024,
  }));
