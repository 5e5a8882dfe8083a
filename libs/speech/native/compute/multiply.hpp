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

// Columns that lie together in a panel.
constexpr int wide = 16;

// A row that lies in several pieces, as a convolution reads it.
struct Taps {
    int64_t count = 1, stride = 0;
};

inline float greatest_of(const float * values, int64_t count) {
    float most = 0;
    for (int64_t i = 0; i < count; ++i) most = std::max(most, std::fabs(values[i]));
    return most;
}

// What a processor's vectors do with two numbers of a row and as many pairs of a panel as they hold together: `count` columns, whose sums are in
// `Sums`; of so many `rows` at once there are registers for. All give the same to the last bit.
#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
struct Columns {
    static constexpr int count = 16, rows = 12;
    using Sums = __m512i;
    explicit Columns(const int8_t * given) : pairs(_mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(given)))) {}
    explicit Columns(const int16_t * given) : pairs(_mm512_loadu_si512(given)) {}
    static Sums zero() { return _mm512_setzero_si512(); }
    void add(int32_t both, Sums & sums) const { sums = _mm512_dpwssd_epi32(sums, pairs, _mm512_set1_epi32(both)); }
    static void store(int32_t * target, Sums sums) { _mm512_storeu_si512(target, sums); }

  private:
    __m512i pairs;
};
#elif defined(__AVX2__)
struct Columns {
    static constexpr int count = 16, rows = 6;
    struct Sums {
        __m256i low, high;
    };
    explicit Columns(const int8_t * given) : left(widened(given)), right(widened(given + 16)) {}
    explicit Columns(const int16_t * given) : left(whole(given)), right(whole(given + 16)) {}
    static Sums zero() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
    void add(int32_t both, Sums & sums) const {
        const __m256i spread = _mm256_set1_epi32(both);
        sums.low = _mm256_add_epi32(sums.low, _mm256_madd_epi16(spread, left));
        sums.high = _mm256_add_epi32(sums.high, _mm256_madd_epi16(spread, right));
    }
    static void store(int32_t * target, const Sums & sums) {
        _mm256_storeu_si256(reinterpret_cast<__m256i *>(target), sums.low);
        _mm256_storeu_si256(reinterpret_cast<__m256i *>(target + 8), sums.high);
    }

  private:
    static __m256i widened(const int8_t * from) { return _mm256_cvtepi8_epi16(_mm_load_si128(reinterpret_cast<const __m128i *>(from))); }
    static __m256i whole(const int16_t * from) { return _mm256_load_si256(reinterpret_cast<const __m256i *>(from)); }
    __m256i left, right;
};
#elif defined(__SSE2__)
struct Columns {
    static constexpr int count = 8, rows = 6;
    struct Sums {
        __m128i low, high;
    };
    explicit Columns(const int8_t * pairs) {
        const __m128i given = _mm_load_si128(reinterpret_cast<const __m128i *>(pairs));
        left = _mm_srai_epi16(_mm_unpacklo_epi8(given, given), 8);
        right = _mm_srai_epi16(_mm_unpackhi_epi8(given, given), 8);
    }
    explicit Columns(const int16_t * pairs) : left(whole(pairs)), right(whole(pairs + 8)) {}
    static Sums zero() { return {_mm_setzero_si128(), _mm_setzero_si128()}; }
    void add(int32_t both, Sums & sums) const {
        const __m128i spread = _mm_set1_epi32(both);
        sums.low = _mm_add_epi32(sums.low, _mm_madd_epi16(spread, left));
        sums.high = _mm_add_epi32(sums.high, _mm_madd_epi16(spread, right));
    }
    static void store(int32_t * target, const Sums & sums) {
        _mm_storeu_si128(reinterpret_cast<__m128i *>(target), sums.low);
        _mm_storeu_si128(reinterpret_cast<__m128i *>(target + 4), sums.high);
    }

  private:
    static __m128i whole(const int16_t * from) { return _mm_load_si128(reinterpret_cast<const __m128i *>(from)); }
    __m128i left, right;
};
#elif defined(__aarch64__)
struct Columns {
    static constexpr int count = 8, rows = 6;
    struct Sums {
        int32x4_t low, high;
    };
    explicit Columns(const int8_t * pairs) {
        const int8x8x2_t given = vld2_s8(pairs);
        first = vmovl_s8(given.val[0]);
        second = vmovl_s8(given.val[1]);
    }
    explicit Columns(const int16_t * pairs) {
        const int16x8x2_t given = vld2q_s16(pairs);
        first = given.val[0];
        second = given.val[1];
    }
    static Sums zero() { return {vdupq_n_s32(0), vdupq_n_s32(0)}; }
    void add(int32_t both, Sums & sums) const {
        const int16x4_t spread = vreinterpret_s16_s32(vdup_n_s32(both));
        sums.low = vmlal_lane_s16(vmlal_lane_s16(sums.low, vget_low_s16(first), spread, 0), vget_low_s16(second), spread, 1);
        sums.high = vmlal_high_lane_s16(vmlal_high_lane_s16(sums.high, first, spread, 0), second, spread, 1);
    }
    static void store(int32_t * target, const Sums & sums) {
        vst1q_s32(target, sums.low);
        vst1q_s32(target + 4, sums.high);
    }

  private:
    // The first and the second of eight pairs.
    int16x8_t first, second;
};
#else
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
#endif

constexpr int64_t tall = Columns::rows;

// Not inlined: among other code the compiler keeps the sums in memory.
template <int rows, class W>
[[gnu::noinline]] void multiply_rows(const int16_t * x, int64_t stride, const W * panel, int64_t pairs, int32_t * sums, int64_t sums_stride, Taps taps) {
    static_assert(wide % Columns::count == 0);
    for (int column = 0; column < wide; column += Columns::count) {
        Columns::Sums own[rows];
        // Unrolled early, so that the sums are in registers.
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) own[r] = Columns::zero();
        const int16_t * row = x;
        const W * given = panel + 2 * column;
        for (int64_t tap = 0; tap < taps.count; ++tap, row += taps.stride)
            for (int64_t pair = 0; pair < pairs; ++pair, given += 2 * wide) {
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
void multiply_up_to(int64_t rows, const int16_t * x, int64_t stride, const W * panel, int64_t pairs, int32_t * sums, int64_t sums_stride, Taps taps) {
    if constexpr (most > 1)
        if (rows < most) return multiply_up_to<most - 1>(rows, x, stride, panel, pairs, sums, sums_stride, taps);
    multiply_rows<most>(x, stride, panel, pairs, sums, sums_stride, taps);
}

// Sums of products: up to `tall` rows of x, `stride` apart, times the columns of a panel, [tap][pair][wide][2] of 8 or 16 bits, on a border of
// 32 bytes. A product of two numbers and all sums must fit into 31 bits.
template <class W>
void multiply(int64_t rows, const int16_t * x, int64_t stride, const W * panel, int64_t pairs, int32_t * sums, int64_t sums_stride, Taps taps = {}) {
    multiply_up_to<tall>(rows, x, stride, panel, pairs, sums, sums_stride, taps);
}
