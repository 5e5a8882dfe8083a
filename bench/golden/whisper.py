"""Writes libs/speech/native/test/whisper-golden.json: what CTranslate2 computes, in floats, with random weights of the shapes that
libs/testing/src/whisper/shape.ts has for this: Whisper before large-v3 and from it on.

    python3 -m venv bench/.venv && bench/.venv/bin/pip install ctranslate2 numpy
    bench/.venv/bin/python bench/golden/whisper.py

The weights are those that libs/testing writes (compiled: npx tsc -b), the sound is the beginning of samples/jfk.wav; the spectrogram is numpy's. The
test (libs/speech/src/engine/whisper-shape.test.ts) compares our engine with it; it needs neither Python nor these packages.
"""

import json
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import ctranslate2
import numpy as np

root = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "bench/peer"))
from whisper_model import WhisperModel, save_for_ctranslate2, special_tokens  # noqa: E402

seconds, every, steps = 30, 250, 50
shapes = ["two-layers", "two-layers-v3"]
symbols = (
    '" # ( ) * + / : ; < = > @ [ \\ ] ^ _ ` { | } ~ 「 」 『 』 << >> <<< >>> -- --- -( -[ (\' (" (( )) ((( ))) [[ ]] {{ }} '
    "♪♪ ♪♪♪ ♩ ♪ ♫ ♬ ♭ ♮ ♯"
).split()


def read_samples():
    with wave.open(str(root / "samples/jfk.wav")) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768
    return np.concatenate([samples, np.zeros(seconds * 16000)])[: seconds * 16000]


def spectrogram(samples, filters):
    """[mels, 3000] as openai/whisper's audio.py."""
    frames = len(samples) // 160
    sound = np.concatenate([samples[200:0:-1], samples, np.zeros(400)])
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    power = np.array([np.abs(np.fft.rfft(sound[i * 160 : i * 160 + 400] * window)) ** 2 for i in range(frames)])
    bands = np.log10(np.maximum(filters @ power.T, 1e-10))
    return ((np.maximum(bands, bands.max() - 8) + 4) / 4).astype(np.float32)


def computed(path, folder):
    model = save_for_ctranslate2(path, folder)
    names = special_tokens(model.vocabulary)
    token = {name: 50257 + i for i, name in enumerate(names)}
    whisper = ctranslate2.models.Whisper(str(folder), compute_type="float32")
    features = ctranslate2.StorageView.from_array(spectrogram(read_samples(), model.filters)[None])
    encoded = whisper.encode(features)
    # What openai/whisper never writes, in this table of words, and what begins no text.
    known = {word: i for i, word in enumerate(model.words)}
    suppressed = [known[s] for symbol in symbols for s in (symbol.encode(), b" " + symbol.encode()) if s in known]
    suppressed += [i for name, i in token.items() if name[2].isalpha() and name != "<|endoftext|>"]
    prompt = [token["<|startoftranscript|>"], token["<|language 0|>"], token["<|transcribe|>"]]
    texts, lead = {}, np.inf
    for timestamps in (True, False):
        begin = prompt if timestamps else [*prompt, token["<|notimestamps|>"]]
        # CTranslate2 allows them there, whisper.cpp does not.
        never = [] if timestamps else list(range(token["<|0.00|>"], model.vocabulary))
        (result,) = whisper.generate(
            encoded,
            [begin],
            beam_size=1,
            # Counts the prompt, and the end.
            max_length=2 * (len(begin) + steps),
            suppress_blank=False,
            suppress_tokens=sorted({*suppressed, *never}),
            max_initial_timestamp_index=50,
            return_scores=False,
            return_logits_vocab=True,
        )
        for logits in result.logits[0][:steps]:
            allowed = np.array(logits).reshape(-1)
            allowed[sorted({*suppressed, *never})] = -np.inf
            # Rules about timestamps only take candidates away.
            best, second = np.sort(allowed)[:-3:-1]
            lead = min(lead, best - second)
        texts["timestamps" if timestamps else "plain"] = {"prompt": begin, "tokens": result.sequences_ids[0][:steps]}
    rows = np.asarray(encoded)[0]
    return lead, {
        "encoded": np.round(rows[::every].astype(np.float64), 4).tolist(),
        **texts,
    }


def write_model(shape, seed, path):
    script = (
        "const { writeWhisperModel, whisperShapes } = await import(process.argv[1] + '/libs/testing/dist/index.js');"
        "await writeWhisperModel(process.argv[4], { shape: whisperShapes[process.argv[2]], seed: Number(process.argv[3]) });"
    )
    command = ["node", "--input-type=module", "-e", script, str(root), shape, str(seed), str(path)]
    subprocess.run(command, check=True)


def main():
    golden = {}
    for shape in shapes:
        # Of a few random models the one whose texts are clearest: where two tokens are as likely, rounding decides.
        most = 0
        for seed in range(1, 7):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "model.bin"
                write_model(shape, seed, path)
                lead, found = computed(path, Path(folder) / "ctranslate2")
            print(f"{shape}, seed {seed}: the likeliest leads by {lead:.3f} at least", file=sys.stderr)
            if lead > most:
                most, golden[shape] = lead, {"seed": seed, "every": every, **found}
    lines = ",\n".join(f' "{name}": {json.dumps(value, separators=(",", ":"))}' for name, value in golden.items())
    (root / "libs/speech/native/test/whisper-golden.json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
