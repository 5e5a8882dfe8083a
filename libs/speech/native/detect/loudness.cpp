#include "loudness.hpp"

#include "silero.hpp"

#include <algorithm>
#include <cmath>

namespace whisper_bot::detect {

namespace {

// Frames read at a time: 33 s.
constexpr int64_t piece = 1024;
// Loudness is the mean over 0.4 s, as in EBU R 128 (there "momentary"): a knock is louder than a voice, but shorter.
constexpr size_t window = 13;
// Windows 30 dB below the loudest count as silence, however many there are.
constexpr float silence = 0.0316f;
// The loudest hundredth of the others is brought to this root mean square. Silero detects voices from 0.01 to 0.25
// equally well (docs/adr/0010).
constexpr float target_level = 0.06f;
constexpr size_t percentile = 100;

} // namespace

std::vector<float> frame_levels(FilteredWav & wav, const std::function<void()> & each) {
    const int64_t frames = (wav.length() + frame_samples - 1) / frame_samples;
    std::vector<float> samples(size_t(piece * frame_samples)), levels;
    levels.reserve(size_t(frames));
    wav.seek(0);
    for (int64_t from = 0; from < frames; from += piece) {
        each();
        const int64_t count = std::min(piece, frames - from);
        wav.read(count * frame_samples, 1, samples.data());
        for (int64_t frame = 0; frame < count; ++frame) {
            float sum = 0;
            for (int64_t i = frame * frame_samples; i < (frame + 1) * frame_samples; ++i)
                sum += samples[size_t(i)] * samples[size_t(i)];
            levels.push_back(std::sqrt(sum / float(frame_samples)));
        }
    }
    return levels;
}

float speech_gain(const std::vector<float> & levels) {
    const size_t width = std::min(window, levels.size());
    if (width == 0) return 1;
    std::vector<float> loudness;
    double power = 0;
    for (size_t i = 0; i < levels.size(); ++i) {
        power += double(levels[i]) * levels[i];
        if (i >= width) power -= double(levels[i - width]) * levels[i - width];
        if (i + 1 >= width) loudness.push_back(float(std::sqrt(std::max(0.0, power) / double(width))));
    }
    const float gate = silence * *std::max_element(loudness.begin(), loudness.end());
    loudness.erase(std::remove_if(loudness.begin(), loudness.end(), [&](float value) { return value < gate; }),
                   loudness.end());
    const auto rank = loudness.begin() + std::ptrdiff_t(loudness.size() / percentile);
    std::nth_element(loudness.begin(), rank, loudness.end(), std::greater<float>());
    return std::clamp(target_level / std::max(*rank, 1e-9f), 1.0f, max_gain);
}

} // namespace whisper_bot::detect
