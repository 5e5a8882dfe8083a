// A process of its own: sherpa-onnx ends the process that gives it a model it does not like.
import sherpa from 'sherpa-onnx-node';
import { type Tone, toneSound } from '../tone.js';

/** Recordings for a recognizer. The process is started with some of these, as a JSON array in its first argument. */
export interface Order {
  /** The recognizer's configuration. */
  readonly config: object;
  readonly recordings: readonly { readonly seconds: number; readonly tones: readonly Tone[] }[];
}

/** What it writes, as JSON: one a recording, order by order. */
export type Recognized = ReturnType<InstanceType<typeof sherpa.OfflineRecognizer>['getResult']>;

const orders = JSON.parse(process.argv[2] ?? '') as Order[];
const results: Recognized[] = orders.flatMap(({ config, recordings }) => {
  const recognizer = new sherpa.OfflineRecognizer(config);
  return recordings.map(({ seconds, tones }) => {
    const stream = recognizer.createStream();
    stream.acceptWaveform({ samples: toneSound(seconds, tones), sampleRate: 16_000 });
    recognizer.decode(stream);
    return recognizer.getResult(stream);
  });
});
process.stdout.write(JSON.stringify(results));
