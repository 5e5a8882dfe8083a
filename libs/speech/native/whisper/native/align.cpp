#include "align.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace whisper_bot::whisper {

namespace {

constexpr int64_t median_radius = 3;

void order(float & a, float & b) {
    const float low = std::min(a, b);
    b = std::max(a, b);
    a = low;
}

// The median of seven as a sorting network, which the compiler vectorizes.
float median_of_seven(float a, float b, float c, float d, float e, float f, float g) {
    order(a, f), order(a, d), order(b, g), order(c, e), order(a, b), order(d, f), order(c, g);
    order(c, d), order(d, g), order(e, f), order(b, e), order(b, d), order(e, f), order(d, e);
    return d;
}

} // namespace

std::vector<int64_t> align(std::vector<float> & cross_attention, int64_t tokens, int64_t heads, int64_t positions) {
    const int64_t row = heads * positions;
    // Normalized over tokens: positions that every token attends to carry no information.
    std::vector<float> mean(size_t(row), 0.0f), deviation(size_t(row), 0.0f);
    for (int64_t t = 0; t < tokens; ++t)
        for (int64_t i = 0; i < row; ++i) mean[size_t(i)] += cross_attention[size_t(t * row + i)] / float(tokens);
    for (int64_t t = 0; t < tokens; ++t)
        for (int64_t i = 0; i < row; ++i) {
            const float away = cross_attention[size_t(t * row + i)] - mean[size_t(i)];
            deviation[size_t(i)] += away * away / float(tokens);
        }
    for (float & each : deviation) each = 1 / std::sqrt(each + 1e-20f);

    std::vector<float> cost(size_t(tokens * positions), 0.0f), padded(size_t(positions + 2 * median_radius));
    for (int64_t t = 0; t < tokens; ++t)
        for (int64_t h = 0; h < heads; ++h) {
            const float * const looked = cross_attention.data() + t * row + h * positions;
            for (int64_t i = -median_radius; i < positions + median_radius; ++i) {
                // Mirrored at both ends.
                int64_t at = i < 0 ? -i : i >= positions ? 2 * positions - 2 - i : i;
                at = std::clamp<int64_t>(at, 0, positions - 1);
                padded[size_t(i + median_radius)] =
                    (looked[at] - mean[size_t(h * positions + at)]) * deviation[size_t(h * positions + at)];
            }
            float * const sums = cost.data() + t * positions;
            const float * const w = padded.data();
            for (int64_t i = 0; i < positions; ++i)
                sums[i] -=
                    median_of_seven(w[i], w[i + 1], w[i + 2], w[i + 3], w[i + 4], w[i + 5], w[i + 6]) / float(heads);
        }

    // The cheapest path through both sequences; a step advances one or both.
    enum : uint8_t { both, token, position };
    std::vector<float> before(size_t(positions + 1), std::numeric_limits<float>::infinity()), now(before);
    std::vector<uint8_t> came(size_t(tokens * positions));
    before[0] = 0;
    for (int64_t t = 0; t < tokens; ++t) {
        now[0] = std::numeric_limits<float>::infinity();
        for (int64_t i = 0; i < positions; ++i) {
            const float diagonal = before[size_t(i)], up = before[size_t(i + 1)], left = now[size_t(i)];
            const uint8_t way = diagonal < up && diagonal < left ? both : up < left ? token : position;
            came[size_t(t * positions + i)] = way;
            now[size_t(i + 1)] = cost[size_t(t * positions + i)] + (way == both ? diagonal : way == token ? up : left);
        }
        std::swap(before, now);
    }
    std::vector<int64_t> starts(size_t(tokens + 1), 0);
    starts[size_t(tokens)] = positions;
    int64_t t = tokens - 1, i = positions - 1;
    while (t >= 0 && i >= 0) {
        starts[size_t(t)] = i;
        const uint8_t way = came[size_t(t * positions + i)];
        if (way != position) --t;
        if (way != token) --i;
    }
    starts[0] = 0;
    return starts;
}

} // namespace whisper_bot::whisper
