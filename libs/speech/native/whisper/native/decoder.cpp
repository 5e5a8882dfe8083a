#include "decoder.hpp"

#include <algorithm>

namespace {

// How likely each word is comes of the same matrix that words are looked up in.
constexpr auto embedding_name = "decoder.token_embedding.weight";

} // namespace

struct Decoder::Room {
    Buffer<float> x, scores, normed, joined, attended, wide, pairs;
};

Decoder::Decoder(const WeightFile & file, std::vector<Head> aligned)
    : state(file.shape.text_state), heads(file.shape.text_heads), words(file.shape.vocabulary), length(file.shape.text_context),
      places(file.tensor("decoder.positional_embedding")), embedding(file.rows(embedding_name, state)), norm(file, "decoder.ln"),
      logits_of(file.tensor(embedding_name).data(), nullptr, state, words), gazers(std::move(aligned)) {
    for (int i = 0; i < file.shape.text_layers; ++i) {
        const std::string name = "decoder.blocks." + std::to_string(i) + ".";
        const std::string self = name + "attn.", cross = name + "cross_attn.";
        layers.push_back({Norm(file, name + "attn_ln"), Norm(file, name + "cross_attn_ln"), Norm(file, name + "mlp_ln"),
                          linear_of<IntegerMatrix>(file, {self + "query", self + "key", self + "value"}, state),
                          linear_of<IntegerMatrix>(file, {self + "out"}, state), linear_of<IntegerMatrix>(file, {cross + "query"}, state),
                          linear_of<IntegerMatrix>(file, {cross + "key", cross + "value"}, state), linear_of<IntegerMatrix>(file, {cross + "out"}, state),
                          linear_of<IntegerMatrix>(file, {name + "mlp.0"}, state), linear_of<IntegerMatrix>(file, {name + "mlp.2"}, 4 * state)});
    }
}

size_t Decoder::bytes(int64_t positions) const {
    return layers.size() * size_t(2 * state) * (size_t(positions) * sizeof(int8_t) + size_t(length) * sizeof(Bf16));
}

void Decoder::listen(const float * encoded, int64_t positions, Sound & sound) const {
    thread_local Room room;
    const int64_t width = state;
    sound.positions = positions;
    sound.heads.resize(layers.size() * size_t(heads));
    float * const pairs = room.pairs.reserve(size_t(positions * 2 * width));
    for (size_t i = 0; i < layers.size(); ++i) {
        layers[i].cross_key_value(encoded, positions, pairs);
        for (int h = 0; h < heads; ++h)
            sound.heads[i * size_t(heads) + size_t(h)].pack(pairs + h * head, pairs + width + h * head, 2 * width, positions);
    }
}

void Decoder::begin(Text & text, const Sound & sound, int64_t tokens) const {
    text.sound = &sound;
    text.first = 0;
    text.last = sound.positions;
    text.length = 0;
    text.keys.resize(layers.size());
    text.values.resize(layers.size());
    for (size_t i = 0; i < layers.size(); ++i) {
        text.keys[i].reserve(size_t(tokens * state));
        text.values[i].reserve(size_t(tokens * state));
    }
    text.gaze.reserve(gazers.size() * size_t(sound.positions));
}

void Decoder::attend_self(const float * joined, Text & text, size_t layer, float * result) const {
    thread_local Room room;
    const int64_t width = state, count = text.length + 1;
    Bf16 * const keys = text.keys[layer].data();
    Bf16 * const values = text.values[layer].data();
    for (int64_t c = 0; c < width; ++c) {
        put(keys[text.length * width + c], value_of(joined[width + c]));
        put(values[text.length * width + c], value_of(joined[2 * width + c]));
    }
    float * const scores = room.scores.reserve(size_t(count));
    for (int h = 0; h < heads; ++h) {
        const int64_t at = h * head;
        float query[head], sums[head] = {};
        for (int i = 0; i < head; ++i) query[i] = value_of(joined[at + i]);
        for (int64_t t = 0; t < count; ++t) {
            float sum = 0;
            for (int i = 0; i < head; ++i) sum += query[i] * value_of(keys[t * width + at + i]);
            scores[t] = sum;
        }
        const float whole = weigh(scores, count, 1 / std::sqrt(float(head)), scores);
        for (int64_t t = 0; t < count; ++t)
            for (int i = 0; i < head; ++i) sums[i] += scores[t] * value_of(values[t * width + at + i]);
        for (int i = 0; i < head; ++i) put(result[at + i], sums[i] / whole);
    }
}

void Decoder::attend_sound(const float * query, Text & text, size_t layer, float * result) const {
    for (int h = 0; h < heads; ++h) {
        const auto gazer = std::find_if(gazers.begin(), gazers.end(), [&](const Head & one) { return one.layer == int(layer) && one.head == h; });
        float * const gaze = gazer == gazers.end() ? nullptr : text.gaze.data() + (gazer - gazers.begin()) * text.sound->positions;
        text.sound->heads[layer * size_t(heads) + size_t(h)].attend(query + h * head, 0, 1, result + h * head, 0, gaze, text.first, text.last);
    }
}

void Decoder::step(const std::vector<Text *> & texts, const std::vector<int> & tokens, float * logits) const {
    thread_local Room room;
    const int64_t width = state, count = int64_t(texts.size());
    float * const x = room.x.reserve(size_t(count * width));
    float * const normed = room.normed.reserve(size_t(count * width));
    float * const joined = room.joined.reserve(size_t(count * 3 * width));
    float * const attended = room.attended.reserve(size_t(count * width));
    float * const wide = room.wide.reserve(size_t(count * 4 * width));
    for (int64_t row = 0; row < count; ++row) {
        const float * const place = places.data() + texts[size_t(row)]->length * width;
        embedding.read(tokens[size_t(row)], x + row * width);
        for (int64_t i = 0; i < width; ++i) x[row * width + i] += place[i];
    }
    for (size_t i = 0; i < layers.size(); ++i) {
        const Layer & layer = layers[i];
        layer.self_norm(x, count, normed);
        layer.query_key_value(normed, count, joined);
        for (int64_t row = 0; row < count; ++row) attend_self(joined + row * 3 * width, *texts[size_t(row)], i, attended + row * width);
        layer.self_out(attended, count, x, Then::add);
        layer.cross_norm(x, count, normed);
        layer.cross_query(normed, count, joined);
        for (int64_t row = 0; row < count; ++row) attend_sound(joined + row * width, *texts[size_t(row)], i, attended + row * width);
        layer.cross_out(attended, count, x, Then::add);
        layer.mlp_norm(x, count, normed);
        layer.wide(normed, count, wide, Then::gelu);
        layer.narrow(wide, count, x, Then::add);
    }
    for (Text * text : texts) ++text->length;
    if (logits == nullptr) return;
    norm(x, count, normed);
    logits_of(normed, count, logits);
}
