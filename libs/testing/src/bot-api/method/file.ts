import { size } from '../limit/size.js';
import { badRequest } from '../server/refusal.js';
import { type Handler, text } from './call.js';

/** Prepares a download: a relative path in the cloud, an absolute one from a server in local mode. */
export const getFile: Handler<'getFile'> = async (call) => {
  const { shelf, local } = call.world;
  const id = text(call, 'file_id');
  if (!id) throw badRequest('file_id is not specified');
  const file = shelf.byId(id);
  if (!file) throw badRequest('wrong file_id or the file is temporarily unavailable');
  if (file.size > (local ? size.local : size.download)) throw badRequest('file is too big', 'file-size');
  return {
    file_id: file.fileId,
    file_unique_id: file.uniqueId,
    file_size: file.size,
    file_path: local ? await shelf.materialize(file) : file.path,
  };
};
