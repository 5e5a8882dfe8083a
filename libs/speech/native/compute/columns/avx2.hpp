// Columns (see ../multiply.hpp) for AVX2.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace whisper_bot {

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
    static __m256i widened(const int8_t * from) {
        return _mm256_cvtepi8_epi16(_mm_load_si128(reinterpret_cast<const __m128i *>(from)));
    }
    static __m256i whole(const int16_t * from) { return _mm256_load_si256(reinterpret_cast<const __m256i *>(from)); }
    __m256i left, right;
};

} // namespace whisper_bot
