/** Why a task failed, in English, for the operator. */
export const errors = {
  'no-such-file': 'The recording was not at the given path.',
  'empty-file': 'The file is empty.',
  'not-media': 'The file is neither audio nor video.',
  'no-audio-track': 'The video has no sound.',
  'damaged-media': 'The recording is damaged and cannot be decoded.',
  'unsafe-media': 'The file points to other files or addresses; such files are not opened.',
  'too-long': 'The recording is longer than allowed.',
  'too-big': 'The file is larger than allowed.',
  'unknown-model': 'The model asked for is not installed. Install it, then retry.',
  'damaged-model': 'Files of the model are missing or damaged. Remove it, add it again, then retry.',
  'model-language': 'The model asked for does not know the language that is spoken. Choose another one or `auto`.',
  'unknown-language': 'The language is not known to the model.',
  'file-expired': 'The recording is no longer kept; it has to be sent again.',
  cancelled: 'The task was cancelled.',
  'engine-missing': 'A speech engine is not installed on the worker. Run the set-up there, then retry.',
  'engine-crashed':
    'The speech engine crashed each time. Retry once; if it crashes again, keep the recording for a report.',
  'engine-hung': 'The speech engine stopped answering and was ended. Retry.',
  'engine-memory':
    'The speech engine ran out of memory. Use a smaller model or give the worker more memory, then retry.',
  'time-limit': 'The stage took longer than it may. Retry when the machine is less busy.',
  'no-space': 'The disk is full. Free some space, then retry.',
  'path-outside': 'The path leads outside the task folder.',
  'invalid-request': 'The request is not understood.',
  internal: 'Something unexpected happened; the cause below says what.',
};
