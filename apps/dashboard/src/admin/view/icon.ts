import { html, type SafeHtml } from './html.js';

/** Strokes on a 16 × 16 grid. */
const strokes = {
  overview: 'M2.5 9.5 6 6l3 3 4.5-5M2.5 13.5h11',
  tasks: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  upload: 'M8 10.5v-8m0 0L5 5.5m3-3 3 3M2.5 10.5v3h11v-3',
  dead: 'M8 2 14.5 13.5h-13L8 2Zm0 4.5v3m0 2v.2',
  analytics: 'M3 13.5v-5m3.5 5v-9m3.5 9V7m3.5 6.5v-11',
  queues: 'M2.5 3h11v3h-11zM2.5 8h11v2h-11zM2.5 12h7v1.5h-7z',
  people:
    'M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm-4 6c0-2.5 1.8-4 4-4s4 1.5 4 4m.5-11a2.5 2.5 0 0 1 0 5m1.5 2c1.5.6 2 2 2 4',
  models: 'm8 2 5.5 3v6L8 14l-5.5-3V5L8 2Zm0 6 5.5-3M8 8v6M8 8 2.5 5',
  keys: 'M6 10a3.5 3.5 0 1 1 1.5-6.6A3.5 3.5 0 0 1 8.5 8L13.5 13m-2-2-1.5 1.5',
  accounts: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-5.5 6c0-3 2.5-4.5 5.5-4.5s5.5 1.5 5.5 4.5',
  settings: 'M2.5 4.5h6m3 0h2M2.5 11.5h2m3 0h6M10 3v3M6 10v3',
  audit: 'M4 1.5h6L13 4.5v10H4zM6.5 7h4m-4 3h4',
  play: 'M5 3v10l8-5z',
} as const;

export type IconName = keyof typeof strokes;

/** Decoration beside a word: hidden from screen readers. */
export const icon = (name: IconName): SafeHtml =>
  html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" stroke-linecap="round" aria-hidden="true" focusable="false"><path d="${strokes[name]}"/></svg>`;
