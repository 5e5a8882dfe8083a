import { serveChild } from '@whisper-bot/runtime';

serveChild({
  entry: import.meta.url,
  load: async () => ({ 'diarize-stock': (await import('./diarize/stock-compute.js')).diarizeStock }),
});
