import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Message } from 'grammy/types';
import { size } from '../limit/size.js';
import { mediaContent } from '../people/media.js';
import { badRequest } from '../server/refusal.js';
import type { FileKind, ShelvedFile } from '../server/shelf.js';
import { type Call, type Handler, integer, text } from './call.js';
import { post, readCaption } from './send.js';
import { findWritableChat } from './target.js';

/** Sends a file as a document. */
export const sendDocument: Handler<'sendDocument'> = (call) => sendMedia(call, 'document') as Message.DocumentMessage;
/** Sends a voice message. */
export const sendVoice: Handler<'sendVoice'> = (call) => sendMedia(call, 'voice') as Message.VoiceMessage;
/** Sends music. */
export const sendAudio: Handler<'sendAudio'> = (call) => sendMedia(call, 'audio') as Message.AudioMessage;
/** Sends a video. */
export const sendVideo: Handler<'sendVideo'> = (call) => sendMedia(call, 'video') as Message.VideoMessage;

function sendMedia(call: Call, kind: FileKind): Message {
  const state = findWritableChat(call);
  const file = receiveFile(call, kind);
  const caption = readCaption(call);
  return post(call, state, { ...mediaContent(file, { duration: integer(call, 'duration') ?? 0 }), ...caption });
}

/**
 * The file of a parameter: uploaded (directly or by `attach://`), by `file_id`, or by path in local mode.
 * @throws Refusal in Telegram's words for each way this can fail
 */
function receiveFile(call: Call, kind: FileKind): ShelvedFile {
  const { world, body } = call;
  const named = text(call, kind);
  const attached = named?.startsWith('attach://') ? body.uploads.get(named.slice('attach://'.length)) : undefined;
  const upload = attached ?? body.uploads.get(kind);
  if (upload) {
    if (upload.bytes.length === 0) throw badRequest('file must be non-empty');
    return world.shelf.add(kind, upload.bytes, upload);
  }
  if (!named) throw badRequest(`there is no ${kind} in the request`);
  if (named.startsWith('file://') && world.local) {
    const path = fileURLToPath(named);
    if (statSync(path, { throwIfNoEntry: false }) === undefined) throw badRequest('file not found');
    if (statSync(path).size > size.local) throw badRequest('file is too big', 'file-size');
    return world.shelf.add(kind, path, { name: basename(path), mime: 'application/octet-stream' });
  }
  const known = world.shelf.byId(named);
  if (!known) throw badRequest('wrong file identifier/HTTP URL specified');
  return known;
}
