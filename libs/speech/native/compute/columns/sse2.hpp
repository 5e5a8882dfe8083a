// Columns (see ../multiply.hpp) for SSE2, which every x86-64 processor has.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace whisper_bot {

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

} // namespace whisper_bot
