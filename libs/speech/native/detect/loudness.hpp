// How loud a recording is, where it is not silent.
#pragma once

#include "clear-wav.hpp"

#include <cstdint>
#include <functional>
#include <vector>

// Root mean square of each frame of `frame_samples`, -1 to 1 at most. Calls `each` every half minute of the recording, which may throw.
std::vector<float> frame_levels(ClearWav & wav, const std::function<void()> & each);

// What the recording is to be multiplied by so that its loudest speech is loud enough, 1 to `most_gain`.
float speech_gain(const std::vector<float> & levels);

// A hundredfold is 40 dB: what is fainter is lost in the last bits.
constexpr float most_gain = 100;
