// How loud a recording is, where it is not silent.
#pragma once

#include "filtered-wav.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace whisper_bot::detect {

// Root mean square of each frame of `frame_samples`, -1 to 1 at most. Calls `each`, which may throw, every half minute
// of the recording.
std::vector<float> frame_levels(FilteredWav & wav, const std::function<void()> & each);

// The factor that brings the loudest speech to the target level, 1 to `max_gain`.
float speech_gain(const std::vector<float> & levels);

// 40 dB: anything fainter is lost in the last bits of the samples.
constexpr float max_gain = 100;

} // namespace whisper_bot::detect
