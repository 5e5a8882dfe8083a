import { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../test/harness.js';
import { diarizedAnswerSchema, transcriptionAnswerSchema, verboseAnswerSchema } from './answer.js';
import { createProgram, formOf, type Program } from './test/client.js';
import { streamEventSchema } from './transcription-stream.js';

let harness: Harness;
let program: Program;
beforeAll(async () => {
  harness = await startHarness();
  program = await createProgram(harness);
});
afterAll(() => harness.close());

const said = 'Good morning, shall we begin? Yes, let us look at the figures first. They are better than we thought.';
const talk = () => toFile(Buffer.from('sound'), 'talk.mp3');
const create = async (more: object) =>
  program.openai.audio.transcriptions.create({ file: await talk(), model: 'whisper-1', ...more });

describe('OpenAI’s client', () => {
  it('gets the text as json, the default', async () => {
    const answer = await create({});
    expect(transcriptionAnswerSchema.strict().parse(answer)).toEqual({
      text: said,
      usage: { type: 'duration', seconds: 6 },
    });
    expect(answer._request_id).toMatch(/^[\da-f-]{36}$/);
  });

  it('gets plain text, without anybody’s name', async () => {
    expect(await create({ response_format: 'text' })).toBe(`${said}\n`);
  });

  it.each(['srt', 'vtt'] as const)('gets %s', async (format) => {
    expect(String(await create({ response_format: format }))).toMatch(/00:00:02[.,]000 --> /);
  });

  it('gets verbose json with the times of words and segments it asks for', async () => {
    const both = await create({ response_format: 'verbose_json', timestamp_granularities: ['word', 'segment'] });
    verboseAnswerSchema.strict().parse(both);
    expect(both).toMatchObject({ task: 'transcribe', language: 'english', duration: 6 });
    expect(both).toMatchObject({ words: expect.arrayContaining([{ word: 'morning,', start: 0.36, end: 0.72 }]) });
    const words = await create({ response_format: 'verbose_json', timestamp_granularities: ['word'] });
    expect(words).not.toHaveProperty('segments');
  });

  it('gets speakers', async () => {
    const answer = await create({ response_format: 'diarized_json', chunking_strategy: { type: 'server_vad' } });
    const { segments } = diarizedAnswerSchema.strict().parse(answer);
    expect(segments.map(({ speaker }) => speaker)).toEqual(['A', 'B', 'A']);
    const text = await create({ model: 'gpt-4o-transcribe-diarize', response_format: 'text', temperature: 0.2 });
    expect(String(text)).toContain('Speaker 2: Yes, let us');
  });

  it.each([
    ['whisper-1', 'transcript.text.delta,transcript.text.delta,transcript.text.delta,transcript.text.done'],
    [
      'gpt-4o-transcribe-diarize',
      'transcript.text.delta,transcript.text.segment,transcript.text.delta,transcript.text.segment,transcript.text.delta,transcript.text.segment,transcript.text.done',
    ],
  ])('gets a stream of %s, whose pieces are the whole', async (model, types) => {
    const stream = await program.openai.audio.transcriptions.create({ file: await talk(), model, stream: true });
    const events = [];
    for await (const event of stream) events.push(streamEventSchema.parse(event));
    expect(events.map(({ type }) => type).join()).toBe(types);
    const deltas = events.flatMap((event) => (event.type === 'transcript.text.delta' ? [event.delta] : []));
    expect(deltas.join('')).toBe(said);
    expect(events.at(-1)).toEqual({ type: 'transcript.text.done', text: said });
  });

  it('gets translations', async () => {
    const answer = await program.openai.audio.translations.create({
      file: await talk(),
      model: 'whisper-1',
      response_format: 'verbose_json',
    });
    expect(answer).toMatchObject({ task: 'translate', text: said });
  });

  it('lists the models and finds each', async () => {
    const { data } = await program.openai.models.list();
    const ids = data.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['whisper-1', 'gpt-4o-transcribe-diarize', 'base-q8_0']));
    for (const id of [...ids, 'base']) expect((await program.openai.models.retrieve(id)).id).toBe(id);
    await expect(program.openai.models.retrieve('huge')).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });

  it('hands over its options', async () => {
    const { _request_id: id } = await create({ model: 'small', language: 'Russian', prompt: 'Hamburg' });
    const task = await harness.desk.store.tasks.task(id as never);
    expect(task?.options).toMatchObject({ model: 'small', language: 'ru', prompt: 'Hamburg', diarize: false });
    expect(task).toMatchObject({ owner: `key:${program.id}`, title: 'talk.mp3' });
  });
});

describe('what is wrong is told in OpenAI’s shape', () => {
  it.each([
    [{ model: 'huge' }, 404, 'model', 'model_not_found'],
    [{ model: 'whisper-1', language: 'Klingon' }, 400, 'language', 'unknown_language'],
    [{ model: 'whisper-1', response_format: 'yaml' }, 400, 'response_format', 'invalid_field'],
    [{ model: 'whisper-1', 'timestamp_granularities[]': 'letter' }, 400, 'timestamp_granularities', 'invalid_field'],
    [{ model: 'whisper-1', stream: 'perhaps' }, 400, 'stream', 'invalid_field'],
    [{ model: 'whisper-1', speakers: '0' }, 400, 'speakers', 'invalid_field'],
    [{ model: 'whisper-1', 'known_speaker_names[]': 'Ann' }, 400, 'known_speaker_names', 'invalid_field'],
    [{}, 400, 'model', 'invalid_field'],
  ])('%o', async (fields, status, param, code) => {
    const before = harness.stage.ran.length;
    const answer = await program.ask('/audio/transcriptions', { method: 'POST', body: formOf(fields) });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({
      error: { type: 'invalid_request_error', param, code, message: expect.stringMatching(/^[A-Z].*\.$/) },
    });
    expect(harness.stage.ran).toHaveLength(before);
  });

  it('a recording that cannot be heard is one sentence', async () => {
    harness.stage.broken.set('prepare', 'moov atom not found');
    await expect(create({})).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    const stream = await program.openai.audio.transcriptions.create({
      file: await talk(),
      model: 'whisper-1',
      stream: true,
    });
    await expect(async () => {
      for await (const _event of stream);
    }).rejects.toThrow(/The model is not here/);
    harness.stage.broken.clear();
  });

  it('nothing else below /v1/ is a page', async () => {
    const answer = await program.ask('/chat/completions', { method: 'POST', body: '{}' });
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'unknown_url' } }]);
  });
});
