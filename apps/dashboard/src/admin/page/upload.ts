import { automaticModel } from '@whisper-bot/speech';
import { languageCodes } from '@whisper-bot/task';
import { ownNameOf } from '@whisper-bot/text';
import { uploadLimit } from '../../domain/upload.js';
import type { AdminContext, AdminHandler } from '../page-context.js';
import { checkbox, csrfField, field, select } from '../view/form.js';
import { bytes, span } from '../view/format.js';
import { html } from '../view/html.js';
import { page } from '../view/layout.js';
import { card } from '../view/piece.js';

export const showUpload: AdminHandler<'models' | 'options' | 'rules' | 'settings'> = async (context) =>
  renderUpload(context);

/** The form; `error` is what was wrong with the last attempt. */
export const renderUpload = async (
  context: AdminContext<'models' | 'options' | 'rules' | 'settings'>,
  error?: string,
  status = 200,
): ReturnType<AdminHandler<'models' | 'options' | 'rules' | 'settings'>> => {
  const { words, deps, locale } = context;
  const say = words.upload;
  const { maxDuration } = deps.rules;
  const models = await deps.models.installed();
  const limit = bytes(uploadLimit(deps), locale);
  return {
    kind: 'page',
    status,
    page: page(context, {
      title: say.title,
      active: 'upload',
      scripts: ['upload'],
      body: html`
<form class="stack" method="post" action="/upload" enctype="multipart/form-data" data-upload data-sending="${say.sending} …" data-broken="${say.broken}">
  ${csrfField(context)}
  <div class="split">
    <div class="stack">
      <div class="drop">
        <label for="file"><strong>${say.drop}</strong></label>
        <p class="quiet">${say.hint(limit, span(maxDuration * 1000, words))}</p>
        <input type="file" id="file" name="file" accept="audio/*,video/*" required>
        <p data-chosen class="title-cell"></p>
      </div>
      <progress max="100" value="0" hidden aria-label="${say.sending}"></progress>
      <p role="status"${error !== undefined && html` class="error"`}>${error}</p>
      <div class="buttons"><button class="primary">${say.submit}</button></div>
    </div>
    ${card(
      say.options,
      html`<div class="form">
${select({
  name: 'language',
  label: say.language,
  value: 'auto',
  options: [['auto', say.auto], ...languageCodes.map((code) => [code, ownNameOf(code)] as const)],
})}
${select({
  name: 'model',
  label: say.model,
  value: '',
  options: [
    ['', `${deps.settings.get('model')} (${say.defaultModel})`],
    [automaticModel, say.autoModel] as const,
    ...models.map(({ name }) => [name, name] as const),
  ],
})}
${checkbox({ name: 'diarize', label: say.diarize, checked: true })}
${field({ name: 'speakers', label: say.speakers, type: 'number', min: 1, max: 32, hint: say.speakersHint })}
${checkbox({ name: 'translate', label: say.translate, checked: false })}
${field({ name: 'prompt', label: say.prompt, maxlength: 1000, hint: say.promptHint })}
</div>`,
    )}
  </div>
</form>`,
    }),
  };
};
