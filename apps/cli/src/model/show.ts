import { join } from 'node:path';
import { type Config, readMachine } from '@whisper-bot/config';
import type { InstalledModel, PublishedModel, Recommendation } from '@whisper-bot/speech';
import { parseLanguage } from '@whisper-bot/task';
import { languageIn, languagesIn } from '@whisper-bot/text';
import type { Terminal } from '../terminal.js';

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Names of a few languages, codes of many. */
const languagesOf = (languages: readonly string[] = []): string =>
  languages.length === 0 ? '99 languages' : languagesIn('en', languages);

const knownBy = (model: InstalledModel | PublishedModel): string =>
  languagesOf('languages' in model ? model.languages : []);

/** What is here, with the room it takes, and what can be added. */
export const listModels = async (terminal: Terminal, { modelsDir }: Config, json: boolean): Promise<void> => {
  const { createModelStore, publishedModels } = await import('@whisper-bot/speech');
  const installed = await createModelStore([modelsDir, join(readMachine().repository, 'models')]).list();
  const known = publishedModels.filter(({ name }) => !installed.some((model) => model.name === name));
  if (json) {
    const available = known.map(({ name, kind }) => ({ name, kind }));
    terminal.out.write(`${JSON.stringify({ installed, available })}\n`);
    return;
  }
  const { out, paint } = terminal;
  const room = installed.reduce((sum, { bytes }) => sum + bytes, 0);
  out.write(`${paint('out', 'bold', `Installed (${megabytes(room)})`)}\n`);
  for (const model of installed)
    out.write(`  ${model.name.padEnd(26)} ${megabytes(model.bytes).padStart(10)}  ${knownBy(model)}\n`);
  out.write(`${paint('out', 'bold', 'To add: recognizers for some languages (sherpa-onnx)')}\n`);
  for (const model of known) {
    if (model.kind === 'recognizer')
      out.write(`  ${model.name.padEnd(26)} ${megabytes(model.bytes).padStart(10)}  ${knownBy(model)}\n`);
  }
  out.write(`${paint('out', 'bold', 'To add: Whisper')}\n`);
  for (const model of known) if (model.kind === 'whisper') out.write(`  ${model.name}\n`);
};

interface RecommendOptions {
  /** ISO 639-1; default what people usually speak here. */
  language?: readonly string[];
  /** Bytes. */
  memory?: number;
  json?: boolean;
}

/** Which recognizers to add for the languages, and what is known of them. */
export const recommend = async (
  terminal: Terminal,
  { usualLanguages }: Config,
  { language, memory, json = false }: RecommendOptions,
): Promise<void> => {
  const speech = await import('@whisper-bot/speech');
  const usual = usualLanguages.flatMap((name) => parseLanguage(name.replace(/_.*$/, '')) ?? []);
  const asked = language ?? (usual.length > 0 ? usual : undefined);
  const found = speech.recommendModels({
    ...(asked === undefined ? {} : { languages: asked }),
    ...(memory === undefined ? {} : { memory }),
  });
  if (json) {
    terminal.out.write(`${JSON.stringify(found)}\n`);
    return;
  }
  const { out, paint } = terminal;
  if (found.length === 0) {
    const names = languagesOf(asked);
    const limit = memory === undefined ? '' : ` that fits into ${megabytes(memory)}`;
    out.write(
      `There is no recognizer for ${names}${limit}; Whisper's larger models make fewer mistakes: whisper-bot model add large-v3-turbo-q5_0\n`,
    );
    return;
  }
  for (const recommendation of found) out.write(describe(recommendation, speech, paint));
  out.write('Once one is here, MODEL=auto uses it wherever its language is spoken.\n');
};

type Speech = typeof import('@whisper-bot/speech');

const describe = (
  { model, languages }: Recommendation,
  { compareWithBase, memoryOf }: Speech,
  paint: Terminal['paint'],
): string => {
  const rows = [
    `for ${languagesOf(languages)}`,
    `${megabytes(model.bytes)} to download, an estimated ${megabytes(memoryOf(model))} of memory; licence ${model.licence}`,
  ];
  const compared = languages.flatMap((code) => {
    const rates = compareWithBase(model, code);
    return rates === null ? [] : [{ code, ...rates }];
  });
  if (compared.length > 0) {
    const [first] = compared;
    const rates = compared.map(({ code, own, base }) => `${languageIn('en', code)} ${own} % (Whisper base ${base} %)`);
    rows.push(`published errors, ${first?.unit} of FLEURS: ${rates.join(', ')}`, `source: ${first?.source}`);
  }
  rows.push(`whisper-bot model add ${model.name}`);
  return `${paint('out', 'bold', model.name)}\n${rows.map((row) => `  ${row}\n`).join('')}`;
};
