#include "fbank.hpp"

#include "../compute/spectrum.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace whisper_bot::diarize {

namespace {

constexpr int size = 512, bins = size / 2 + 1;
constexpr float preemphasis = 0.97f;
// Float's machine epsilon, Kaldi's floor under the logarithm.
constexpr float least = 1.1920929e-7f;

double mel(double hertz) { return 1127 * std::log(1 + hertz / 700); }

// Triangles equally wide in mel, 20–8000 Hz.
Filterbank filters_of_kaldi() {
    std::vector<float> weights(size_t(mel_bins * bins), 0.0f);
    const double low = mel(20), delta = (mel(8000) - low) / (mel_bins + 1);
    for (int bin = 0; bin < mel_bins; ++bin) {
        const double left = low + bin * delta, center = left + delta, right = center + delta;
        for (int i = 0; i < bins - 1; ++i) {
            const double at = mel(i * 16000.0 / size);
            if (at > left && at < right)
                weights[size_t(bin * bins + i)] = float(at <= center ? (at - left) / delta : (right - at) / delta);
        }
    }
    return Filterbank(weights.data(), mel_bins, bins);
}

// Kaldi's "povey" window: a Hann window to the power of 0.85.
std::array<float, frame_length> window_of_kaldi() {
    std::array<float, frame_length> window;
    for (size_t i = 0; i < window.size(); ++i)
        window[i] = float(std::pow(0.5 - 0.5 * std::cos(2 * M_PI * double(i) / (frame_length - 1)), 0.85));
    return window;
}

// One frame without its mean, pre-emphasized and windowed.
void cut(const float * samples, const std::array<float, frame_length> & window, float * frame) {
    float mean = 0;
    for (int64_t i = 0; i < frame_length; ++i) mean += samples[i];
    mean /= frame_length;
    float before = samples[0] - mean;
    for (int64_t i = 0; i < frame_length; ++i) {
        const float sample = samples[i] - mean;
        frame[i] = (sample - preemphasis * before) * window[size_t(i)];
        before = sample;
    }
}

} // namespace

std::vector<float> fbank(const float * samples, const std::vector<int64_t> & chosen) {
    static const Spectrum spectrum(size);
    static const Filterbank filters = filters_of_kaldi();
    static const auto window = window_of_kaldi();
    std::vector<float> features(chosen.size() * mel_bins);
    // The padding of each frame stays zero.
    std::vector<float> frames(size_t(Spectrum::batch * size), 0.0f), power(size_t(Spectrum::batch * bins));
    for (size_t from = 0; from < chosen.size(); from += size_t(Spectrum::batch)) {
        const size_t count = std::min(size_t(Spectrum::batch), chosen.size() - from);
        for (size_t i = 0; i < count; ++i) cut(samples + chosen[from + i] * frame_shift, window, &frames[i * size]);
        spectrum(frames.data(), int64_t(count), power.data());
        for (size_t i = 0; i < count; ++i) {
            float * const row = &features[(from + i) * mel_bins];
            filters(&power[i * bins], row);
            for (int bin = 0; bin < mel_bins; ++bin) row[bin] = std::log(std::max(row[bin], least));
        }
    }
    return features;
}

} // namespace whisper_bot::diarize
