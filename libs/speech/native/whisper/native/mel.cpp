#include "mel.hpp"

#include <algorithm>
#include <cmath>

namespace whisper_bot::whisper {

namespace {

constexpr int width = 400, hop = 160;

} // namespace

Mel::Mel(const std::vector<float> & weights, int mels)
    : spectrum(width), filters(weights.data(), mels, spectrum.bins()), window(width) {
    for (int i = 0; i < width; ++i) window[size_t(i)] = float(0.5 - 0.5 * std::cos(2 * M_PI * i / width));
}

void Mel::operator()(const float * samples, int64_t count, int64_t frames, float * result) const {
    thread_local Buffer<float> padded, cut, power;
    const int64_t room = frames * hop + width, used = std::min(count, room - width / 2);
    float * const sound = padded.reserve(size_t(room));
    std::fill(sound, sound + room, 0.0f);
    std::copy(samples, samples + used, sound + width / 2);
    // The first window is centred on the first sample: the beginning is mirrored before it.
    for (int i = 1; i <= width / 2 && i < used; ++i) sound[width / 2 - i] = samples[i];

    float most = -1e30f;
    float * const some = cut.reserve(size_t(Spectrum::batch * width));
    float * const energy = power.reserve(size_t(Spectrum::batch * spectrum.bins()));
    for (int64_t from = 0; from < frames; from += Spectrum::batch) {
        const int64_t these = std::min(Spectrum::batch, frames - from);
        for (int64_t frame = 0; frame < these; ++frame)
            for (int64_t i = 0; i < width; ++i)
                some[frame * width + i] = sound[(from + frame) * hop + i] * window[size_t(i)];
        spectrum(some, these, energy);
        for (int64_t frame = 0; frame < these; ++frame) {
            float * const row = result + (from + frame) * mels();
            filters(energy + frame * spectrum.bins(), row);
            for (int i = 0; i < mels(); ++i) {
                row[i] = std::log10(std::max(row[i], 1e-10f));
                most = std::max(most, row[i]);
            }
        }
    }
    for (int64_t i = 0; i < frames * mels(); ++i) result[i] = (std::max(result[i], most - 8) + 4) / 4;
}

} // namespace whisper_bot::whisper
