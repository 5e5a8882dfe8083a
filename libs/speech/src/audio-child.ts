import { serveChild } from '@whisper-bot/runtime';

serveChild({
  entry: import.meta.url,
  load: async () => {
    const [{ detectSpeech }, { diarizeStock }] = await Promise.all([
      import('./detect/compute.js'),
      import('./diarize/stock-compute.js'),
    ]);
    return { detect: detectSpeech, 'diarize-stock': diarizeStock };
  },
});
