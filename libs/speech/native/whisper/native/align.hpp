#pragma once

#include <cstdint>
#include <vector>

// When each token was said: dynamic time warping over where the decoder looked (openai/whisper, timing.py).
// `gaze`: tokens × heads × positions, shares of attention; it is changed. Returns tokens + 1 positions: token i reaches from the i-th
// to the next.
std::vector<int64_t> align(std::vector<float> & gaze, int64_t tokens, int64_t heads, int64_t positions);
