#include "mel.hpp"

#include "layer.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

constexpr int width = 400, hop = 160, bins = width / 2 + 1;

std::vector<float> transform_of() {
    std::vector<float> matrix(size_t(2 * bins * width));
    for (int bin = 0; bin < bins; ++bin)
        for (int i = 0; i < width; ++i) {
            const double hann = 0.5 - 0.5 * std::cos(2 * M_PI * i / width), angle = 2 * M_PI * bin * i / width;
            matrix[size_t(bin * width + i)] = float(hann * std::cos(angle));
            matrix[size_t((bins + bin) * width + i)] = float(hann * std::sin(angle));
        }
    return matrix;
}

} // namespace

Mel::Mel(const WeightFile & file)
    : transform(transform_of().data(), nullptr, width, 2 * bins, 1000), filters(file.filters.data(), nullptr, bins, file.shape.mels, 1000) {}

void Mel::operator()(const float * samples, int64_t count, int64_t frames, float * result) const {
    thread_local Buffer<float> padded, cut, complex, power;
    const int64_t room = frames * hop + width, used = std::min(count, room - width / 2);
    float * const sound = padded.reserve(size_t(room));
    std::fill(sound, sound + room, 0.0f);
    std::copy(samples, samples + used, sound + width / 2);
    // The first window is centred on the first sample: the beginning is mirrored before it.
    for (int i = 1; i <= width / 2 && i < used; ++i) sound[width / 2 - i] = samples[i];

    float * const waves = complex.reserve(size_t(frames * 2 * bins));
    float * const energy = power.reserve(size_t(frames * bins));
    transform(unfold(sound, frames, width, hop, cut), frames, waves);
    for (int64_t frame = 0; frame < frames; ++frame) {
        const float * const wave = waves + frame * 2 * bins;
        float * const row = energy + frame * bins;
        for (int bin = 0; bin < bins; ++bin) row[bin] = wave[bin] * wave[bin] + wave[bins + bin] * wave[bins + bin];
    }
    filters(energy, frames, result);
    const int64_t size = frames * mels();
    float most = -1e30f;
    for (int64_t i = 0; i < size; ++i) {
        result[i] = std::log10(std::max(result[i], 1e-10f));
        most = std::max(most, result[i]);
    }
    for (int64_t i = 0; i < size; ++i) result[i] = (std::max(result[i], most - 8) + 4) / 4;
}
