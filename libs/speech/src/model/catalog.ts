import { type PublishedRecognizer, publishedRecognizers } from './recognizer-catalog.js';

/** A Whisper model that is published for download: one file for whisper.cpp. */
export interface PublishedWhisper {
  /** What it is called on the command line and in a task: `large-v3-turbo`. */
  name: string;
  kind: 'whisper';
  /** As published and as kept. */
  file: string;
  /** Owner and name on the Hugging Face hub. */
  repository: string;
  /** Checksums known for certain beforehand; otherwise the hub's own declaration is taken. */
  sha256?: string;
  sha1?: string;
}

export type PublishedModel = PublishedWhisper | PublishedRecognizer;

/** All ggml models of whisper.cpp 1.9.1 but tinydiarize (models/download-ggml-model.sh). */
const whisperNames = `
  tiny tiny.en tiny-q5_1 tiny.en-q5_1 tiny-q8_0
  base base.en base-q5_1 base.en-q5_1 base-q8_0
  small small.en small-q5_1 small.en-q5_1 small-q8_0
  medium medium.en medium-q5_0 medium.en-q5_0 medium-q8_0
  large-v1 large-v2 large-v2-q5_0 large-v2-q8_0 large-v3 large-v3-q5_0
  large-v3-turbo large-v3-turbo-q5_0 large-v3-turbo-q8_0`
  .trim()
  .split(/\s+/);

/** From whisper.cpp 1.9.1's models/README.md. */
const whisperSha1: Record<string, string> = {
  tiny: 'bd577a113a864445d4c299885e0cb97d4ba92b5f',
  'tiny.en': 'c78c86eb1a8faa21b369bcd33207cc90d64ae9df',
  base: '465707469ff3a37a2b9b8d8f89f2f99de7299dac',
  'base.en': '137c40403d78fd54d454da0f9bd998f78703390c',
  small: '55356645c2b361a969dfd0ef2c5a50d530afd8d5',
  'small.en': 'db8a495a91d927739e50b3fc1cc4c6b8f6c2d022',
  medium: 'fd9727b6e1217c2f614f9b698455c4ffd82463b4',
  'medium.en': '8c30f0e44ce9560643ebd10bbe50cd20eafd3723',
  'large-v1': 'b1caaf735c4cc1429223d5a74f0f4d0b9b59a299',
  'large-v2': '0f4c8e34f21cf1a914c59d8b3ce882345ad349d6',
  'large-v2-q5_0': '00e39f2196344e901b3a2bd5814807a769bd1630',
  'large-v3': 'ad82bf6a9043ceed055076d0fd39f5f186ff8062',
  'large-v3-q5_0': 'e6e2ed78495d403bef4b7cff42ef4aaadcfea8de',
  'large-v3-turbo': '4af2b29d7ec73d781377bfd1758ca957a807e941',
  'large-v3-turbo-q5_0': 'e050f7970618a659205450ad97eb95a18d69c9ee',
};

/** The official ones named in models/README.md. */
const whisperSha256: Record<string, string> = {
  tiny: 'be07e048e1e599ad46341c8d2a135645097a538221678b7acdd1b1919c6e1b21',
  base: '60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe',
};

const whisperModel = (name: string): PublishedWhisper => ({
  name,
  kind: 'whisper',
  file: `ggml-${name}.bin`,
  repository: 'ggerganov/whisper.cpp',
  ...(whisperSha256[name] === undefined ? {} : { sha256: whisperSha256[name] }),
  ...(whisperSha1[name] === undefined ? {} : { sha1: whisperSha1[name] }),
});

/** Everything `model add` knows by name, Whisper's by size. */
export const publishedModels: readonly PublishedModel[] = [...publishedRecognizers, ...whisperNames.map(whisperModel)];
