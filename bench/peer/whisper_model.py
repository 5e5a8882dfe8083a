"""whisper.cpp's model files for other people's engines: their tensors as arrays, and as a model of CTranslate2."""
import os
import struct

import numpy as np

float_types = {0: np.float32, 1: np.float16}


class WhisperModel:
    """A file with floats (f32 or f16): sizes, `filters` [mels][bins], `tensors` by name."""

    def __init__(self, path):
        with open(path, "rb") as file:
            sizes = struct.unpack("<14i", file.read(56))
            if sizes[0] != 0x67676D6C:
                raise ValueError(f"not a model of whisper.cpp: {path}")
            self.vocabulary, self.positions, self.width, self.heads, self.audio_layers = sizes[1:6]
            self.text_layers, self.mels = sizes[9:11]
            mels, bins = sizes[12:14]
            self.filters = np.frombuffer(file.read(4 * mels * bins), np.float32).reshape(mels, bins)
            (words,) = struct.unpack("<i", file.read(4))
            self.words = [file.read(struct.unpack("<i", file.read(4))[0]) for _ in range(words)]
            self.tensors = {}
            while head := file.read(12):
                dimensions, length, kind = struct.unpack("<3i", head)
                shape = struct.unpack(f"<{dimensions}i", file.read(4 * dimensions))[::-1]
                name = file.read(length).decode()
                kind = np.dtype(float_types[kind])
                numbers = file.read(int(np.prod(shape)) * kind.itemsize)
                self.tensors[name] = np.frombuffer(numbers, kind).reshape(shape)


def special_tokens(vocabulary):
    """Ids after the text, as openai/whisper's tokenizer numbers them, by name."""
    languages = 100 if vocabulary == 51866 else 99
    names = ["<|endoftext|>", "<|startoftranscript|>"]
    names += [f"<|language {i}|>" for i in range(languages)]
    names += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    names += [f"<|{i * 0.02:.2f}|>" for i in range(1501)]
    assert 50257 + len(names) == vocabulary
    return names


def save_for_ctranslate2(path, folder, quantization=None):
    """Saves the model of a file as CTranslate2's converter would save the published one."""
    from ctranslate2.specs import WhisperSpec

    model = WhisperModel(path)
    # float32 throughout, unless it is quantized: otherwise its type would be the file's.
    tensors = {name: values.astype(np.float32) for name, values in model.tensors.items()}
    model.tensors.clear()
    spec = WhisperSpec(model.audio_layers, model.heads, model.text_layers, model.heads)

    def linear(target, *names):
        target.weight = np.concatenate([tensors[f"{name}.weight"] for name in names])
        zeros = np.zeros(model.width, np.float32)
        target.bias = np.concatenate([tensors.get(f"{name}.bias", zeros) for name in names])

    def norm(target, name):
        target.gamma, target.beta = tensors[f"{name}.weight"], tensors[f"{name}.bias"]

    def attention(target, name, norm_name, cross=False):
        query, key, value = (f"{name}.{part}" for part in ("query", "key", "value"))
        norm(target.layer_norm, norm_name)
        if cross:
            linear(target.linear[0], query)
            linear(target.linear[1], key, value)
        else:
            linear(target.linear[0], query, key, value)
        linear(target.linear[-1], f"{name}.out")

    def feed_forward(target, name):
        norm(target.layer_norm, f"{name}.mlp_ln")
        linear(target.linear_0, f"{name}.mlp.0")
        linear(target.linear_1, f"{name}.mlp.2")

    for target, name in ((spec.encoder.conv1, "encoder.conv1"), (spec.encoder.conv2, "encoder.conv2")):
        target.weight, target.bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"].reshape(-1)
    spec.encoder.position_encodings.encodings = tensors["encoder.positional_embedding"]
    norm(spec.encoder.layer_norm, "encoder.ln_post")
    for i, layer in enumerate(spec.encoder.layer):
        name = f"encoder.blocks.{i}"
        attention(layer.self_attention, f"{name}.attn", f"{name}.attn_ln")
        feed_forward(layer.ffn, name)
    spec.decoder.position_encodings.encodings = tensors["decoder.positional_embedding"]
    spec.decoder.embeddings.weight = tensors["decoder.token_embedding.weight"]
    spec.decoder.projection.weight = tensors["decoder.token_embedding.weight"]
    norm(spec.decoder.layer_norm, "decoder.ln")
    for i, layer in enumerate(spec.decoder.layer):
        name = f"decoder.blocks.{i}"
        attention(layer.self_attention, f"{name}.attn", f"{name}.attn_ln")
        attention(layer.attention, f"{name}.cross_attn", f"{name}.cross_attn_ln", cross=True)
        feed_forward(layer.ffn, name)

    names = special_tokens(model.vocabulary)
    spec.register_vocabulary([f"w{i}" for i in range(50257)] + names)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.alignment_heads = [[model.text_layers - 1, 0]]
    spec.config.lang_ids = [50257 + i for i in range(2, names.index("<|translate|>"))]
    os.makedirs(folder, exist_ok=True)
    spec.validate()
    spec.optimize(quantization=quantization)
    spec.save(str(folder))
    return model
