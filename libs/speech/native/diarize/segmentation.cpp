#include "segmentation.hpp"

#include "../compute/activation.hpp"

#include <algorithm>
#include <cmath>

namespace whisper_bot::diarize {

namespace {

constexpr int filters = 80, taps = 251, hop = 10;
// Frames after each convolution and its pooling by threes.
constexpr int64_t third = 3, first_frames = (window_samples - taps) / hop + 1, kernel = 5;
constexpr int64_t pooled[] = {first_frames / third, (first_frames / third - kernel + 1) / third, window_frames};
constexpr int channels[] = {filters, 60, 60};
constexpr int layers = 4, hidden = 128, gates = 4 * hidden, both = 2 * hidden;
// Powerset classes: no speaker, one of three, two of three.
constexpr int classes = 7;
constexpr int members[classes] = {0, 1, 2, 4, 3, 5, 6};

// Sine and cosine filters of learned bands (Ravanelli and Bengio 2018; asteroid-filterbanks' ParamSincFB).
std::vector<float> bands(const Network & network) {
    constexpr int pairs = filters / 2, half = taps / 2;
    constexpr float least_hertz = 50, most_hertz = 8000;
    const std::string name = "sincnet.conv1d.0.filterbank.";
    const auto low = network.weights(name + "low_hz_", {pairs, 1}),
               band = network.weights(name + "band_hz_", {pairs, 1});
    const auto times = network.weights(name + "n_", {1, half}), window = network.weights(name + "window_", {half});
    std::vector<float> all(size_t(filters * taps), 0.0f);
    for (int pair = 0; pair < pairs; ++pair) {
        const float from = least_hertz + std::fabs(low[size_t(pair)]);
        const float to = std::clamp(from + least_hertz + std::fabs(band[size_t(pair)]), least_hertz, most_hertz),
                    width = to - from;
        float *const even = &all[size_t(pair * taps)], *const odd = &all[size_t((pairs + pair) * taps)];
        even[half] = 1;
        for (int i = 0; i < half; ++i) {
            const double t = times[size_t(i)], weight = window[size_t(i)] / (t / 2) / (2 * width);
            even[i] = even[taps - 1 - i] = float((std::sin(to * t) - std::sin(from * t)) * weight);
            odd[i] = float((std::cos(from * t) - std::cos(to * t)) * weight);
            odd[taps - 1 - i] = -odd[i];
        }
    }
    return all;
}

std::vector<float> transposed(const std::vector<float> & matrix, int64_t rows, int64_t columns) {
    std::vector<float> reordered(matrix.size());
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < columns; ++c) reordered[size_t(c * rows + r)] = matrix[size_t(r * columns + c)];
    return reordered;
}

float leaky(float x) { return x < 0 ? 0.01f * x : x; }

// Each channel to mean 0 and deviation 1 over its frames (Ulyanov et al. 2016), scaled and shifted, then a leaky
// rectifier.
void normalize(float * frames, int64_t count, int64_t channels, const float * scale, const float * shift) {
    std::vector<double> sum(size_t(channels), 0), squares(size_t(channels), 0);
    for (int64_t frame = 0; frame < count; ++frame)
        for (int64_t c = 0; c < channels; ++c) {
            const double value = frames[frame * channels + c];
            sum[size_t(c)] += value;
            squares[size_t(c)] += value * value;
        }
    std::vector<float> factor(size_t(channels), 0), addend(size_t(channels), 0);
    for (int64_t c = 0; c < channels; ++c) {
        const double mean = sum[size_t(c)] / double(count),
                     variance = std::max(0.0, squares[size_t(c)] / double(count) - mean * mean);
        factor[size_t(c)] = float(scale[c] / std::sqrt(variance + 1e-5));
        addend[size_t(c)] = shift[c] - float(mean) * factor[size_t(c)];
    }
    for (int64_t frame = 0; frame < count; ++frame)
        for (int64_t c = 0; c < channels; ++c) {
            float & value = frames[frame * channels + c];
            value = leaky(value * factor[size_t(c)] + addend[size_t(c)]);
        }
}

// Max pooling over three frames, of magnitudes if `absolute`.
template <bool absolute> void pool(const float * frames, int64_t count, int64_t channels, float * target) {
    for (int64_t frame = 0; frame < count; ++frame)
        for (int64_t c = 0; c < channels; ++c) {
            const float * const from = frames + frame * third * channels + c;
            const float a = from[0], b = from[channels], d = from[2 * channels];
            target[frame * channels + c] =
                absolute ? std::max({std::fabs(a), std::fabs(b), std::fabs(d)}) : std::max({a, b, d});
        }
}

} // namespace

Segmentation::Segmentation(Network && network) {
    const std::string norm = "sincnet.";
    input_norm = {network.weights(norm + "wav_norm1d.weight", {1}), network.weights(norm + "wav_norm1d.bias", {1})};
    convolutions.emplace_back(bands(network).data(), nullptr, 1, taps, filters);
    for (int i = 0; i < 3; ++i) {
        const std::string name = norm + "norm1d." + std::to_string(i);
        normalizations.push_back(
            {network.weights(name + ".weight", {channels[i]}), network.weights(name + ".bias", {channels[i]})});
        if (i == 0) continue;
        const auto & node = network.next("Conv");
        const auto weights = network.weights(node, 1, {channels[i], channels[i - 1], kernel}),
                   bias = network.weights(node, 2, {channels[i]});
        const auto reordered = taps_first(weights, channels[i], channels[i - 1], kernel);
        convolutions.emplace_back(reordered.data(), bias.data(), 1, int(kernel) * channels[i - 1], channels[i]);
    }
    for (int i = 0; i < layers; ++i) {
        const int in = i == 0 ? channels[2] : both;
        const auto & node = network.next("LSTM");
        const auto weights = network.weights(node, 1, {2, gates, in}),
                   recurrent = network.weights(node, 2, {2, gates, hidden});
        const auto bias = network.weights(node, 3, {2, 2 * gates});
        std::vector<float> sums(size_t(2 * gates));
        for (int direction = 0; direction < 2; ++direction)
            for (int gate = 0; gate < gates; ++gate)
                sums[size_t(direction * gates + gate)] =
                    bias[size_t(direction * 2 * gates + gate)] + bias[size_t((direction * 2 + 1) * gates + gate)];
        lstm.push_back({IntegerMatrix(weights.data(), sums.data(), in, 2 * gates),
                        IntegerConvolution(recurrent.data(), nullptr, 1, hidden, gates),
                        IntegerConvolution(recurrent.data() + gates * hidden, nullptr, 1, hidden, gates)});
    }
    const char * const biases[] = {"linear.0.bias", "linear.1.bias", "classifier.bias"};
    const int sizes[] = {both, hidden, hidden, classes};
    for (int i = 0; i < 3;) {
        const auto & node = network.next("MatMul");
        // Those of the filters have other inputs.
        if (!network.has_weights(node, 1) || node.input(1).rfind("onnx::", 0) != 0) continue;
        const auto weights = transposed(network.weights(node, 1, {sizes[i], sizes[i + 1]}), sizes[i], sizes[i + 1]);
        linear.emplace_back(weights.data(), network.weights(biases[i], {sizes[i + 1]}).data(), sizes[i], sizes[i + 1]);
        ++i;
    }
}

void Segmentation::operator()(const float * samples, int64_t windows, float * probabilities) const {
    const int64_t rows = windows * window_frames;
    std::vector<float> frames(size_t(rows * channels[2])), now(size_t(rows * both)), before(size_t(rows * both));
    for (int64_t window = 0; window < windows; ++window)
        encode(samples + window * window_samples, &frames[size_t(window * window_frames * channels[2])]);
    for (int i = 0; i < layers; ++i) {
        run_lstm(lstm[size_t(i)], i == 0 ? frames.data() : before.data(), windows, now.data());
        std::swap(now, before);
    }
    float *from = before.data(), *to = now.data();
    for (const IntegerMatrix & matrix : linear) {
        matrix(from, rows, to);
        if (matrix.out() != classes)
            for (int64_t i = 0; i < rows * matrix.out(); ++i) to[i] = leaky(to[i]);
        std::swap(from, to);
    }
    for (int64_t frame = 0; frame < rows; ++frame) {
        const float * const scores = from + frame * classes;
        const float most = *std::max_element(scores, scores + classes);
        float power[classes], sum = 0;
        for (int i = 0; i < classes; ++i) sum += power[i] = fast_exp(scores[i] - most);
        float * const row = probabilities + frame * columns;
        std::fill_n(row, columns, 0.0f);
        for (int i = 1; i < classes; ++i) {
            row[any_speaker] += power[i] / sum;
            for (int speaker = 0; speaker < local_speakers; ++speaker)
                if (members[i] >> speaker & 1) row[speaker] += power[i] / sum;
        }
    }
}

// The convolutions, of one window.
void Segmentation::encode(const float * samples, float * frames) const {
    thread_local Buffer<int16_t> integers;
    thread_local Buffer<float> rows, pool_buffer;
    int16_t * const heard = integers.reserve(size_t(std::max<int64_t>(window_samples, pooled[0] * channels[0])) + 16);
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < window_samples; ++i) {
        sum += samples[i];
        squares += double(samples[i]) * samples[i];
    }
    // Only the mean is taken off here: what the deviation scales, the scale of the whole numbers does.
    const double mean = sum / window_samples, variance = std::max(0.0, squares / window_samples - mean * mean);
    const float factor = float(input_norm.scale[0] / std::sqrt(variance + 1e-5)),
                addend = input_norm.shift[0] - float(mean) * factor;
    float * const normal = rows.reserve(size_t(std::max<int64_t>(window_samples, pooled[0] * channels[1])));
    for (int64_t i = 0; i < window_samples; ++i) normal[i] = samples[i] * factor + addend;
    float scale = quantize(normal, window_samples, convolutions[0].max_input(), heard);
    std::fill_n(heard + window_samples, 16, int16_t(0));

    float * const kept = pool_buffer.reserve(size_t(pooled[0] * channels[0]));
    // In blocks: all of it would be 5 MB.
    constexpr int64_t piece = 32;
    for (int64_t from = 0; from < pooled[0]; from += piece) {
        const int64_t count = std::min(piece, pooled[0] - from);
        float wave[piece * third * filters];
        convolutions[0](heard + from * third * hop, scale, count * third, hop, 0, wave);
        pool<true>(wave, count, filters, kept + from * filters);
    }
    for (int i = 1; i < 3; ++i) {
        const int64_t before = pooled[i - 1], in = channels[i - 1], out = channels[i];
        normalize(kept, before, in, normalizations[size_t(i - 1)].scale.data(),
                  normalizations[size_t(i - 1)].shift.data());
        scale = quantize(kept, before * in, convolutions[size_t(i)].max_input(), heard);
        convolutions[size_t(i)](heard, scale, before - kernel + 1, in, 0, normal);
        pool<false>(normal, pooled[i], out, kept);
    }
    normalize(kept, pooled[2], channels[2], normalizations[2].scale.data(), normalizations[2].shift.data());
    std::copy_n(kept, pooled[2] * channels[2], frames);
}

// `in`: windows × frames × inputs; `out`: windows × frames × both directions.
void Segmentation::run_lstm(const Lstm & layer, const float * in, int64_t windows, float * out) const {
    thread_local Buffer<float> projected, sums;
    float * const given = projected.reserve(size_t(windows * window_frames * 2 * gates));
    layer.in(in, windows * window_frames, given);
    float * const recurrent = sums.reserve(size_t(windows * gates));
    for (int direction = 0; direction < 2; ++direction) {
        const IntegerConvolution & matrix = direction == 0 ? layer.forward : layer.backward;
        const float most = matrix.max_input();
        std::vector<int16_t> heard(size_t(windows * hidden), 0);
        std::vector<float> cells(size_t(windows * hidden), 0);
        for (int64_t step = 0; step < window_frames; ++step) {
            const int64_t frame = direction == 0 ? step : window_frames - 1 - step;
            // The hidden state is within -1 and 1.
            matrix(heard.data(), 1 / most, windows, hidden, 0, recurrent);
            for (int64_t window = 0; window < windows; ++window) {
                const int64_t row = window * window_frames + frame;
                const float *const a = given + (row * 2 + direction) * gates, *const b = recurrent + window * gates;
                float *const cell = &cells[size_t(window * hidden)], *const result =
                                                                         out + row * both + direction * hidden;
                int16_t * const next = &heard[size_t(window * hidden)];
                // ONNX's order: input, output, forget, cell.
                for (int i = 0; i < hidden; ++i) {
                    const float input_gate = sigmoid(a[i] + b[i]), output_gate = sigmoid(a[hidden + i] + b[hidden + i]);
                    const float forget_gate = sigmoid(a[2 * hidden + i] + b[2 * hidden + i]),
                                candidate = fast_tanh(a[3 * hidden + i] + b[3 * hidden + i]);
                    cell[i] = forget_gate * cell[i] + input_gate * candidate;
                    result[i] = output_gate * fast_tanh(cell[i]);
                    next[i] = int16_t(int32_t(std::nearbyint(result[i] * most)));
                }
            }
        }
    }
}

} // namespace whisper_bot::diarize
