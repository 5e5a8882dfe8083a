#include "fbank.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>

namespace {

constexpr int size = 512, bins = size / 2;
constexpr float preemphasis = 0.97f;
// Float's machine epsilon, Kaldi's floor under the logarithm.
constexpr float least = 1.1920929e-7f;

double mel(double hertz) { return 1127 * std::log(1 + hertz / 700); }

struct Tables {
    struct Filter {
        int first = -1;
        std::vector<float> weights;
    };
    std::array<Filter, mel_bins> filters;
    // Kaldi's "povey" window: a Hann window to the power of 0.85.
    std::array<float, frame_length> window;
    std::array<std::complex<float>, size / 2> turns;
    std::array<int, size> reversed{};

    Tables() {
        // Triangles equally wide in mel, 20–8000 Hz.
        const double low = mel(20), delta = (mel(8000) - low) / (mel_bins + 1);
        for (int bin = 0; bin < mel_bins; ++bin) {
            const double left = low + bin * delta, center = left + delta, right = center + delta;
            Filter & filter = filters[size_t(bin)];
            for (int i = 0; i < bins; ++i) {
                const double at = mel(i * 16000.0 / size);
                if (at <= left || at >= right) continue;
                if (filter.first < 0) filter.first = i;
                filter.weights.push_back(float(at <= center ? (at - left) / delta : (right - at) / delta));
            }
        }
        for (size_t i = 0; i < window.size(); ++i) window[i] = float(std::pow(0.5 - 0.5 * std::cos(2 * M_PI * double(i) / (frame_length - 1)), 0.85));
        for (size_t i = 0; i < turns.size(); ++i) turns[i] = std::polar(1.0f, float(-2 * M_PI * double(i) / size));
        for (int i = 1; i < size; ++i) reversed[size_t(i)] = reversed[size_t(i / 2)] / 2 | (i % 2 ? size / 2 : 0);
    }
};
const Tables & tables() {
    static const Tables made;
    return made;
}

// In place, radix 2; what comes in lies in bit-reversed order.
void transform(std::complex<float> * wave) {
    const auto & turns = tables().turns;
    for (int half = 1; half < size; half *= 2)
        for (int start = 0; start < size; start += 2 * half)
            for (int k = 0; k < half; ++k) {
                const auto turned = wave[start + half + k] * turns[size_t(k * (size / 2 / half))], same = wave[start + k];
                wave[start + k] = same + turned;
                wave[start + half + k] = same - turned;
            }
}

// One frame without its mean, pre-emphasized and windowed.
void cut(const float * samples, float * frame) {
    float mean = 0;
    for (int64_t i = 0; i < frame_length; ++i) mean += samples[i];
    mean /= frame_length;
    float before = samples[0] - mean;
    for (int64_t i = 0; i < frame_length; ++i) {
        const float sample = samples[i] - mean;
        frame[i] = (sample - preemphasis * before) * tables().window[size_t(i)];
        before = sample;
    }
}

} // namespace

std::vector<float> fbank(const float * samples, const std::vector<int64_t> & chosen) {
    std::vector<float> features(chosen.size() * mel_bins);
    std::array<std::complex<float>, size> wave;
    std::array<float, size> one{}, other{};
    std::array<float, bins> power;
    // Two real frames share one complex transform.
    for (size_t row = 0; row < chosen.size(); row += 2) {
        const bool paired = row + 1 < chosen.size();
        cut(samples + chosen[row] * frame_shift, one.data());
        if (paired) cut(samples + chosen[row + 1] * frame_shift, other.data());
        else other.fill(0);
        for (size_t i = 0; i < size; ++i) wave[size_t(tables().reversed[i])] = {one[i], other[i]};
        transform(wave.data());
        for (size_t part = 0; part < (paired ? 2 : 1); ++part) {
            for (int i = 0; i < bins; ++i) {
                const auto here = wave[size_t(i)], there = std::conj(wave[size_t((size - i) % size)]);
                power[size_t(i)] = std::norm(part == 0 ? here + there : here - there) / 4;
            }
            for (size_t bin = 0; bin < mel_bins; ++bin) {
                const auto & filter = tables().filters[bin];
                float energy = 0;
                for (size_t i = 0; i < filter.weights.size(); ++i) energy += filter.weights[i] * power[size_t(filter.first) + i];
                features[(row + part) * mel_bins + bin] = std::log(std::max(energy, least));
            }
        }
    }
    return features;
}
