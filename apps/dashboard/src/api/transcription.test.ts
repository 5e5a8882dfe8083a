import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { toFile } from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../test/harness.js';
import { diarizedAnswerSchema, transcriptionAnswerSchema, verboseAnswerSchema } from './answer.js';
import { createProgram, formOf, type Program } from './test/client.js';
import { streamEventSchema } from './transcription-stream.js';

let harness: Harness;
let program: Program;
beforeAll(async () => {
  harness = await startHarness({ answerBeat: 50 });
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

  it('says in the language of the recording that it is truncated', async () => {
    harness.stage.more = { language: 'ru', breaksOff: true };
    const russian = await create({ response_format: 'text' });
    harness.stage.more = { breaksOff: true };
    const english = await create({ response_format: 'text' });
    harness.stage.more = {};
    expect(russian).toContain('Файл обрывается на 00:06.');
    expect(english).toContain('The file breaks off at 00:06.');
  });

  it('may choose a sound track', async () => {
    const answer = await program.ask('/audio/transcriptions', {
      method: 'POST',
      body: formOf({ model: 'whisper-1', track: '2' }),
    });
    const task = await harness.store.tasks.task(answer.headers.get('x-request-id') as never);
    expect(task?.options.track).toBe(2);
    const wrong = await program.ask('/audio/transcriptions', {
      method: 'POST',
      body: formOf({ model: 'whisper-1', track: '0' }),
    });
    expect(wrong.status).toBe(400);
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
    const task = await harness.store.tasks.task(id as never);
    expect(task?.options).toMatchObject({ model: 'small', language: 'ru', prompt: 'Hamburg', diarize: false });
    expect(task).toMatchObject({ owner: `key:${program.id}`, title: 'talk.mp3' });
  });
});

describe('errors have OpenAI’s shape', () => {
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

describe('what clients write in other ways', () => {
  const post = (form: FormData, headers = {}) =>
    program.ask('/audio/transcriptions', { method: 'POST', body: form, headers });

  it.each([
    { stream: 'False', diarize: 'True' },
    { language: '', prompt: '', temperature: '', speakers: '', stream: '', response_format: '' },
    { timestamp_granularities: 'word,segment' },
    { 'timestamp_granularities[]': '["word", "segment"]' },
    { response_format: 'JSON', language: 'eng' },
    { language: 'RUS' },
    { language: 'ger' },
  ])('%j is understood', async (fields) => {
    const answer = await post(formOf({ model: 'whisper-1', ...fields } as Record<string, string>));
    expect([answer.status, await answer.json()]).toMatchObject([200, { text: said }]);
  });

  it('granularities may be repeated without brackets', async () => {
    const form = formOf({ model: 'whisper-1', response_format: 'verbose_json', timestamp_granularities: 'word' });
    form.append('timestamp_granularities', 'segment');
    expect(await (await post(form)).json()).toMatchObject({ words: expect.any(Array), segments: expect.any(Array) });
  });

  it('media types have no case', async () => {
    const given = new Request('http://unused', { method: 'POST', body: formOf({ model: 'whisper-1' }) });
    const type = given.headers.get('content-type')?.replace('multipart/form-data', 'Multipart/Form-Data') ?? '';
    const body = await given.arrayBuffer();
    const answer = await program.ask('/audio/transcriptions', {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    expect(answer.status).toBe(200);
  });
});

describe('a client that gives up without headers', () => {
  /** The statuses ahead of the answer, the answer's, and its body. */
  const ask = async (agent: string) => {
    const form = new Request('http://unused', { method: 'POST', body: formOf({ model: 'whisper-1' }) });
    const headers = {
      authorization: `Bearer ${program.key}`,
      'user-agent': agent,
      'content-type': form.headers.get('content-type') ?? '',
    };
    const interim: number[] = [];
    const sent = request(`${harness.url}/v1/audio/transcriptions`, { method: 'POST', headers });
    const warned = new Promise<void>((resolve) =>
      sent.on('information', ({ statusCode }) => {
        interim.push(statusCode);
        if (interim.length === 3) resolve();
      }),
    );
    sent.end(Buffer.from(await form.arrayBuffer()));
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    return {
      interim,
      warned,
      answered: answered.then(async ([response]) => ({ response, body: await text(response) })),
    };
  };

  afterEach(() => {
    harness.stage.release();
    harness.stage.broken.clear();
  });

  it('reads signs of life while it waits, and then the answer with its own status', async () => {
    harness.stage.hold();
    const { interim, warned, answered } = await ask('OpenAI/JS 6.49.0');
    await warned;
    harness.stage.release();
    const { response, body } = await answered;
    expect([response.statusCode, JSON.parse(body).text]).toEqual([200, said]);
    expect(new Set(interim)).toEqual(new Set([102]));
  });

  it('learns of a failure by its status', async () => {
    harness.stage.hold();
    harness.stage.broken.set('merge', 'no such luck');
    const { warned, answered } = await ask('node');
    await warned;
    harness.stage.release();
    const { response, body } = await answered;
    expect([response.statusCode, JSON.parse(body).error.code]).toEqual([404, 'model_not_found']);
  });

  it('that would take a sign of life for the answer gets none', async () => {
    harness.stage.hold();
    const { warned: others } = await ask('AsyncOpenAI/Python 2.1.0');
    const { interim, answered } = await ask('python-requests/2.32.3');
    await others;
    harness.stage.release();
    expect((await answered).response.statusCode).toBe(200);
    expect(interim).toEqual([]);
  });
});
