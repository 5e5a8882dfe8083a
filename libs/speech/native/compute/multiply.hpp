// The inner loop of products of whole numbers.
#pragma once

#include "number.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

// Columns that lie together in a panel, and rows worked on at once: as many sums as there are registers for.
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

// What a processor's vectors do with two numbers of a row and columns of pairs: `Sums` of so many columns in `lanes`, two of these at a time.
#if defined(__AVX2__)
struct Lanes {
    static constexpr int lanes = 8;
    using Sums = __m256i;
    Sums left, right;
    explicit Lanes(const int8_t * pairs) : left(widened(pairs)), right(widened(pairs + 16)) {}
    explicit Lanes(const int16_t * pairs) : left(whole(pairs)), right(whole(pairs + 16)) {}
    static Sums zero() { return _mm256_setzero_si256(); }
    void add(int32_t both, Sums & low, Sums & high) const {
        const __m256i spread = _mm256_set1_epi32(both);
        low = _mm256_add_epi32(low, _mm256_madd_epi16(spread, left));
        high = _mm256_add_epi32(high, _mm256_madd_epi16(spread, right));
    }
    static void store(int32_t * target, Sums sums) { _mm256_storeu_si256(reinterpret_cast<__m256i *>(target), sums); }

  private:
    static __m256i widened(const int8_t * from) { return _mm256_cvtepi8_epi16(_mm_load_si128(reinterpret_cast<const __m128i *>(from))); }
    static __m256i whole(const int16_t * from) { return _mm256_load_si256(reinterpret_cast<const __m256i *>(from)); }
};
#elif defined(__SSE2__)
struct Lanes {
    static constexpr int lanes = 4;
    using Sums = __m128i;
    Sums left, right;
    explicit Lanes(const int8_t * pairs) {
        const __m128i given = _mm_load_si128(reinterpret_cast<const __m128i *>(pairs));
        left = _mm_srai_epi16(_mm_unpacklo_epi8(given, given), 8);
        right = _mm_srai_epi16(_mm_unpackhi_epi8(given, given), 8);
    }
    explicit Lanes(const int16_t * pairs) : left(whole(pairs)), right(whole(pairs + 8)) {}
    static Sums zero() { return _mm_setzero_si128(); }
    void add(int32_t both, Sums & low, Sums & high) const {
        const __m128i spread = _mm_set1_epi32(both);
        low = _mm_add_epi32(low, _mm_madd_epi16(spread, left));
        high = _mm_add_epi32(high, _mm_madd_epi16(spread, right));
    }
    static void store(int32_t * target, Sums sums) { _mm_storeu_si128(reinterpret_cast<__m128i *>(target), sums); }

  private:
    static __m128i whole(const int16_t * from) { return _mm_load_si128(reinterpret_cast<const __m128i *>(from)); }
};
#elif defined(__aarch64__)
struct Lanes {
    static constexpr int lanes = 4;
    using Sums = int32x4_t;
    // The first and the second of eight pairs.
    int16x8_t first, second;
    explicit Lanes(const int8_t * pairs) {
        const int8x8x2_t given = vld2_s8(pairs);
        first = vmovl_s8(given.val[0]);
        second = vmovl_s8(given.val[1]);
    }
    explicit Lanes(const int16_t * pairs) {
        const int16x8x2_t given = vld2q_s16(pairs);
        first = given.val[0];
        second = given.val[1];
    }
    static Sums zero() { return vdupq_n_s32(0); }
    void add(int32_t both, Sums & low, Sums & high) const {
        const int16x4_t spread = vreinterpret_s16_s32(vdup_n_s32(both));
        low = vmlal_lane_s16(vmlal_lane_s16(low, vget_low_s16(first), spread, 0), vget_low_s16(second), spread, 1);
        high = vmlal_high_lane_s16(vmlal_high_lane_s16(high, first, spread, 0), second, spread, 1);
    }
    static void store(int32_t * target, Sums sums) { vst1q_s32(target, sums); }
};
#else
struct Lanes {
    static constexpr int lanes = 4;
    using Sums = std::array<int32_t, lanes>;
    std::array<int32_t, 4 * lanes> pairs;
    template <class W> explicit Lanes(const W * given) { std::copy_n(given, pairs.size(), pairs.begin()); }
    static Sums zero() { return {}; }
    void add(int32_t both, Sums & low, Sums & high) const {
        int16_t two[2];
        std::memcpy(two, &both, sizeof both);
        for (size_t i = 0; i < lanes; ++i) {
            low[i] += two[0] * pairs[2 * i] + two[1] * pairs[2 * i + 1];
            high[i] += two[0] * pairs[2 * (lanes + i)] + two[1] * pairs[2 * (lanes + i) + 1];
        }
    }
    static void store(int32_t * target, const Sums & sums) { std::copy_n(sums.begin(), lanes, target); }
};
#endif

// Not inlined: among other code the compiler keeps the sums in memory.
template <int rows, class W>
[[gnu::noinline]] void multiply_rows(const int16_t * x, int64_t stride, const W * panel, int64_t pairs, int32_t * sums, int64_t sums_stride, Taps taps) {
    constexpr int lanes = Lanes::lanes;
    static_assert(wide % (2 * lanes) == 0);
    for (int column = 0; column < wide; column += 2 * lanes) {
        Lanes::Sums low[rows], high[rows];
        // Unrolled early, so that the sums are in registers.
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) low[r] = high[r] = Lanes::zero();
        const int16_t * row = x;
        const W * given = panel + 2 * column;
        for (int64_t tap = 0; tap < taps.count; ++tap, row += taps.stride)
            for (int64_t pair = 0; pair < pairs; ++pair, given += 2 * wide) {
                const Lanes columns(given);
#pragma GCC unroll 8
                for (int r = 0; r < rows; ++r) {
                    int32_t both;
                    std::memcpy(&both, row + r * stride + 2 * pair, sizeof both);
                    columns.add(both, low[r], high[r]);
                }
            }
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) {
            Lanes::store(sums + r * sums_stride + column, low[r]);
            Lanes::store(sums + r * sums_stride + column + lanes, high[r]);
        }
    }
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
