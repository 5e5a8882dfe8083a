import { createTaskFolder, sourceName, type TaskId, type TranscriptStore, writeResult } from '@whisper-bot/task';
import { renameSpeaker, type Transcript } from '@whisper-bot/transcript';
import type { FileFormat } from '../callback/callback-data.js';
import { inLocale } from '../locale/locale.js';
import { endSequence, type Request, type Requests } from '../persistence/request.js';
import { type ResultFacts, resultKeyboard } from '../render/keyboard.js';
import { fits, namesOf, renderResult, resultFacts } from '../render/result.js';
import { renderStatus } from '../render/status.js';
import { type Content, type OutboundMessage, type Outbox, taskKey, text } from '../telegram/outbox/outbound-message.js';

/** Telegram's limit of a caption, characters after the markup is parsed (core.telegram.org/bots/api#editmessagecaption). */
const captionLimit = 1024;

export interface PresentDeps {
  tasksDir: string;
  transcripts: TranscriptStore;
  outbox: Outbox;
  requests: Requests;
}

/** Shows results as messages. */
export const createPresenter = ({ tasksDir, transcripts, outbox, requests }: PresentDeps) => {
  const read = async (id: TaskId): Promise<Transcript | null> => (await transcripts.read(id))?.transcript ?? null;

  /** The outbound messages of a result: its texts, its file, and deletions of surplus messages of an earlier one. */
  const outboundMessagesOf = (
    request: Request,
    transcript: Transcript,
    note?: string,
  ): { outbounds: OutboundMessage[]; parts: number } => {
    const words = inLocale(request.locale);
    const asFile = request.format !== 'text';
    const options = { times: request.times, asFile, ...(note === undefined ? {} : { note }) };
    const { messages, file } = renderResult(transcript, options, words);
    const outbound = (part: number, content: Content): OutboundMessage => ({
      key: taskKey(request.taskId, part),
      chatId: request.chatId,
      threadId: request.threadId ?? undefined,
      replyTo: request.messageId,
      quiet: request.quiet,
      priority: 'answer',
      sequence: endSequence(request.round),
      content,
    });
    const [only] = messages;
    if (request.edit && !file && messages.length === 1 && only !== undefined && fits(only, captionLimit)) {
      return {
        outbounds: [{ ...outbound(0, { kind: 'caption', html: only }), messageId: request.messageId }],
        parts: 1,
      };
    }
    const keyboard = resultKeyboard(resultFacts(request.taskId, transcript, words), { panel: 'main', page: 0 }, words);
    const placeholder = renderStatus({ kind: 'accepted' }, words);
    const outbounds = messages.map((html, part) =>
      outbound(
        part,
        text(html, part === messages.length - 1 ? keyboard : undefined, part === 0 ? placeholder : undefined),
      ),
    );
    for (let part = messages.length; part < request.parts; part += 1)
      outbounds.push(outbound(part, { kind: 'delete' }));
    if (file) {
      const { taskId, revision, locale } = request;
      const format: FileFormat = request.format === 'text' ? 'txt' : request.format;
      const content: Content = { kind: 'file', taskId, revision, format, locale };
      outbounds.push({ ...outbound(0, content), key: `${taskKey(taskId)}:file:${request.round}`, sequence: 0 });
    }
    return { outbounds, parts: messages.length };
  };

  /** Posts the result and returns it; null where there is none. */
  const present = async (request: Request, note?: string): Promise<Transcript | null> =>
    show(request, (transcript) => outboundMessagesOf(request, transcript, note));

  const show = async (
    request: Request,
    render: (transcript: Transcript) => { outbounds: OutboundMessage[]; parts: number },
  ): Promise<Transcript | null> => {
    const transcript = await read(request.taskId);
    if (transcript === null) return null;
    const { outbounds, parts } = render(transcript);
    await outbox.post(outbounds);
    if (parts > request.parts) await requests.change(request.taskId, { parts });
    return transcript;
  };

  return {
    present,
    /** Shows what was edited elsewhere, in the messages that are there. */
    refresh: async (taskId: TaskId): Promise<void> => {
      const request = await requests.get(taskId);
      if (request?.state !== 'done') return;
      await show(request, (transcript) => {
        const { outbounds, parts } = outboundMessagesOf(request, transcript);
        const edits = outbounds.map(({ content, ...outbound }) => ({
          ...outbound,
          content: content.kind === 'text' || content.kind === 'caption' ? { ...content, onlyEdit: true } : content,
        }));
        return { outbounds: edits, parts };
      });
    },
    facts: async (request: Request): Promise<ResultFacts | null> => {
      const transcript = await read(request.taskId);
      return transcript && resultFacts(request.taskId, transcript, inLocale(request.locale));
    },
    rename: async (request: Request, index: number, name: string): Promise<string | null> => {
      const edited = await transcripts
        .edit(request.taskId, (transcript) => {
          const label = transcript.speakers.list[index]?.label;
          if (label === undefined) throw new RangeError('No such speaker.');
          return renameSpeaker(transcript, label, name);
        })
        .catch((error: unknown) => {
          if (error instanceof RangeError) return null;
          throw error;
        });
      if (edited?.kind !== 'saved') return null;
      await present(request);
      return namesOf(edited.before, inLocale(request.locale))[index] ?? null;
    },
    /**
     * Answers from the stored result of the same file with the same options: its text is copied, so that each answer
     * can be renamed and deleted by itself, and kept as long as any other. False where there is none. `archive` makes the
     * copy a task like any other.
     */
    reuse: async (request: Request, archive: (source: string) => Promise<void>): Promise<boolean> => {
      const before = await requests.findDone(request.fileUniqueId, request.options);
      if (before === null || before.taskId === request.taskId) return false;
      const transcript = await read(before.taskId);
      if (transcript === null) return false;
      // Names were given for one chat's eyes: they do not travel to another.
      const own = before.chatId === request.chatId ? transcript : withoutNames(transcript);
      const folder = await createTaskFolder(tasksDir, request.taskId);
      await writeResult(folder, 1, own);
      await archive(sourceName(`.${request.extension}`));
      // The words before the state: what is interrupted between the two is said once more, which changes nothing.
      await present({ ...request, revision: 1 }, inLocale(request.locale).html('result-cached'));
      await requests.change(request.taskId, { state: 'done', revision: 1 }, ['fetching']);
      return true;
    },
  };
};

const withoutNames = (transcript: Transcript): Transcript => ({
  ...transcript,
  speakers: { ...transcript.speakers, list: transcript.speakers.list.map(({ label }) => ({ label })) },
});
