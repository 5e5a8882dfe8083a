// Recordings sent in a Telegram chat. Accepted is what the bot confirmed to Telegram; answered is what the chat shows.
const people = 40;

export const openTelegram = (botApi) => {
  const persons = Array.from({ length: people }, (_, index) =>
    botApi.user({ id: 7000 + index, first_name: `P${index}`, language_code: 'en' }),
  );
  const unconfirmed = new Map();
  const note = () => {
    const pending = new Set(botApi.updates.pending().map(({ update_id }) => update_id));
    for (const [update, entry] of unconfirmed) {
      if (pending.has(update)) continue;
      entry.accepted = Date.now();
      unconfirmed.delete(update);
    }
  };
  const timer = setInterval(note, 100);
  timer.unref();
  return {
    hand: async (entry) => {
      const person = persons[entry.number % people];
      const message = person.sendAudio(person.user.id, entry.sound, {
        fileName: 'note.wav',
        mimeType: 'audio/wav',
        duration: Math.round(entry.seconds),
      });
      entry.message = { chat: person.user.id, id: message.message_id };
      const update = botApi.updates.pending().at(-1);
      if (update !== undefined) unconfirmed.set(update.update_id, entry);
    },
    look: async (entry) => {
      note();
      const replies = botApi
        .chat(entry.message.chat)
        .fromBot.filter(({ replyTo, id }) => replyTo === entry.message.id && id > entry.message.id);
      const timeOf = ({ revisions }) => revisions.find(({ text }) => text.includes(entry.mark))?.at ?? Date.now();
      entry.answers = replies.filter(({ text }) => text.includes(entry.mark)).map(timeOf);
      entry.failures = replies.filter(({ text }) => !text.includes(entry.mark)).map(({ text }) => text.slice(0, 120));
    },
    /** Whether a row of the record is this entry's. */
    isIts: (entry, row) =>
      row.channel === 'telegram' &&
      Number(row.origin.chat_id) === entry.message.chat &&
      Number(row.origin.message_id) === entry.message.id,
    close: () => clearInterval(timer),
  };
};
