import { serveChild } from '@whisper-bot/runtime';

serveChild({
  entry: import.meta.url,
  // Not with the audio child: sherpa-onnx brings an onnxruntime of its own, and one process takes only one.
  load: async () => ({ diarize: (await import('./diarize/fast-compute.js')).diarizeFast }),
});
