import type { Values } from '../value.js';
import { plural, say } from './grammar.js';

/** What the bot says, in English. */
export const bot = {
  // Durations and sizes
  'duration-seconds': ({ seconds }: Values<'seconds'>) => say`${seconds} s`,
  'duration-minutes': ({ minutes }: Values<'minutes'>) => say`${minutes} min`,
  'duration-hours': ({ hours }: Values<'hours'>) => say`${hours} h`,
  'duration-hours-minutes': ({ hours, minutes }: Values<'hours' | 'minutes'>) => say`${hours} h ${minutes} min`,
  'size-kilobytes': ({ size }: Values<'size'>) => say`${size} KB`,
  'size-megabytes': ({ size }: Values<'size'>) => say`${size} MB`,
  'size-gigabytes': ({ size }: Values<'size'>) => say`${size} GB`,

  // First words
  start:
    '<b>Send me a voice message – I will write it down.</b>\n\nAudio files, videos, video notes and documents with sound work too. If several people talk, I show who said what.\n\n/settings – language, model, speakers\n/help – what else I can do',
  help: ({ size, longest }: Values<'size' | 'longest'>) => say`<b>What I do</b>
Voice messages, audio, video, video notes and files with sound become text, with speakers.

<b>How</b>
• Send or forward a recording here. Albums work: every file gets its own answer.
• In a group, reply to a recording with /transcribe. Administrators can let me write down everything: /settings.
• Below a result are buttons: files (SRT, VTT, TXT, JSON, DOCX), another number of speakers, names of speakers, another language, translation into English, delete.

<b>Limits</b>
Files up to ${size}${longest === 'none' ? '' : say`, recordings up to ${longest}`}.

/status – my recordings in progress
/cancel – stop them
/language, /model, /settings – how I write
/stats – how much I have transcribed for you
/privacy – what is kept, and for how long
/delete_my_data – forget me`,
  privacy: ({ keep, ttl }: Values<'keep' | 'ttl'>) => say`<b>What is kept</b>
• The recording: until its text is delivered${keep === 'none' ? '' : say`, at most ${keep}`}. The text, its title and the speakers’ names, so that the buttons work: for ${ttl}.
• Facts about a recording (when it came, how long it is, how its processing ended, your Telegram ID), the seconds transcribed for you and your settings: until you send /delete_my_data.
• The numbers of messages received and sent, without their text: for 30 days.

<b>What you can have deleted</b>
• <i>Delete</i> below a result: the recording, its text and its title are deleted at once, statistics about it within minutes.
• /delete_my_data: all of the above. What remains: your usage of today, under a hash, until midnight UTC; what an operator has decided about you (allowed, blocked, limited); and totals that identify no one. Messages in this chat stay until you delete them.
• Traces in the databases’ own files are overwritten in time; backups made by the operator keep what they contain.

Recordings are recognized on this bot's own machines and are not passed on to anyone.`,

  // Commands, as Telegram's menu shows them
  'command-start': 'Start',
  'command-help': 'What I can do',
  'command-settings': 'Language, model, speakers, format',
  'command-language': 'Language of the recordings',
  'command-model': 'Recognition model',
  'command-status': 'My recordings in progress',
  'command-cancel': 'Stop my recordings',
  'command-stats': 'How much was transcribed for me',
  'command-privacy': 'What is kept',
  'command-delete_my_data': 'Forget me',
  'command-transcribe': 'Write down the recording I reply to',

  // The status message
  'status-accepted': '⏳ Accepted',
  'status-queued': '⏳ In the queue',
  'status-queued-place': ({ ahead }: Values<'ahead'>) =>
    say`⏳ In the queue, ${plural(ahead, 'recording', 'recordings')} ahead`,
  'status-left': ({ time }: Values<'time'>) => say`about ${time}`,
  'status-downloading': '⬇️ Downloading',
  'status-waiting': '⏳ Waiting: a part of the service is restarting. Nothing is lost, it goes on by itself.',
  'status-prepare': '🎧 Finding the speech',
  'status-speech': '✍️ Writing down',
  'status-merge': '🧩 Putting it together',
  'status-delivering': '📨 Almost there',
  'status-cancelling': '✖️ Stopping…',
  'status-cancelled': '✖️ Cancelled.',
  'status-deleted': '🗑 Deleted: the recording, the text and its files.',
  'status-superseded': '☝️ This message is out of date: the answer is in another one.',

  // The result
  'result-no-speech': '🤫 No one speaks in this recording.',
  'result-speaker': ({ number }: Values<'number'>) => say`Speaker ${number}`,
  'result-speakers-failed': '⚠️ The speakers could not be distinguished; the text is complete.',
  'result-preview': '📄 The text is long: here is its beginning, all of it is in the file.',
  'result-translated': '🔤 Translated into English.',
  'result-cached': '♻️ I have transcribed this recording before.',
  'result-file-refused':
    '📎 Files may not be sent in this chat. An administrator can allow them; then press the button again.',
  'result-file-title': 'transcript',

  // Buttons
  'button-cancel': '✖️ Cancel',
  'button-retry': '🔁 Try again',
  'button-speakers': '👥 Speakers',
  'button-speakers-auto': 'Auto',
  'button-rename': '✏️ Names',
  'button-language': '🌐 Language',
  'button-english': '🔤 Translate into English',
  'button-original': '↩️ Show the original language',
  'button-delete': '🗑 Delete',
  'button-delete-sure': '🗑 Yes, delete',
  'button-back': '← Back',
  'button-close': 'Close',
  'button-more': 'More →',
  'button-less': '← Fewer',

  // What a press answers
  'toast-cancelling': 'Stopping',
  'toast-retrying': 'Trying again',
  'toast-revising': 'On it',
  'toast-file': 'The file is coming',
  'toast-saved': 'Saved',
  'toast-deleted': 'Deleted',
  'toast-not-yours': 'Only the person who asked, or an administrator, may do this.',
  'toast-admins-only': 'Only administrators of this chat may change this.',
  'toast-locked': 'The settings of this chat are locked by its administrators.',
  'toast-old': 'This button is out of date. Send the recording again.',
  'toast-forged': 'I do not know this button.',
  'toast-ended': 'This is already finished.',
  'toast-no-speakers': 'No speakers were detected here.',
  'toast-file-expired': 'The recording is no longer kept. Send it again.',
  'toast-failed': 'That did not work. Try again in a minute.',

  // Names of speakers
  'rename-prompt': ({ speaker }: Values<'speaker'>) => say`Reply to this message with the name of <b>${speaker}</b>.`,
  'rename-placeholder': 'Name',
  'rename-done': ({ speaker, name }: Values<'speaker' | 'name'>) => say`<b>${speaker}</b> is now <b>${name}</b>.`,
  'rename-bad': 'A name has 1 to 60 characters, in one line.',

  // Errors
  'error-no-such-file': 'The file did not arrive. Send it again.',
  'error-empty-file': 'The file is empty.',
  'error-not-media': 'This is not an audio or video file I can open.',
  'error-no-audio-track': 'There is no sound in this file.',
  'error-damaged-media': 'The file is damaged: its sound cannot be read.',
  'error-unsafe-media':
    'This file points to other files or addresses. I only open files that hold their sound themselves.',
  'error-too-long': ({ limit }: Values<'limit'>) =>
    say`The recording is too long: at most ${limit}. Split it and send the parts.`,
  'error-too-long-unknown': 'The recording is too long. Split it and send the parts.',
  'error-too-big': ({ limit }: Values<'limit'>) =>
    say`The file is too big: at most ${limit}. Send only the audio track, compress the file, or split it.`,
  'error-too-big-unknown': 'The file is too big. Send only the audio track, compress the file, or split it.',
  'error-unknown-model': 'The chosen model is not installed here. Choose another one: /model',
  'error-damaged-model': 'The files of the chosen model are damaged here. Choose another one: /model',
  'error-model-language': 'The chosen model does not know this language. Choose another one: /model',
  'error-unknown-language': 'I do not know the chosen language. Choose another one: /language',
  'error-file-expired': 'Telegram no longer has this file. Send it again.',
  'error-cancelled': 'Cancelled.',
  'error-engine-crashed': 'Recognition crashed. Trying again often helps.',
  'error-engine-hung': 'Recognition got stuck. Trying again often helps.',
  'error-engine-memory':
    'There was not enough memory for this recording. Try again later, or with a smaller model: /model',
  'error-time-limit': 'It took too long and was stopped. Try again, or with a smaller model: /model',
  'error-no-space': 'There is no space for more recordings just now. Try again in a few minutes.',
  'error-internal': 'Something went wrong on our side. Try again in a minute.',

  // Refusals
  'refuse-unsupported': 'Send me a voice message, an audio file, a video or a video note.',
  'refuse-transcribe-nothing': 'Reply with /transcribe to a voice message, an audio file or a video.',
  'refuse-blocked': 'You cannot use this bot.',
  'refuse-not-allowed': ({ id }: Values<'id'>) =>
    say`This bot is for invited people. Your ID, for its operator: <code>${id}</code>`,
  'refuse-chat-not-allowed': ({ id }: Values<'id'>) =>
    say`This bot is not open to this chat. Its ID, for the operator: <code>${id}</code>`,
  'refuse-minutes': ({ limit, used, needed }: Values<'limit' | 'used' | 'needed'>) =>
    say`Today's ${limit} are used up: ${used} transcribed, this recording has ${needed}. The limit resets at midnight UTC.`,
  'refuse-concurrent': ({ open }: Values<'open'>) =>
    say`You have ${plural(open, 'recording', 'recordings')} in progress, which is the maximum. Send this one again when one is done, or stop them: /cancel`,

  // Settings
  'settings-title': '<b>Settings</b>',
  'settings-title-chat': '<b>Settings of this chat</b>',
  'settings-language': 'Language of the recordings',
  'settings-model': 'Model',
  'settings-diarize': 'Speakers',
  'settings-translate': 'Translation into English',
  'settings-format': 'Result',
  'settings-times': 'Times',
  'settings-interface': 'Language of the bot',
  'settings-mode': 'What I transcribe here',
  'settings-locked': 'Who may change settings',
  'settings-quiet': 'Notifications',
  'settings-channel': 'Posts',
  'settings-choose-language': 'Which language is spoken?',
  'settings-choose-model': 'Which model? A larger one makes fewer mistakes and takes longer.',
  'settings-choose-format': 'How should I send the text?',
  'settings-choose-interface': 'Which language should I speak?',
  'value-auto': 'automatic',
  'value-on': 'on',
  'value-off': 'off',
  'value-format-text': 'message',
  'value-format-txt': 'TXT file',
  'value-format-srt': 'SRT subtitles',
  'value-format-vtt': 'VTT subtitles',
  'value-format-json': 'JSON file',
  'value-format-docx': 'DOCX file',
  'value-interface-auto': 'as Telegram',
  'value-mode-silent': 'only on /transcribe',
  'value-mode-all': 'every voice message',
  'value-locked-on': 'administrators',
  'value-locked-off': 'everyone',
  'value-quiet-on': 'without sound',
  'value-quiet-off': 'with sound',
  'value-channel-reply': 'a reply below',
  'value-channel-edit': 'into the post',
  'value-channel-off': 'untouched',

  // Answers to commands
  'tasks-none': 'Nothing is in progress.',
  'tasks-title': '<b>In progress</b>',
  'tasks-line': ({ place, title, state }: Values<'place' | 'title' | 'state'>) => say`${place}. ${title} – ${state}`,
  'tasks-untitled': 'recording',
  'cancel-none': 'There is nothing to stop.',
  'cancel-done': ({ count }: Values<'count'>) => say`✖️ Stopped: ${plural(count, 'recording', 'recordings')}.`,
  stats: ({
    tasks,
    total,
    today,
    limit,
  }: Values<'tasks' | 'total' | 'today' | 'limit'>) => say`<b>Transcribed for you</b>
Recordings: ${tasks}
In total: ${total}
Today: ${today}${limit === 'none' ? '' : say` of ${limit}`}`,
  'forget-ask':
    'Forget everything about you: settings, recordings, texts and statistics? Recordings in progress are stopped. Messages in this chat stay until you delete them.',
  'forget-done': 'Done. Nothing is left except what /privacy lists.',
  'forget-kept': 'All right, nothing was deleted.',
  'button-forget': 'Yes, forget me',
  'button-keep': 'No',
  'admin-only': 'Only an operator of this bot may do this.',
  'admin-usage': ({ command }: Values<'command'>) => say`Use it like this: <code>/${command} 123456789</code>`,
  'admin-blocked': ({ id }: Values<'id'>) => say`Blocked: <code>${id}</code>`,
  'admin-unblocked': ({ id }: Values<'id'>) => say`No longer blocked: <code>${id}</code>`,
  'admin-allowed': ({ id }: Values<'id'>) => say`Allowed: <code>${id}</code>`,
  'admin-disallowed': ({ id }: Values<'id'>) => say`No longer allowed: <code>${id}</code>`,
  'admin-limits': ({
    minutes,
    concurrent,
    longest,
    allowed,
    blocked,
  }: Values<'minutes' | 'concurrent' | 'longest' | 'allowed' | 'blocked'>) => say`<b>Limits</b>
Minutes a day: ${minutes}
At once: ${concurrent}
Longest recording: ${longest}
Allowed: ${allowed}
Blocked: ${blocked}`,
  'value-unlimited': 'no limit',
};
