// The inner loop of products of whole numbers.
#pragma once

#include "number.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#ifdef __AVX2__
#include <immintrin.h>
#endif

// Columns that lie together in a panel, and rows worked on at once: as many sums as AVX2 has registers for.
constexpr int wide = 16;
constexpr int64_t tall = 6;

// A row that lies in several pieces, as a convolution reads it.
struct Taps {
    int64_t count = 1, stride = 0;
};

inline float greatest_of(const float * values, int64_t count) {
    float most = 0;
    for (int64_t i = 0; i < count; ++i) most = std::max(most, std::fabs(values[i]));
    return most;
}

#ifdef __AVX2__
inline __m256i load_pairs(const int8_t * from) { return _mm256_cvtepi8_epi16(_mm_load_si128(reinterpret_cast<const __m128i *>(from))); }
inline __m256i load_pairs(const int16_t * from) { return _mm256_load_si256(reinterpret_cast<const __m256i *>(from)); }
#endif

// Not inlined: among other code the compiler keeps the sums in memory.
template <int rows, class W>
[[gnu::noinline]] void multiply_rows(const int16_t * x, int64_t stride, const W * panel, int64_t pairs, int32_t * sums, int64_t sums_stride, Taps taps) {
#ifdef __AVX2__
    static_assert(wide == 16);
    __m256i low[rows], high[rows];
    // Unrolled early, so that the sums are in registers.
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) low[r] = high[r] = _mm256_setzero_si256();
    for (int64_t tap = 0; tap < taps.count; ++tap, x += taps.stride)
        for (int64_t pair = 0; pair < pairs; ++pair, panel += 2 * wide) {
            const __m256i left = load_pairs(panel), right = load_pairs(panel + wide);
#pragma GCC unroll 8
            for (int r = 0; r < rows; ++r) {
                int32_t both;
                std::memcpy(&both, x + r * stride + 2 * pair, sizeof both);
                const __m256i spread = _mm256_set1_epi32(both);
                low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(spread, left));
                high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(spread, right));
            }
        }
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
        _mm256_storeu_si256(reinterpret_cast<__m256i *>(sums + r * sums_stride), low[r]);
        _mm256_storeu_si256(reinterpret_cast<__m256i *>(sums + r * sums_stride + 8), high[r]);
    }
#else
    for (int r = 0; r < rows; ++r) std::fill_n(sums + r * sums_stride, wide, 0);
    for (int64_t tap = 0; tap < taps.count; ++tap, x += taps.stride)
        for (int64_t pair = 0; pair < pairs; ++pair, panel += 2 * wide)
            for (int r = 0; r < rows; ++r)
                for (int i = 0; i < wide; ++i)
                    sums[r * sums_stride + i] += int32_t(x[r * stride + 2 * pair]) * panel[2 * i] + int32_t(x[r * stride + 2 * pair + 1]) * panel[2 * i + 1];
#endif
}

// Sums of products: up to `tall` rows of x, `stride` apart, times the columns of a panel, [tap][pair][wide][2] of 8 or 16 bits, on a border of
// 32 bytes. A product of two numbers and all sums must fit into 31 bits.
template <class W>
void multiply(int64_t rows, const int16_t * x, int64_t stride, const W * panel, int64_t pairs, int32_t * sums, int64_t sums_stride, Taps taps = {}) {
    switch (rows) {
        case 1: return multiply_rows<1>(x, stride, panel, pairs, sums, sums_stride, taps);
        case 2: return multiply_rows<2>(x, stride, panel, pairs, sums, sums_stride, taps);
        case 3: return multiply_rows<3>(x, stride, panel, pairs, sums, sums_stride, taps);
        case 4: return multiply_rows<4>(x, stride, panel, pairs, sums, sums_stride, taps);
        case 5: return multiply_rows<5>(x, stride, panel, pairs, sums, sums_stride, taps);
        default: return multiply_rows<tall>(x, stride, panel, pairs, sums, sums_stride, taps);
    }
}
