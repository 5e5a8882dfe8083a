import { serveChild } from '@whisper-bot/runtime';

serveChild({
  entry: import.meta.url,
  load: async () => ({
    'diarize-sherpa-onnx': (await import('./diarize/sherpa-onnx-compute.js')).diarizeWithSherpaOnnx,
  }),
});
