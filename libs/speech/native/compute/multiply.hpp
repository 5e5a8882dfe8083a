// The inner loop of integer matrix products.
#pragma once

#include "number.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

// Each header defines Columns: how vectors multiply two numbers of a row with as many pairs of a panel as they hold.
// `count` columns per vector, whose sums are in `Sums`; there are registers for `rows` rows at once. All give the same
// sums to the last bit.
#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
#include "columns/avx512-vnni.hpp"
#elif defined(__AVX2__)
#include "columns/avx2.hpp"
#elif defined(__SSE2__)
#include "columns/sse2.hpp"
#elif defined(__aarch64__)
#include "columns/neon.hpp"
#else
#include "columns/portable.hpp"
#endif

namespace whisper_bot {

// Columns stored together in a panel.
constexpr int panel_columns = 16;

// A row in several pieces, as a convolution reads it.
struct Taps {
    int64_t count = 1, stride = 0;
};

inline float max_abs(const float * values, int64_t count) {
    float most = 0;
    for (int64_t i = 0; i < count; ++i) most = std::max(most, std::fabs(values[i]));
    return most;
}

constexpr int64_t tile_rows = Columns::rows;

// Not inlined: inlined, the compiler spills the sums to memory.
template <int rows, class W>
[[gnu::noinline]] void multiply_rows(const int16_t * x, int64_t stride, const W * panel, int64_t pairs, int32_t * sums,
                                     int64_t sums_stride, Taps taps) {
    static_assert(panel_columns % Columns::count == 0);
    for (int column = 0; column < panel_columns; column += Columns::count) {
        Columns::Sums own[rows];
        // Unrolled early, so that the sums stay in registers.
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) own[r] = Columns::zero();
        const int16_t * row = x;
        const W * given = panel + 2 * column;
        for (int64_t tap = 0; tap < taps.count; ++tap, row += taps.stride)
            for (int64_t pair = 0; pair < pairs; ++pair, given += 2 * panel_columns) {
                const Columns columns(given);
#pragma GCC unroll 16
                for (int r = 0; r < rows; ++r) {
                    int32_t both;
                    std::memcpy(&both, row + r * stride + 2 * pair, sizeof both);
                    columns.add(both, own[r]);
                }
            }
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) Columns::store(sums + r * sums_stride + column, own[r]);
    }
}

template <int most, class W>
void multiply_up_to(int64_t rows, const int16_t * x, int64_t stride, const W * panel, int64_t pairs, int32_t * sums,
                    int64_t sums_stride, Taps taps) {
    if constexpr (most > 1)
        if (rows < most) return multiply_up_to<most - 1>(rows, x, stride, panel, pairs, sums, sums_stride, taps);
    multiply_rows<most>(x, stride, panel, pairs, sums, sums_stride, taps);
}

// Sums of products: up to `tile_rows` rows of x, `stride` apart, times the columns of a panel,
// [tap][pair][panel_columns][2] of 8 or 16 bits, aligned to 32 bytes. A product of two numbers and all sums must fit
// into 31 bits.
template <class W>
void multiply(int64_t rows, const int16_t * x, int64_t stride, const W * panel, int64_t pairs, int32_t * sums,
              int64_t sums_stride, Taps taps = {}) {
    multiply_up_to<tile_rows>(rows, x, stride, panel, pairs, sums, sums_stride, taps);
}

} // namespace whisper_bot
