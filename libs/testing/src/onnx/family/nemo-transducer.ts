import { Graph } from '../graph.js';
import type { ModelFile } from '../model-file.js';
import { type Frontend, toneOnsets } from '../tone.js';
import { spell, tokensFile, type Vocabulary } from '../vocabulary.js';
import { gigaamFrontend, lowerCase, nemoFrontend, punctuated, russianPieces } from './nemo.js';

/** A NeMo transducer's particulars. */
interface Particulars {
  readonly frontend: Frontend;
  readonly vocabulary: Vocabulary;
  /** Durations a token-and-duration transducer chooses from: 0 to `durations` - 1 encoder frames; 0 for a plain transducer. */
  readonly durations: number;
  /** Whether decoder and joiner are published quantized. */
  readonly quantized: boolean;
  readonly metadata: Readonly<Record<string, string | number>>;
}

/** FastConformer transducer, from scripts/nemo/fast-conformer-hybrid-transducer-ctc/export-onnx-transducer-non-streaming.py. */
export const nemoTransducer = (): ModelFile[] =>
  transducer({
    frontend: nemoFrontend(80),
    vocabulary: lowerCase,
    durations: 0,
    quantized: true,
    metadata: { model_type: 'EncDecHybridRNNTCTCBPEModel', version: '1', model_author: 'NeMo', feat_dim: 80 },
  });

/** Parakeet TDT 0.6B v3, from scripts/nemo/parakeet-tdt-0.6b-v3/export_onnx.py. `tdt` in the URL is what makes it one (offline-transducer-nemo-model.cc). */
export const nemoTdt = (): ModelFile[] =>
  transducer({
    frontend: nemoFrontend(128),
    vocabulary: punctuated,
    durations: 5,
    quantized: true,
    metadata: {
      model_type: 'EncDecRNNTBPEModel',
      version: '2',
      model_author: 'NeMo',
      url: 'https://huggingface.co/nvidia/parakeet-tdt-0.6b-v3',
      feat_dim: 128,
    },
  });

/** GigaAM v3 e2e RNNT, from scripts/nemo/GigaAM/export-onnx-rnnt-v3-punct.py. */
export const gigaamTransducer = (): ModelFile[] =>
  transducer({
    frontend: gigaamFrontend,
    vocabulary: russianPieces,
    durations: 0,
    quantized: false,
    metadata: {
      model_type: 'EncDecRNNTBPEModel',
      version: '3',
      model_author: 'https://github.com/salute-developers/GigaAM',
      language: 'Russian',
      is_giga_am: 1,
    },
  });

/**
 * The encoder says which token is due in which frame, the decoder which one was said last, and the joiner takes one from the other: a token is said
 * once. That asks of a word that no token follows itself. Keys of the metadata: offline-transducer-nemo-model.cc.
 */
function transducer({ frontend, vocabulary, durations, quantized, metadata }: Particulars): ModelFile[] {
  const hidden = vocabulary.tokens.length - 1;
  const encoderMetadata = {
    // Without the blank, which is the last token.
    vocab_size: hidden,
    normalize_type: '',
    pred_rnn_layers: 1,
    pred_hidden: hidden,
    subsampling_factor: frontend.subsampling,
    ...metadata,
  };
  const suffix = quantized ? '.int8.onnx' : '.onnx';
  return [
    { name: 'encoder.int8.onnx', content: encoder(frontend, vocabulary, durations > 0).encode(encoderMetadata) },
    { name: `decoder${suffix}`, content: decoder(hidden).encode() },
    { name: `joiner${suffix}`, content: joiner(hidden, durations).encode() },
    { name: 'tokens.txt', content: tokensFile(vocabulary) },
  ];
}

function encoder(frontend: Frontend, vocabulary: Vocabulary, sparse: boolean): Graph {
  const graph = new Graph();
  const hidden = vocabulary.tokens.length - 1;
  const mel = graph.input('audio_signal', 'float', ['batch', frontend.bank.bins, 'frames']);
  const length = graph.input('length', 'int64', ['batch']);
  // Tokens with durations lie two frames apart: the frame between is skipped.
  const due = spell(graph, toneOnsets(graph, mel, frontend), vocabulary, sparse ? 2 : 1);
  const withoutBlank = graph.apply('Slice', [
    due,
    graph.constant('int64', [0]),
    graph.constant('int64', [hidden]),
    graph.constant('int64', [1]),
  ]);
  const { subsampling } = frontend;
  const rounded = graph.apply('Add', [length, graph.constant('int64', [subsampling - 1])]);
  graph.output('outputs', withoutBlank, 'float', ['batch', hidden, 'encoded_frames']);
  graph.output('encoded_lengths', graph.apply('Div', [rounded, graph.constant('int64', [subsampling])]), 'int64', [
    'batch',
  ]);
  return graph;
}

function decoder(hidden: number): Graph {
  const graph = new Graph();
  const targets = graph.input('targets', 'int32', ['batch', 1]);
  const length = graph.input('target_length', 'int32', ['batch']);
  const state = ['batch', 'batch'].map((batch, at) => graph.input(`states.${at + 1}`, 'float', [1, batch, hidden]));
  // One-hot rows; the row of the blank, which is also what a recording begins with, is zero.
  const rows = Array.from({ length: hidden + 1 }, (_, row) =>
    Array.from({ length: hidden }, (_, at) => Number(at === row)),
  );
  const table = graph.constant('float', rows.flat(), [hidden + 1, hidden]);
  const last = graph.apply('Transpose', [graph.apply('Gather', [table, targets], { axis: 0 })], { perm: [0, 2, 1] });
  graph.output('outputs', last, 'float', ['batch', hidden, 1]);
  graph.output('prednet_lengths', length, 'int32', ['batch']);
  for (const [at, value] of state.entries()) graph.output(`states_out.${at + 1}`, value, 'float', [1, 'batch', hidden]);
  return graph;
}

function joiner(hidden: number, durations: number): Graph {
  const graph = new Graph();
  const due = graph.input('encoder_outputs', 'float', ['batch', hidden, 'frames']);
  const last = graph.input('decoder_outputs', 'float', ['batch', hidden, 'targets']);
  const open = graph.apply('Reshape', [graph.apply('Sub', [due, last]), graph.constant('int64', [1, 1, 1, hidden])]);
  const parts = [open, graph.constant('float', [0.5], [1, 1, 1, 1])];
  if (durations > 0) {
    // Two frames after a token, else one.
    const token = graph.apply('ReduceMax', [open], { axes: [3], keepdims: 1 });
    const weights = graph.constant(
      'float',
      [0, 0, 1, ...new Array<number>(durations - 3).fill(0)],
      [1, 1, 1, durations],
    );
    const one = [0, 0.5, ...new Array<number>(durations - 2).fill(0)];
    const chosen = graph.apply('Add', [
      graph.apply('Mul', [token, weights]),
      graph.constant('float', one, [1, 1, 1, durations]),
    ]);
    parts.push(chosen);
  }
  // Logits far apart: a token is as good as certain.
  const logits = graph.apply('Mul', [graph.apply('Concat', parts, { axis: 3 }), graph.constant('float', [20])]);
  graph.output('outputs', logits, 'float', ['batch', 1, 1, hidden + 1 + durations]);
  return graph;
}
