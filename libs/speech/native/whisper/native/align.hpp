#pragma once

#include <cstdint>
#include <vector>

namespace whisper_bot::whisper {

// Token times: dynamic time warping over the cross attention (openai/whisper, timing.py).
// `cross_attention`: tokens × heads × positions, attention weights; modified. Returns tokens + 1 positions: token i
// spans from the i-th to the next.
std::vector<int64_t> align(std::vector<float> & cross_attention, int64_t tokens, int64_t heads, int64_t positions);

} // namespace whisper_bot::whisper
