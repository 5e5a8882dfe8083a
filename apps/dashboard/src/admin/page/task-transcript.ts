import { type VersionedTranscript, versionText } from '@whisper-bot/task';
import { textsIn } from '@whisper-bot/text';
import { clock, otherTracksNote, type Segment, speakerNames, textLanguage } from '@whisper-bot/transcript';
import type { FoundTask } from '../../domain/task-find.js';
import { atLeast } from '../../web/session/account.js';
import type { PageContext } from '../page-context.js';
import { csrfField } from '../view/form.js';
import { html, type SafeHtml } from '../view/html.js';
import { card } from '../view/piece.js';

/** Colours there are for speakers; the ninth has the first one's. */
const colours = 8;
/** Turns on one page: about an hour and a half of conversation. */
const turnsShown = 400;

export const labelsOf = ({ locale }: Pick<PageContext, 'locale'>) => textsIn(locale).transcript;

/** The transcript with its player, names and corrections. */
export const transcriptCard = (
  context: PageContext,
  task: FoundTask,
  found: VersionedTranscript | null,
  audio: string | null,
): SafeHtml => {
  const { words } = context;
  if (found === null) return card(words.task.transcript, html`<p class="quiet">${words.task.noTranscript}</p>`);
  const { transcript } = found;
  const names = speakerNames(transcript, labelsOf(context));
  const edits = context.signedIn !== null && atLeast(context.signedIn.role, 'operator');
  const version = versionText(found.version);
  const order = new Map(transcript.speakers.list.map(({ label }, index) => [label, index % colours]));
  const base = `/tasks/${task.id}`;
  const edited = /^\d{1,6}$/.test(context.query('edit')) ? Number(context.query('edit')) : null;
  const parts = Math.ceil(transcript.segments.length / turnsShown);
  const part = Math.min(
    Math.max(0, parts - 1),
    Math.floor((edited ?? (Number(context.query('part')) * turnsShown || 0)) / turnsShown),
  );
  const first = part * turnsShown;
  const otherTracks = otherTracksNote(transcript, labelsOf(context));
  return card(
    words.task.transcript,
    html`
${transcript.breaksOff === true && html`<p class="notice bad">${words.task.breaksOff(clock(transcript.duration))}</p>`}
${
  transcript.removed !== undefined &&
  html`<p class="notice">${words.task.removed} ${transcript.removed
    .map(({ start, end, reason }) => `${clock(start)}–${clock(end)} (${words.task.removedFor[reason]})`)
    .join(', ')}</p>`
}
${otherTracks !== null && html`<p class="notice">${otherTracks}</p>`}
${transcript.speakers.outcome === 'failed' && html`<p class="notice bad">${words.task.speakersFailed}</p>`}
${
  audio === null
    ? html`<p class="quiet small">${words.task.noAudio}</p>`
    : html`<div class="player"><audio controls preload="metadata" src="${base}/audio"></audio></div>`
}
${
  transcript.speakers.list.length > 0 &&
  html`<div class="speakers">${transcript.speakers.list.map(({ label }) => {
    const name = names.get(label) ?? label;
    const shown = html`<span class="name">${name}</span>`;
    return edits
      ? html`<details class="s${order.get(label)}"><summary>${shown}</summary>
<form class="inline" method="post" action="${base}/speaker">${csrfField(context)}<input type="hidden" name="label" value="${label}"><input type="hidden" name="version" value="${version}">
<input type="text" name="name" value="${name}" maxlength="60" aria-label="${words.task.rename}"><button>${words.button.save}</button></form></details>`
      : html`<span class="s${order.get(label)}">${shown}</span>`;
  })}</div>`
}
${transcript.segments.length === 0 && html`<p class="quiet">${words.task.noSpeech}</p>`}
<div lang="${textLanguage(transcript)}" dir="auto">
${transcript.segments.slice(first, first + turnsShown).map((segment, offset) => {
  const index = first + offset;
  const colour = segment.speaker === null ? null : (order.get(segment.speaker) ?? 0);
  return html`
<section id="turn-${index}" class="turn${colour !== null && ` s${colour}`}" aria-label="${words.task.segment(clock(segment.start))}">
  <div class="turn-head">
    ${segment.speaker !== null && html`<span class="turn-name">${names.get(segment.speaker)}</span>`}
    ${audio === null ? html`<span class="quiet">${clock(segment.start)}</span>` : html`<button type="button" class="link quiet" data-start="${segment.start}" aria-label="${words.task.play}: ${clock(segment.start)}">${clock(segment.start)}</button>`}
    ${edits && edited !== index && html`<a class="edit quiet" href="?edit=${index}#turn-${index}" aria-label="${words.task.edit}: ${clock(segment.start)}">${words.task.edit}</a>`}
  </div>
  ${
    edits && edited === index
      ? html`<form class="form" method="post" action="${base}/text">${csrfField(context)}
  <input type="hidden" name="segment" value="${index}"><input type="hidden" name="version" value="${version}">
  <textarea name="text" rows="5" aria-label="${words.task.correct}" autofocus>${segment.text}</textarea>
  <div class="buttons"><button class="primary">${words.button.save}</button><a class="button" href="${base}#turn-${index}">${words.button.cancel}</a></div></form>`
      : html`<p class="turn-text" data-times="${timesOf(segment)}">${segment.text}</p>`
  }
</section>`;
})}
</div>
${
  parts > 1 &&
  html`<nav class="tabs" aria-label="${words.task.transcript}">${Array.from({ length: parts }, (_, index) => html`<a href="?part=${index}"${index === part && html` aria-current="page"`}>${clock(transcript.segments[index * turnsShown]?.start ?? 0)}</a>`)}</nav>`
}`,
  );
};

/**
 * When each word starts, for the player: hundredths of a second and the length of the word in UTF-16 units. A script
 * finds the words in the text by it, so that the page carries no element a word.
 */
const timesOf = ({ words }: Segment): string =>
  words.map(({ start, text }) => `${Math.round(start * 100)},${text.length}`).join(' ');
