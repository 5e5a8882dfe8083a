// Columns (see ../multiply.hpp) for any processor, without intrinsics.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace whisper_bot {

struct Columns {
    static constexpr int count = 8, rows = 6;
    using Sums = std::array<int32_t, count>;
    template <class W> explicit Columns(const W * given) { std::copy_n(given, pairs.size(), pairs.begin()); }
    static Sums zero() { return {}; }
    void add(int32_t both, Sums & sums) const {
        int16_t two[2];
        std::memcpy(two, &both, sizeof both);
        for (size_t i = 0; i < count; ++i) sums[i] += two[0] * pairs[2 * i] + two[1] * pairs[2 * i + 1];
    }
    static void store(int32_t * target, const Sums & sums) { std::copy_n(sums.begin(), count, target); }

  private:
    std::array<int32_t, 2 * count> pairs;
};

} // namespace whisper_bot
