import { serveChild } from '@whisper-bot/runtime';

serveChild({
  entry: import.meta.url,
  load: async () => {
    const { detectWithSherpaOnnx } = await import('./detect/sherpa-onnx-compute.js');
    const { diarizeWithSherpaOnnx } = await import('./diarize/sherpa-onnx-compute.js');
    const { loadWithSherpaOnnx, recognizeWithSherpaOnnx } = await import('./recognizer/sherpa-onnx-compute.js');
    return {
      detect: detectWithSherpaOnnx,
      diarize: diarizeWithSherpaOnnx,
      load: loadWithSherpaOnnx,
      recognize: recognizeWithSherpaOnnx,
    };
  },
});
