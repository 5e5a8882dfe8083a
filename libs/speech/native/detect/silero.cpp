#include "silero.hpp"

#include "../compute/activation.hpp"

#include <algorithm>
#include <cmath>

namespace whisper_bot::detect {

namespace {

// The Fourier transform as a matrix, and four convolutions of three steps each: a frame's four spectra become one row.
constexpr int wave = 256, hop = 128, bins = wave / 2 + 1, spectra = 4, kernel = 3, gates = 4 * Silero::hidden;
constexpr int64_t seen = context_samples + frame_samples, mirrored = 64;
constexpr struct {
    int in, out, stride, rows;
} layers[] = {{bins, 128, 1, 4}, {128, 64, 2, 2}, {64, 64, 2, 1}, {64, 128, 1, 1}};
// Frames worked on at once: 2 MB.
constexpr int64_t piece = 128;

const std::string encoder_name = "model.encoder.", recurrent_name = "model.decoder.rnn.";

IntegerMatrix spectrum_of(const Network & network) {
    return {network.weights("model.stft.forward_basis_buffer", {2 * bins, 1, wave}).data(), nullptr, wave, 2 * bins};
}

IntegerMatrix convolution(const Network & network, size_t layer) {
    const auto [in, out, stride, rows] = layers[layer];
    const std::string name = encoder_name + std::to_string(layer) + ".reparam_conv.";
    const auto given = network.weights(name + "weight", {out, in, kernel});
    const auto reordered = taps_first(given, out, in, kernel);
    return {reordered.data(), network.weights(name + "bias", {out}).data(), kernel * in, out};
}

IntegerMatrix input_of(const Network & network) {
    auto bias = network.weights(recurrent_name + "bias_ih", {gates});
    const auto more = network.weights(recurrent_name + "bias_hh", {gates});
    for (size_t i = 0; i < bias.size(); ++i) bias[i] += more[i];
    return {network.weights(recurrent_name + "weight_ih", {gates, Silero::hidden}).data(), bias.data(), Silero::hidden,
            gates};
}

IntegerConvolution recurrence_of(const Network & network) {
    return {network.weights(recurrent_name + "weight_hh", {gates, Silero::hidden}).data(), nullptr, 1, Silero::hidden,
            gates};
}

// im2col: every row of a frame with its neighbours, zeros beyond the frame.
void unfold(const float * rows, int64_t frames, int count, int in, int stride, int results, float * target) {
    for (int64_t frame = 0; frame < frames; ++frame)
        for (int result = 0; result < results; ++result)
            for (int tap = 0; tap < kernel; ++tap, target += in) {
                const int row = result * stride + tap - 1;
                if (row < 0 || row >= count) std::fill_n(target, in, 0.0f);
                else std::copy_n(rows + (frame * count + row) * in, in, target);
            }
}

} // namespace

Silero::Silero(const Network & network)
    : spectrum(spectrum_of(network)), in(input_of(network)), recurrent(recurrence_of(network)),
      last(network.weights("model.decoder.decoder.2.weight", {1, hidden, 1})),
      last_bias(network.weights("model.decoder.decoder.2.bias", {1})) {
    for (size_t layer = 0; layer < std::size(layers); ++layer) encoder.push_back(convolution(network, layer));
}

void Silero::operator()(const float * samples, int64_t frames, State & state, float * probabilities) const {
    std::vector<float> unfolded(size_t(piece * spectra * kernel * bins)), rows(size_t(piece * spectra * 2 * bins)),
        steps(size_t(piece * gates));
    std::array<float, gates> sums;
    for (int64_t from = 0; from < frames; from += piece) {
        const int64_t count = std::min(piece, frames - from);
        float * cut = unfolded.data();
        for (int64_t frame = from; frame < from + count; ++frame) {
            const float * const sound = samples + frame * frame_samples;
            for (int step = 0; step < spectra; ++step, cut += wave)
                for (int i = 0; i < wave; ++i) {
                    const int64_t at = step * hop + i;
                    // The end of a frame is mirrored.
                    cut[i] = sound[at < seen ? at : 2 * (seen - 1) - at];
                }
        }
        static_assert((spectra - 1) * hop + wave == seen + mirrored);
        spectrum(unfolded.data(), count * spectra, rows.data());
        for (int64_t row = 0; row < count * spectra; ++row)
            for (int bin = 0; bin < bins; ++bin) {
                const float a = rows[size_t(row * 2 * bins + bin)], b = rows[size_t(row * 2 * bins + bins + bin)];
                // In place: rows shrink from the front, so none is overwritten before it is read.
                rows[size_t(row * bins + bin)] = std::sqrt(a * a + b * b);
            }
        int before = spectra;
        for (size_t layer = 0; layer < encoder.size(); ++layer) {
            const auto [inputs, outputs, stride, results] = layers[layer];
            unfold(rows.data(), count, before, inputs, stride, results, unfolded.data());
            encoder[layer](unfolded.data(), count * results, rows.data(), Epilogue::relu);
            before = results;
        }
        in(rows.data(), count, steps.data());
        const float most = recurrent.max_input();
        for (int64_t frame = 0; frame < count; ++frame) {
            recurrent(state.hidden_state.data(), 1 / most, 1, hidden, 0, sums.data());
            const float * const a = &steps[size_t(frame * gates)];
            // PyTorch's order: input, forget, cell, output.
            float score = last_bias[0];
            for (int i = 0; i < hidden; ++i) {
                const float input_gate = sigmoid(a[i] + sums[size_t(i)]),
                            forget_gate = sigmoid(a[hidden + i] + sums[size_t(hidden + i)]);
                const float candidate = fast_tanh(a[2 * hidden + i] + sums[size_t(2 * hidden + i)]),
                            output_gate = sigmoid(a[3 * hidden + i] + sums[size_t(3 * hidden + i)]);
                float & cell = state.cell[size_t(i)];
                cell = forget_gate * cell + input_gate * candidate;
                const float hidden_state = output_gate * fast_tanh(cell);
                state.hidden_state[size_t(i)] = int16_t(int32_t(std::nearbyint(hidden_state * most)));
                score += last[size_t(i)] * std::max(0.0f, hidden_state);
            }
            probabilities[from + frame] = sigmoid(score);
        }
    }
}

} // namespace whisper_bot::detect
