#include "decoder.hpp"

#include "load-layers.hpp"

#include <algorithm>

namespace whisper_bot::whisper {

namespace {

// The output projection is tied to the embedding.
constexpr auto embedding_name = "decoder.token_embedding.weight";

} // namespace

struct Decoder::Workspace {
    Buffer<float> x, scores, normed, joined, attended, fc1, pairs;
};

Decoder::Decoder(const WeightFile & file, std::vector<Head> aligned, int threads)
    : state(file.shape.text_state), heads(file.shape.text_heads), words(file.shape.vocabulary),
      length(file.shape.text_context), positional_embedding(file.tensor("decoder.positional_embedding")),
      embedding(file.rows(embedding_name, state)), norm(file, "decoder.ln"),
      logits_of(file.tensor(embedding_name).data(), nullptr, state, words), aligned_heads(std::move(aligned)) {
    layers = load_layers<Layer>(file.shape.text_layers, threads, [&](int i) {
        const std::string name = "decoder.blocks." + std::to_string(i) + ".";
        const std::string self = name + "attn.", cross = name + "cross_attn.";
        return Layer{LayerNorm(file, name + "attn_ln"),
                     LayerNorm(file, name + "cross_attn_ln"),
                     LayerNorm(file, name + "mlp_ln"),
                     linear_of<IntegerMatrix>(file, {self + "query", self + "key", self + "value"}, state),
                     linear_of<IntegerMatrix>(file, {self + "out"}, state),
                     linear_of<IntegerMatrix>(file, {cross + "query"}, state),
                     linear_of<IntegerMatrix>(file, {cross + "key", cross + "value"}, state),
                     linear_of<IntegerMatrix>(file, {cross + "out"}, state),
                     linear_of<IntegerMatrix>(file, {name + "mlp.0"}, state),
                     linear_of<IntegerMatrix>(file, {name + "mlp.2"}, 4 * state)};
    });
}

size_t Decoder::bytes(int64_t positions) const {
    return layers.size() * size_t(2 * state) * (size_t(positions) * sizeof(int8_t) + size_t(length) * sizeof(BFloat16));
}

void Decoder::project(const float * encoded, int64_t positions, EncoderOutput & encoded_audio) const {
    thread_local Workspace workspace;
    const int64_t width = state;
    encoded_audio.positions = positions;
    encoded_audio.heads.resize(layers.size() * size_t(heads));
    float * const pairs = workspace.pairs.reserve(size_t(positions * 2 * width));
    for (size_t i = 0; i < layers.size(); ++i) {
        layers[i].cross_key_value(encoded, positions, pairs);
        for (int h = 0; h < heads; ++h)
            encoded_audio.heads[i * size_t(heads) + size_t(h)].pack(
                pairs + h * head_size, pairs + width + h * head_size, 2 * width, positions);
    }
}

void Decoder::begin(DecoderState & text, const EncoderOutput & encoded_audio, int64_t tokens) const {
    text.encoded_audio = &encoded_audio;
    text.first = 0;
    text.last = encoded_audio.positions;
    text.length = 0;
    text.keys.resize(layers.size());
    text.values.resize(layers.size());
    for (size_t i = 0; i < layers.size(); ++i) {
        text.keys[i].reserve(size_t(tokens * state));
        text.values[i].reserve(size_t(tokens * state));
    }
    text.cross_attention.reserve(aligned_heads.size() * size_t(encoded_audio.positions));
}

void Decoder::attend_self(const float * joined, DecoderState & text, size_t layer, float * result) const {
    thread_local Workspace workspace;
    const int64_t width = state, count = text.length + 1;
    BFloat16 * const keys = text.keys[layer].data();
    BFloat16 * const values = text.values[layer].data();
    for (int64_t c = 0; c < width; ++c) {
        store(keys[text.length * width + c], to_float(joined[width + c]));
        store(values[text.length * width + c], to_float(joined[2 * width + c]));
    }
    float * const scores = workspace.scores.reserve(size_t(count));
    for (int h = 0; h < heads; ++h) {
        const int64_t at = h * head_size;
        float query[head_size], sums[head_size] = {};
        for (int i = 0; i < head_size; ++i) query[i] = to_float(joined[at + i]);
        for (int64_t t = 0; t < count; ++t) {
            float sum = 0;
            for (int i = 0; i < head_size; ++i) sum += query[i] * to_float(keys[t * width + at + i]);
            scores[t] = sum;
        }
        const float whole = softmax_numerators(scores, count, 1 / std::sqrt(float(head_size)), scores);
        for (int64_t t = 0; t < count; ++t)
            for (int i = 0; i < head_size; ++i) sums[i] += scores[t] * to_float(values[t * width + at + i]);
        for (int i = 0; i < head_size; ++i) store(result[at + i], sums[i] / whole);
    }
}

void Decoder::attend_cross(const float * query, DecoderState & text, size_t layer, float * result) const {
    for (int h = 0; h < heads; ++h) {
        const auto aligned_head = std::find_if(aligned_heads.begin(), aligned_heads.end(), [&](const Head & one) {
            return one.layer == int(layer) && one.head == h;
        });
        float * const cross_attention =
            aligned_head == aligned_heads.end()
                ? nullptr
                : text.cross_attention.data() + (aligned_head - aligned_heads.begin()) * text.encoded_audio->positions;
        text.encoded_audio->heads[layer * size_t(heads) + size_t(h)].attend(
            query + h * head_size, 0, 1, result + h * head_size, 0, cross_attention, text.first, text.last);
    }
}

void Decoder::step(const std::vector<DecoderState *> & states, const std::vector<int> & tokens, float * logits) const {
    thread_local Workspace workspace;
    const int64_t width = state, count = int64_t(states.size());
    float * const x = workspace.x.reserve(size_t(count * width));
    float * const normed = workspace.normed.reserve(size_t(count * width));
    float * const joined = workspace.joined.reserve(size_t(count * 3 * width));
    float * const attended = workspace.attended.reserve(size_t(count * width));
    float * const fc1 = workspace.fc1.reserve(size_t(count * 4 * width));
    for (int64_t row = 0; row < count; ++row) {
        const float * const position_row = positional_embedding.data() + states[size_t(row)]->length * width;
        embedding.read(tokens[size_t(row)], x + row * width);
        for (int64_t i = 0; i < width; ++i) x[row * width + i] += position_row[i];
    }
    for (size_t i = 0; i < layers.size(); ++i) {
        const Layer & layer = layers[i];
        layer.self_norm(x, count, normed);
        layer.query_key_value(normed, count, joined);
        for (int64_t row = 0; row < count; ++row)
            attend_self(joined + row * 3 * width, *states[size_t(row)], i, attended + row * width);
        layer.self_out(attended, count, x, Epilogue::add);
        layer.cross_norm(x, count, normed);
        layer.cross_query(normed, count, joined);
        for (int64_t row = 0; row < count; ++row)
            attend_cross(joined + row * width, *states[size_t(row)], i, attended + row * width);
        layer.cross_out(attended, count, x, Epilogue::add);
        layer.mlp_norm(x, count, normed);
        layer.fc1(normed, count, fc1, Epilogue::gelu);
        layer.fc2(fc1, count, x, Epilogue::add);
    }
    for (DecoderState * text : states) ++text->length;
    if (logits == nullptr) return;
    norm(x, count, normed);
    logits_of(normed, count, logits);
}

} // namespace whisper_bot::whisper
