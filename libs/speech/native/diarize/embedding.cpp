#include "embedding.hpp"

#include "../compute/activation.hpp"
#include "fbank.hpp"

#include <algorithm>
#include <cmath>

namespace whisper_bot::diarize {

namespace {

// The head treats features as an image of 80 rows.
constexpr int depth = 32, kernel = 3, deep_rows = 10, head_out = depth * deep_rows;
constexpr int wide_kernel = 5, first_channels = 128, growth = 32, bottleneck = 128, squeeze_size = 64;
constexpr struct {
    int layers, dilation, out;
} sizes[] = {{12, 1, 256}, {24, 2, 512}, {16, 2, 512}};
constexpr int last_channels = 512;
// Frames that a layer's mask is the same for.
constexpr int64_t segment = 100;

IntegerConvolution square(Network & network, int in, int size) {
    const auto & node = network.next("Conv");
    const auto weights = taps_first(network.weights(node, 1, {depth, in, size, size}), depth, in, size * size);
    return {weights.data(), network.weights(node, 2, {depth}).data(), size, size * in, depth};
}

IntegerMatrix linear(Network & network, int in, int out) {
    const auto & node = network.next("Conv");
    const auto weights = network.weights(node, 1, {out, in, 1});
    const auto bias =
        network.has_weights(node, 2) ? network.weights(node, 2, {out}) : std::vector<float>(size_t(out), 0);
    return {weights.data(), bias.data(), in, out};
}

} // namespace

// An image, `depth` numbers per pixel.
struct EmbeddingNetwork::Image {
    int64_t height, width, depth;
    Buffer<float> numbers;
    // Quantized, with a border of zeros.
    Buffer<int16_t> bordered;
    float scale = 0;

    int64_t line() const { return (width + 2) * depth; }
    // Quantizes the numbers, after a rectifier if asked for.
    void round(float most, bool rectify) {
        const int64_t count = height * width * depth;
        if (rectify)
            for (int64_t i = 0; i < count; ++i) numbers.data()[i] = std::max(0.0f, numbers.data()[i]);
        const float peak = max_abs(numbers.data(), count), factor = peak > 0 ? most / peak : 0;
        scale = peak / most;
        // Convolutions with an odd number of inputs read one more.
        int16_t * const target = bordered.reserve(size_t((height + 2) * line() + 2));
        std::fill_n(target, line(), int16_t(0));
        std::fill_n(target + (height + 1) * line(), line() + 2, int16_t(0));
        for (int64_t y = 0; y < height; ++y) {
            int16_t * const row = target + (y + 1) * line();
            std::fill_n(row, depth, int16_t(0));
            std::fill_n(row + line() - depth, depth, int16_t(0));
            const float * const from = numbers.data() + y * width * depth;
            for (int64_t i = 0; i < width * depth; ++i)
                row[depth + i] = int16_t(int32_t(std::nearbyint(from[i] * factor)));
        }
    }
    // 3 × 3, or 1 × 1 where there is one tap only; into `target` of height / stride.
    void convolve(const IntegerConvolution & convolution, int64_t stride, float * target, Epilogue epilogue) const {
        const bool point = convolution.in() == depth;
        for (int64_t y = 0; y < height / stride; ++y) {
            const int16_t * const from = bordered.data() + y * stride * line() + (point ? line() + depth : 0);
            convolution(from, scale, width, depth, line(), target + y * width * convolution.out(), epilogue);
        }
    }
};

EmbeddingNetwork::Rectified EmbeddingNetwork::rectified(Network & network, int channels) {
    const auto & node = network.next("BatchNormalization");
    Rectified layer{network.weights(node, 1, {channels}), network.weights(node, 2, {channels})};
    const auto mean = network.weights(node, 3, {channels}), variance = network.weights(node, 4, {channels});
    for (size_t i = 0; i < size_t(channels); ++i) {
        layer.factor[i] /= std::sqrt(variance[i] + 1e-5f);
        layer.addend[i] -= mean[i] * layer.factor[i];
    }
    return layer;
}

EmbeddingNetwork::EmbeddingNetwork(Network && network) {
    head.push_back(square(network, 1, kernel));
    for (int i = 0; i < 4; ++i) {
        const bool smaller = i % 2 == 0;
        IntegerConvolution first = square(network, depth, kernel), second = square(network, depth, kernel);
        blocks.push_back({smaller ? 2 : 1, std::move(first), std::move(second), {}});
        if (smaller) blocks.back().shortcut.push_back(square(network, depth, 1));
    }
    head.push_back(square(network, depth, kernel));

    const auto & node = network.next("Conv");
    const auto given = network.weights(node, 1, {first_channels, head_out, wide_kernel});
    // The network stores rows within a channel, we store channels within a row.
    std::vector<float> reordered(given.size());
    for (int out = 0; out < first_channels; ++out)
        for (int channel = 0; channel < depth; ++channel)
            for (int row = 0; row < deep_rows; ++row)
                for (int tap = 0; tap < wide_kernel; ++tap)
                    reordered[size_t((out * wide_kernel + tap) * head_out + row * depth + channel)] =
                        given[size_t((out * head_out + channel * deep_rows + row) * wide_kernel + tap)];
    reduce.emplace_back(reordered.data(), network.weights(node, 2, {first_channels}).data(), 1, wide_kernel * head_out,
                        first_channels);

    int channels = first_channels;
    for (const auto & size : sizes) {
        Stage stage{size.dilation, {}, {}, {}};
        for (int i = 0; i < size.layers; ++i, channels += growth) {
            Rectified before = rectified(network, channels);
            IntegerMatrix in = linear(network, channels, bottleneck);
            const auto local = taps_first(network.weights(network.next("Conv"), 1, {growth, bottleneck, kernel}),
                                          growth, bottleneck, kernel);
            const auto &squeeze = network.next("Conv"), &excite = network.next("Conv");
            stage.layers.push_back({std::move(before), std::move(in),
                                    IntegerConvolution(local.data(), nullptr, kernel, bottleneck, growth),
                                    network.weights(squeeze, 1, {squeeze_size, bottleneck, 1}),
                                    network.weights(squeeze, 2, {squeeze_size}),
                                    network.weights(excite, 1, {growth, squeeze_size, 1}),
                                    network.weights(excite, 2, {growth})});
        }
        stage.before = rectified(network, channels);
        stage.transit.push_back(linear(network, channels, size.out));
        channels = size.out;
        stages.push_back(std::move(stage));
    }
    last = network.weights(network.next("Conv"), 1, {embedding_size, 2 * last_channels, 1});
    const auto & normalization = network.next("BatchNormalization");
    last_mean = network.weights(normalization, 3, {embedding_size});
    last_factor = network.weights(normalization, 4, {embedding_size});
    for (float & factor : last_factor) factor = 1 / std::sqrt(factor + 1e-5f);
}

void EmbeddingNetwork::block(const Block & block, Image & image) const {
    thread_local Image middle;
    thread_local Buffer<float> room;
    const auto & shortcut = block.shortcut;
    const float most =
        shortcut.empty() ? block.first.max_input() : std::min(block.first.max_input(), shortcut[0].max_input());
    image.round(most, true);
    middle.height = image.height / block.stride;
    middle.width = image.width;
    middle.depth = depth;
    const size_t count = size_t(middle.height * middle.width * depth);
    image.convolve(block.first, block.stride, middle.numbers.reserve(count), Epilogue::relu);
    if (!shortcut.empty()) {
        image.convolve(shortcut[0], block.stride, room.reserve(count), Epilogue::none);
        std::swap(image.numbers, room);
        image.height = middle.height;
    }
    middle.round(block.second.max_input(), false);
    middle.convolve(block.second, 1, image.numbers.data(), Epilogue::add);
}

// Adds `growth` channels behind the `channels` of each of the rows, which have space for `stride` numbers each.
void EmbeddingNetwork::dense(const Dense & layer, int64_t dilation, float * rows, int64_t frames, int64_t room,
                             int64_t channels) {
    thread_local Buffer<float> before_buffer, bottleneck_buffer, local_buffer;
    thread_local Buffer<int16_t> integer_buffer;
    float * const before = before_buffer.reserve(size_t(frames * channels));
    for (int64_t frame = 0; frame < frames; ++frame)
        for (int64_t i = 0; i < channels; ++i)
            before[frame * channels + i] = std::max(0.0f, rows[frame * room + i] * layer.before.factor[size_t(i)] +
                                                              layer.before.addend[size_t(i)]);
    float * const inner = bottleneck_buffer.reserve(size_t(frames * bottleneck));
    layer.bottleneck(before, frames, inner, Epilogue::relu);

    int16_t * const integers = integer_buffer.reserve(size_t((frames + 2 * dilation) * bottleneck));
    std::fill_n(integers, dilation * bottleneck, int16_t(0));
    std::fill_n(integers + (frames + dilation) * bottleneck, dilation * bottleneck, int16_t(0));
    const float scale = quantize(inner, frames * bottleneck, layer.local.max_input(), integers + dilation * bottleneck);
    float * const local = local_buffer.reserve(size_t(frames * growth));
    layer.local(integers, scale, frames, bottleneck, dilation * bottleneck, local);

    std::array<float, bottleneck> all{};
    const auto add_up = [&](int64_t from, int64_t to, std::array<float, bottleneck> & sum) {
        for (int64_t frame = from; frame < to; ++frame)
            for (int i = 0; i < bottleneck; ++i) sum[size_t(i)] += inner[frame * bottleneck + i];
    };
    add_up(0, frames, all);
    for (int64_t from = 0; from < frames; from += segment) {
        const int64_t to = std::min(frames, from + segment);
        std::array<float, bottleneck> context{};
        add_up(from, to, context);
        for (int i = 0; i < bottleneck; ++i)
            context[size_t(i)] = context[size_t(i)] / float(to - from) + all[size_t(i)] / float(frames);
        std::array<float, squeeze_size> few;
        for (int o = 0; o < squeeze_size; ++o) {
            float sum = layer.squeeze_bias[size_t(o)];
            for (int i = 0; i < bottleneck; ++i) sum += layer.squeeze[size_t(o * bottleneck + i)] * context[size_t(i)];
            few[size_t(o)] = std::max(0.0f, sum);
        }
        std::array<float, growth> mask;
        for (int o = 0; o < growth; ++o) {
            float sum = layer.excite_bias[size_t(o)];
            for (int i = 0; i < squeeze_size; ++i) sum += layer.excite[size_t(o * squeeze_size + i)] * few[size_t(i)];
            mask[size_t(o)] = sigmoid(sum);
        }
        for (int64_t frame = from; frame < to; ++frame)
            for (int i = 0; i < growth; ++i)
                rows[frame * room + channels + i] = local[frame * growth + i] * mask[size_t(i)];
    }
}

std::array<float, embedding_size> EmbeddingNetwork::operator()(const float * features, int64_t frames) const {
    thread_local Image image;
    thread_local Buffer<float> row_buffer, next_buffer, before_buffer;
    thread_local Buffer<int16_t> integer_buffer;

    std::array<float, mel_bins> mean{};
    for (int64_t frame = 0; frame < frames; ++frame)
        for (int bin = 0; bin < mel_bins; ++bin) mean[size_t(bin)] += features[frame * mel_bins + bin] / float(frames);
    image.height = mel_bins;
    image.width = frames;
    image.depth = 1;
    float * const picture = image.numbers.reserve(size_t(mel_bins * frames * depth));
    for (int64_t frame = 0; frame < frames; ++frame)
        for (int bin = 0; bin < mel_bins; ++bin)
            picture[bin * frames + frame] = features[frame * mel_bins + bin] - mean[size_t(bin)];
    image.round(head[0].max_input(), false);
    // It reads the quantized copy, so it may write here.
    image.convolve(head[0], 1, image.numbers.data(), Epilogue::relu);
    image.depth = depth;
    for (const Block & each : blocks) block(each, image);
    image.round(head[1].max_input(), true);
    Buffer<float> & deep = row_buffer;
    image.convolve(head[1], 2, deep.reserve(size_t(deep_rows * frames * depth)), Epilogue::relu);

    const int64_t count = (frames - 1) / 2 + 1, border = wide_kernel / 2;
    int16_t * const integers = integer_buffer.reserve(size_t((frames + 2 * border) * head_out));
    std::fill_n(integers, (frames + 2 * border) * head_out, int16_t(0));
    const float peak = max_abs(deep.data(), deep_rows * frames * depth),
                factor = peak > 0 ? reduce[0].max_input() / peak : 0;
    for (int64_t row = 0; row < deep_rows; ++row)
        for (int64_t frame = 0; frame < frames; ++frame)
            for (int i = 0; i < depth; ++i)
                integers[(frame + border) * head_out + row * depth + i] =
                    int16_t(int32_t(std::nearbyint(deep.data()[(row * frames + frame) * depth + i] * factor)));
    float * next = next_buffer.reserve(size_t(count * last_channels));
    reduce[0](integers, peak / reduce[0].max_input(), count, 2 * head_out, 0, next, Epilogue::relu);

    int64_t channels = first_channels;
    for (const Stage & stage : stages) {
        const int64_t room = channels + growth * int64_t(stage.layers.size());
        float * const rows = row_buffer.reserve(size_t(count * room));
        for (int64_t frame = 0; frame < count; ++frame)
            std::copy_n(next + frame * channels, channels, rows + frame * room);
        for (const Dense & layer : stage.layers) {
            dense(layer, stage.dilation, rows, count, room, channels);
            channels += growth;
        }
        float * const before = before_buffer.reserve(size_t(count * room));
        for (int64_t frame = 0; frame < count; ++frame)
            for (int64_t i = 0; i < room; ++i)
                before[frame * room + i] = std::max(0.0f, rows[frame * room + i] * stage.before.factor[size_t(i)] +
                                                              stage.before.addend[size_t(i)]);
        channels = stage.transit[0].out();
        stage.transit[0](before, count, next, &stage == &stages.back() ? Epilogue::relu : Epilogue::none);
    }

    // Mean and deviation of every channel over time.
    std::array<float, 2 * last_channels> statistics;
    for (int i = 0; i < last_channels; ++i) {
        double sum = 0, squares = 0;
        for (int64_t frame = 0; frame < count; ++frame) sum += next[frame * last_channels + i];
        const double middle = sum / double(count);
        for (int64_t frame = 0; frame < count; ++frame)
            squares += (next[frame * last_channels + i] - middle) * (next[frame * last_channels + i] - middle);
        statistics[size_t(i)] = float(middle);
        statistics[size_t(last_channels + i)] = float(std::sqrt(squares / double(std::max<int64_t>(1, count - 1))));
    }
    std::array<float, embedding_size> embedding;
    float length = 0;
    for (int o = 0; o < embedding_size; ++o) {
        float sum = 0;
        for (int i = 0; i < 2 * last_channels; ++i)
            sum += last[size_t(o * 2 * last_channels + i)] * statistics[size_t(i)];
        // This release of the network ends in a rectifier.
        embedding[size_t(o)] = std::max(0.0f, (sum - last_mean[size_t(o)]) * last_factor[size_t(o)]);
        length += embedding[size_t(o)] * embedding[size_t(o)];
    }
    length = std::sqrt(length);
    if (length > 0)
        for (float & number : embedding) number /= length;
    return embedding;
}

} // namespace whisper_bot::diarize
