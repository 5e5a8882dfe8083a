#include "encoder.hpp"

#include "attention.hpp"
#include "load-layers.hpp"

#include <algorithm>

namespace whisper_bot::whisper {

namespace {

// Queries per block: their scores stay in the second-level cache.
constexpr int64_t block = 128;

} // namespace

template <class E> struct Encoder<E>::Workspace {
    Buffer<float> mel, x;
    Buffer<E> frames, middle, unfolded, normed, joined, attended, fc1;
};

template <class E> Linear<E> Encoder<E>::convolution(const WeightFile & file, const std::string & name, int channels) {
    // In the file [out][channel][3]; the three frames lie side by side in our rows.
    const auto given = file.tensor(name + ".weight"), bias = file.tensor(name + ".bias");
    std::vector<float> weights(given.size());
    const size_t in = size_t(channels);
    for (size_t out = 0; out < bias.size(); ++out)
        for (size_t channel = 0; channel < in; ++channel)
            for (size_t tap = 0; tap < 3; ++tap)
                weights[(out * 3 + tap) * in + channel] = given[(out * in + channel) * 3 + tap];
    return Linear<E>(weights.data(), bias.data(), 3 * channels, int(bias.size()), 1500);
}

template <class E>
Encoder<E>::Encoder(const WeightFile & file, int threads)
    : state(file.shape.audio_state), heads(file.shape.audio_heads), mel(file.filters, file.shape.mels),
      first(convolution(file, "encoder.conv1", file.shape.mels)), second(convolution(file, "encoder.conv2", state)),
      positional_embedding(file.tensor("encoder.positional_embedding")), norm(file, "encoder.ln_post") {
    layers = load_layers<Layer>(file.shape.audio_layers, threads, [&](int i) {
        const std::string name = "encoder.blocks." + std::to_string(i) + ".";
        const std::string attention = name + "attn.";
        return Layer{
            LayerNorm(file, name + "attn_ln"),
            LayerNorm(file, name + "mlp_ln"),
            linear_of<Linear<E>>(file, {attention + "query", attention + "key", attention + "value"}, state, 1500),
            linear_of<Linear<E>>(file, {attention + "out"}, state, 1500),
            linear_of<Linear<E>>(file, {name + "mlp.0"}, state, 1500),
            linear_of<Linear<E>>(file, {name + "mlp.2"}, 4 * state, 1500)};
    });
}

template <class E>
void Encoder<E>::operator()(const float * samples, int64_t count, int64_t positions, int threads,
                            const std::function<void()> & step, E * result) const {
    thread_local Workspace workspace;
    const int64_t width = state, bands = mel.mels(), frames = 2 * positions;
    float * const spectrum = workspace.mel.reserve(size_t(frames * bands));
    mel(samples, count, frames, spectrum);

    // Convolutions are products over three neighbouring rows; with a row of zeros before the first and after the last.
    E * const rows = workspace.frames.reserve(size_t((frames + 2) * bands));
    E * const middle = workspace.middle.reserve(size_t((frames + 2) * width));
    for (int64_t i = 0; i < bands; ++i) store(rows[i], 0), store(rows[(frames + 1) * bands + i], 0);
    for (int64_t i = 0; i < frames * bands; ++i) store(rows[bands + i], spectrum[i]);
    for (int64_t i = 0; i < width; ++i) store(middle[i], 0), store(middle[(frames + 1) * width + i], 0);
    first(unfold(rows, frames, 3 * bands, bands, workspace.unfolded), frames, middle + width, Epilogue::gelu);
    float * const x = workspace.x.reserve(size_t(positions * width));
    second(unfold(middle, positions, 3 * width, 2 * width, workspace.unfolded), positions, x, Epilogue::gelu);
    for (int64_t i = 0; i < positions * width; ++i) x[i] += positional_embedding[size_t(i)];

    E * const normed = workspace.normed.reserve(size_t(positions * width));
    E * const joined = workspace.joined.reserve(size_t(positions * 3 * width));
    E * const attended = workspace.attended.reserve(size_t(positions * width));
    E * const fc1 = workspace.fc1.reserve(size_t(positions * 4 * width));
    for (const Layer & layer : layers) {
        layer.attention_norm(x, positions, normed);
        layer.query_key_value(normed, positions, joined);
        attend(workspace, positions, threads);
        layer.out(attended, positions, x, Epilogue::add);
        layer.mlp_norm(x, positions, normed);
        layer.fc1(normed, positions, fc1, Epilogue::gelu);
        layer.fc2(fc1, positions, x, Epilogue::add);
        step();
    }
    norm(x, positions, result);
}

template <> void Encoder<float>::attend(Workspace & workspace, int64_t positions, int threads) const {
    const int64_t width = state;
    const float * const joined = workspace.joined.data();
    float * const attended = workspace.attended.data();
#pragma omp parallel for num_threads(threads) schedule(dynamic) if (threads > 1)
    for (int64_t at = 0; at < width; at += head_size) {
        thread_local KeyValueCache<int16_t> known;
        known.pack(joined + width + at, joined + 2 * width + at, 3 * width, positions);
        known.attend(joined + at, 3 * width, positions, attended + at, width);
    }
}

template <class E> void Encoder<E>::attend(Workspace & workspace, int64_t positions, int threads) const {
    using dnnl::memory;
    const int64_t width = state;
    const auto type = Element<E>::type;
    const E * const joined = workspace.joined.data();
    E * const attended = workspace.attended.data();
    const memory::desc keys({head_size, positions}, type, {1, 3 * width}),
        values({positions, head_size}, type, {3 * width, 1});
    const memory::desc any_keys({head_size, positions}, type, memory::format_tag::any),
        any_values({positions, head_size}, type, memory::format_tag::any);

#pragma omp parallel for num_threads(threads) schedule(dynamic) if (threads > 1)
    for (int h = 0; h < heads; ++h) {
        thread_local Buffer<uint8_t> packed_keys, packed_values;
        thread_local Buffer<float> scores, sums;
        thread_local Buffer<E> shares;
        thread_local struct {
            int64_t positions = -1, width = -1;
            Product scores[2], sums[2];
        } known;
        const int64_t last = positions % block == 0 ? block : positions % block;
        if (known.positions != positions || known.width != width) {
            known.positions = positions, known.width = width;
            for (int i = 0; i < 2; ++i) {
                const int64_t count = i == 0 ? std::min(block, positions) : last;
                const auto f32 = memory::data_type::f32;
                known.scores[i] = make_product({count, head_size, 3 * width, type},
                                               i == 0 ? any_keys : known.scores[0].description.weights_desc(),
                                               {count, positions, positions, f32}, false, Epilogue::none);
                known.sums[i] = make_product({count, positions, positions, type},
                                             i == 0 ? any_values : known.sums[0].description.weights_desc(),
                                             {count, head_size, head_size, f32}, false, Epilogue::none);
            }
        }
        const auto key_layout = known.scores[0].description.weights_desc(),
                   value_layout = known.sums[0].description.weights_desc();
        uint8_t * const k = packed_keys.reserve(key_layout.get_size());
        uint8_t * const v = packed_values.reserve(value_layout.get_size());
        reorder(keys, joined + width + h * head_size, key_layout, k);
        reorder(values, joined + 2 * width + h * head_size, value_layout, v);
        float * const s = scores.reserve(size_t(block * positions));
        float w[block], *const a = sums.reserve(size_t(block * head_size));
        E * const p = shares.reserve(size_t(block * positions));
        for (int64_t from = 0; from < positions; from += block) {
            const int64_t count = std::min(block, positions - from);
            const int which = count == std::min(block, positions) ? 0 : 1;
            run(known.scores[which], joined + from * 3 * width + h * head_size, k, nullptr, s);
            for (int64_t row = 0; row < count; ++row)
                w[row] = softmax_numerators(s + row * positions, positions, 1 / std::sqrt(float(head_size)),
                                            p + row * positions);
            run(known.sums[which], p, v, nullptr, a);
            for (int64_t row = 0; row < count; ++row)
                for (int64_t i = 0; i < head_size; ++i)
                    store(attended[(from + row) * width + h * head_size + i], a[row * head_size + i] / w[row]);
        }
    }
}

template class Encoder<float>;
template class Encoder<BFloat16>;

} // namespace whisper_bot::whisper
