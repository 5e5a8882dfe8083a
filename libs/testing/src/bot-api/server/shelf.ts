import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { copyFile, link, mkdir, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Readable } from 'node:stream';

/** Bytes, a path on disk (never read into memory), or only a size: a file of zeros that costs no memory. */
export type FileSource = Uint8Array | string | { readonly size: number };

export type FileKind = 'voice' | 'audio' | 'video' | 'video_note' | 'document' | 'sticker' | 'photo';

/** A file Telegram holds. */
export interface ShelvedFile {
  readonly fileId: string;
  readonly uniqueId: string;
  readonly kind: FileKind;
  readonly name: string;
  readonly mime: string;
  /** Bytes. */
  readonly size: number;
  readonly source: FileSource;
  /** As `getFile` gives it in cloud mode: `voice/file_0.oga`. */
  readonly path: string;
}

// The first characters of real file identifiers tell the kind; bots should not rely on it, people reading a log do.
const prefixes: Record<FileKind, string> = {
  voice: 'AwACAgIAAxkBAA',
  audio: 'CQACAgIAAxkBAA',
  video: 'BAACAgIAAxkBAA',
  video_note: 'DQACAgIAAxkBAA',
  document: 'BQACAgIAAxkBAA',
  sticker: 'CAACAgIAAxkBAA',
  photo: 'AgACAgIAAxkBAA',
};

const folders: Record<FileKind, string> = {
  voice: 'voice',
  audio: 'music',
  video: 'videos',
  video_note: 'video_notes',
  document: 'documents',
  sticker: 'stickers',
  photo: 'photos',
};

/**
 * The files Telegram holds. Each upload gets its own `file_unique_id`, as with Telegram, even if the bytes are equal;
 * forwarding a message or sending by `file_id` keeps it.
 */
export function createShelf(local: { directory: string; token: string } | undefined) {
  const byId = new Map<string, ShelvedFile>();
  const byPath = new Map<string, ShelvedFile>();

  return {
    add(kind: FileKind, source: FileSource, about: { name: string; mime: string }): ShelvedFile {
      const number = byId.size;
      const digest = createHash('sha256').update(`${kind} ${number}`).digest('base64url');
      const extension = kind === 'voice' ? '.oga' : extname(about.name);
      const file: ShelvedFile = {
        fileId: prefixes[kind] + digest.slice(0, 40),
        uniqueId: `AgAD${digest.slice(0, 11)}`,
        kind,
        ...about,
        size: sizeOf(source),
        source,
        path: `${folders[kind]}/file_${number}${extension}`,
      };
      byId.set(file.fileId, file);
      byPath.set(file.path, file);
      return file;
    },
    byId: (fileId: string) => byId.get(fileId),
    byPath: (path: string) => byPath.get(path),
    /** Puts the file where a local Bot API server would have it (linked where possible) and returns the absolute path. */
    async materialize(file: ShelvedFile): Promise<string> {
      if (!local) throw new Error('Only a server in local mode hands out paths');
      const path = join(local.directory, local.token.replace(':', '_'), file.path);
      await mkdir(join(path, '..'), { recursive: true });
      if (typeof file.source === 'string') {
        const source = file.source;
        await link(source, path).catch(async (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') await copyFile(source, path);
        });
      } else {
        await writeFile(path, openFile(file), { flag: 'w' });
      }
      return path;
    },
  };
}

export type Shelf = ReturnType<typeof createShelf>;

function sizeOf(source: FileSource): number {
  if (typeof source === 'string') return statSync(source).size;
  return source instanceof Uint8Array ? source.byteLength : source.size;
}

/** The file's content as a stream. */
export function openFile(file: ShelvedFile): Readable {
  const { source } = file;
  if (typeof source === 'string') return createReadStream(source);
  if (source instanceof Uint8Array) return Readable.from([Buffer.from(source)]);
  return Readable.from(zeros(source.size));
}

/** The file's content in memory. */
export async function readBytes(file: ShelvedFile): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of openFile(file)) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** The name a file gets when its sender names none. */
export function nameOf(source: FileSource, fallback: string): string {
  return typeof source === 'string' ? basename(source) : fallback;
}

function* zeros(size: number): Generator<Buffer> {
  const block = Buffer.alloc(64 * 1024);
  for (let left = size; left > 0; left -= block.length) yield left < block.length ? block.subarray(0, left) : block;
}
