"""Writes libs/speech/native/test/golden.json: what independent implementations compute from the first seconds of samples/jfk.wav.

    pip install numpy onnxruntime kaldi-native-fbank
    python3 bench/golden/make.py

onnxruntime runs the three networks, kaldi-native-fbank the filter bank, numpy the spectrogram and the alignment. The test
(libs/speech/native/test/golden.cpp) compares our kernels with it; it needs neither Python nor these packages.
"""

import json
import wave
from pathlib import Path

import kaldi_native_fbank as knf
import numpy as np
import onnxruntime

root = Path(__file__).resolve().parents[2]
rate = 16000


def read_samples() -> np.ndarray:
    """The recording as float32, -1 to 1."""
    with wave.open(str(root / "samples/jfk.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (rate, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768


def rounded(values: np.ndarray, digits: int = 5) -> list:
    return np.round(np.asarray(values, np.float64), digits).tolist()


def speech_probabilities(samples: np.ndarray, frames: int = 96) -> np.ndarray:
    """[frames] of 512 samples: Silero's probability of speech."""
    session = onnxruntime.InferenceSession(root / "models/silero_vad.onnx")
    state = np.zeros((2, 1, 128), np.float32)
    context = np.zeros(64, np.float32)
    found = []
    for frame in range(frames):
        part = samples[frame * 512 : (frame + 1) * 512]
        heard = np.concatenate([context, part])[None]
        probability, state = session.run(None, {"input": heard, "state": state, "sr": np.array(rate, np.int64)})
        found.append(probability.item())
        context = part[-64:]
    return np.array(found)


def speaker_probabilities(samples: np.ndarray) -> np.ndarray:
    """[589, 4]: of each of three local speakers, and of any, in the first 10 s."""
    session = onnxruntime.InferenceSession(root / "models/pyannote-segmentation-3.0.onnx")
    (scores,) = session.run(None, {session.get_inputs()[0].name: samples[None, None, : 10 * rate]})
    classes = np.exp(scores[0])
    members = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2]]
    found = np.zeros((len(classes), 4))
    for index, speakers in enumerate(members[1:], 1):
        found[:, 3] += classes[:, index]
        for speaker in speakers:
            found[:, speaker] += classes[:, index]
    return found


def kaldi_features(samples: np.ndarray) -> np.ndarray:
    """[frames, 80]: log mel filter bank of torchaudio.compliance.kaldi.fbank, without dither."""
    options = knf.FbankOptions()
    options.frame_opts.dither = 0
    options.mel_opts.num_bins = 80
    bank = knf.OnlineFbank(options)
    bank.accept_waveform(rate, samples.tolist())
    bank.input_finished()
    return np.array([bank.get_frame(i) for i in range(bank.num_frames_ready)])


def speaker_embedding(features: np.ndarray) -> np.ndarray:
    """[192], of length 1."""
    session = onnxruntime.InferenceSession(root / "models/3dspeaker-campplus-zh-en-advanced.onnx")
    centered = (features - features.mean(axis=0)).astype(np.float32)[None]
    (embedding,) = session.run(None, {session.get_inputs()[0].name: centered})
    return embedding[0] / np.linalg.norm(embedding[0])


def whisper_spectrogram(samples: np.ndarray, frames: int, filters: np.ndarray) -> np.ndarray:
    """[frames, filters] as openai/whisper's audio.py; silence follows the samples."""
    sound = np.concatenate([samples, np.zeros(frames * 160 + 400)])
    sound = np.concatenate([sound[200:0:-1], sound])
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    power = np.array([np.abs(np.fft.rfft(sound[i * 160 : i * 160 + 400] * window)) ** 2 for i in range(frames)])
    bands = np.log10(np.maximum(power @ filters.T, 1e-10))
    return (np.maximum(bands, bands.max() - 8) + 4) / 4


def triangles(count: int = 20, bins: int = 201) -> np.ndarray:
    """Overlapping triangles of ten bins each side; the test makes the same."""
    centers = 10 * np.arange(count)[:, None]
    return np.maximum(0, 1 - np.abs(np.arange(bins)[None] - centers) / 10)


def median_filtered(values: np.ndarray, width: int = 7) -> np.ndarray:
    padded = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(width // 2, width // 2)], mode="reflect")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, width, axis=-1), axis=-1)


def aligned(attention: np.ndarray) -> list[int]:
    """First position of each token, [tokens, heads, positions]: openai/whisper's timing.py."""
    weights = (attention - attention.mean(axis=0)) / np.sqrt(attention.var(axis=0) + 1e-20)
    cost = -median_filtered(weights).mean(axis=1)
    tokens, positions = cost.shape
    total = np.full((tokens + 1, positions + 1), np.inf)
    total[0, 0] = 0
    trace = np.zeros((tokens + 1, positions + 1), int)
    for i in range(1, tokens + 1):
        for j in range(1, positions + 1):
            steps = [total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]]
            if steps[0] < steps[1] and steps[0] < steps[2]:
                trace[i, j] = 0
            elif steps[1] < steps[0] and steps[1] < steps[2]:
                trace[i, j] = 1
            else:
                trace[i, j] = 2
            total[i, j] = cost[i - 1, j - 1] + steps[trace[i, j]]
    starts = [0] * tokens
    i, j = tokens, positions
    while i > 0 and j > 0:
        starts[i - 1] = j - 1
        step = trace[i, j]
        i, j = i - int(step != 2), j - int(step != 1)
    return starts


def diagonal_attention(tokens: int = 12, heads: int = 2, positions: int = 60) -> np.ndarray:
    """Attention that advances unevenly, over a fixed background."""
    centers = positions * (np.arange(tokens) / tokens) ** 1.3 + 2
    at = np.arange(positions)
    peaks = np.exp(-((at[None, None] - centers[:, None, None]) ** 2) / (8 + 4 * np.arange(heads)[None, :, None]))
    return peaks + 0.2 * (1 + np.cos(at * 0.7))[None, None]


def main() -> None:
    samples = read_samples()
    features = kaldi_features(samples[: 3 * rate])
    attention = diagonal_attention()
    golden = {
        "speech": rounded(speech_probabilities(samples)),
        "speakers": rounded(speaker_probabilities(samples)[::12]),
        "features": rounded(features[[0, 41, 150, 297]], 4),
        "embedding": rounded(speaker_embedding(features)),
        "spectrogram": rounded(whisper_spectrogram(samples[: 2 * rate], 250, triangles())[[0, 1, 57, 120, 199, 230]]),
        "attention": rounded(attention, 6),
        "starts": aligned(np.round(attention, 6)),
    }
    lines = ",\n".join(f' "{name}": {json.dumps(value, separators=(",", ":"))}' for name, value in golden.items())
    (root / "libs/speech/native/test/golden.json").write_text("{\n" + lines + "\n}\n")


main()
