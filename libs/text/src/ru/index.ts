import { bot } from './bot.js';
import { entrance } from './entrance.js';
import { frame } from './frame.js';
import { manage } from './manage.js';
import { transcript } from './transcript.js';
import { work } from './work.js';

/** Every text in Russian. */
export const ru = { bot, dashboard: { ...frame, ...entrance, ...work, ...manage }, transcript };
