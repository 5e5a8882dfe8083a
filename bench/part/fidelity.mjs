import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { containerKinds } from '../fidelity/container.mjs';
import { judge } from '../fidelity/judge.mjs';
import { nothingKinds, spokenKinds } from '../fidelity/spoken.mjs';
import { openVoices, requireVoices } from '../fidelity/voice.mjs';
import { row } from '../measure.mjs';
import { openPeer } from '../peer.mjs';

const cli = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'dist', 'main.js');
const target = 0.95;

/** Recordings that people send and engines get wrong: how many of each kind come out as they were said. */
export const fidelity = async ({ dir, peers }) => {
  requireVoices();
  const say = openVoices(dir);
  const kinds = [
    ...Object.entries(spokenKinds(dir, say)).map(([kind, make]) => ({ kind, items: make() })),
    ...Object.entries(containerKinds(dir, say)).map(([kind, { make, alone }]) => ({ kind, items: make(), alone })),
    ...Object.entries(nothingKinds(dir)).map(([kind, make]) => ({ kind, items: make() })),
  ];
  const answers = transcribeAll(
    dir,
    kinds.flatMap(({ items }) => items),
  );
  const peer = peers ? await openPeer(2) : null;
  const rows = [];
  const faults = [];
  const sums = { items: 0, ours: 0, peerItems: 0, peer: 0 };
  try {
    for (const { kind, items, alone = false } of kinds) {
      const wrong = items.filter((item) => {
        const found = faultsOf(item, answers.get(item.name));
        if (found.length > 0) faults.push(`${kind}, ${item.name}: ${found.slice(0, 3).join('; ')}`);
        return found.length > 0;
      });
      const right = items.length - wrong.length;
      const theirs = peer === null || alone ? null : await rightOf(peer, items);
      sums.items += items.length;
      sums.ours += right;
      if (theirs !== null) {
        sums.peer += theirs;
        sums.peerItems += items.length;
      }
      const beside = theirs === null ? '' : `; faster-whisper ${theirs} of ${items.length}`;
      rows.push(row(kind, `${right} of ${items.length}${beside}`, '≥ 95 %', right / items.length >= target));
    }
  } finally {
    peer?.close();
  }
  const beside = sums.peerItems === 0 ? '' : `; faster-whisper ${sums.peer} of ${sums.peerItems}`;
  rows.push(row('all', `${sums.ours} of ${sums.items}${beside}`, '≥ 95 %', sums.ours / sums.items >= target));
  const notes = [
    'Right is a recording whose every sentence is there, in order, with at most a third of its words spelt otherwise (none of one or two), within 0.8 s of its time, by the right speaker where channels tell, and nothing else. Spoken by flite, festival and espeak-ng; the language is found unless the name says otherwise.',
    'Ours is `whisper-bot transcribe --format json` on the shipped weights; faster-whisper runs batched in int8 with its VAD filter and word times. What it has no way to do (speakers by channel, audio tracks) is left out; that a file breaks off it need not say.',
    ...faults.map((fault) => `Not right: ${fault}.`),
  ];
  return { rows, notes };
};

/** All through the product's own command, recordings of the same options at once. */
const transcribeAll = (dir, items) => {
  const answers = new Map();
  for (const [index, [key, group]] of [...groupBy(items)].entries()) {
    const out = join(dir, `out-${index}`);
    mkdirSync(out);
    const args = ['transcribe', ...group.map(({ file }) => file), '--format', 'json', '-o', out, ...JSON.parse(key)];
    const env = { ...process.env, WHISPER_BOT_HOME: join(dir, 'home') };
    mkdirSync(env.WHISPER_BOT_HOME, { recursive: true });
    const { stderr } = spawnSync(process.execPath, [cli, ...args], { env, encoding: 'utf8', maxBuffer: 2 ** 28 });
    for (const { name, file } of group) {
      const [plain, full] = [basename(file, extname(file)), basename(file)].map((base) => join(out, `${base}.json`));
      const path = [full, plain].find(existsSync);
      const why = stderr.split('\n').find((line) => line.includes(basename(file)) && !/: \d+ % /.test(line));
      answers.set(
        name,
        path ? JSON.parse(readFileSync(path, 'utf8')) : { error: why ?? stderr.trim().split('\n').at(-1) },
      );
    }
  }
  return answers;
};

const keyOf = ({ options = [] }) => JSON.stringify(options);
const groupBy = (items) => {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
};

const faultsOf = (item, answer) => {
  if (answer.error !== undefined) return [`refused: ${answer.error.replace(/^whisper-bot: /, '').replace(/\.$/, '')}`];
  return judge(item, { ...answer, breaksOff: answer.breaksOff === true });
};

/** How many of them the peer has right. */
const rightOf = async (peer, items) => {
  let right = 0;
  for (const item of items) {
    const at = item.options?.indexOf('--language') ?? -1;
    const language = at < 0 ? null : item.options[at + 1].slice(0, 2);
    const answer = await peer
      .call({ do: 'transcribe', wav: item.file, mode: 'batched', language })
      .catch((error) => ({ error: String(error) }));
    if (answer.error !== undefined) continue;
    const segments = [{ speaker: null, words: answer.words }];
    if (judge(item, { segments }).length === 0) right += 1;
  }
  return right;
};
