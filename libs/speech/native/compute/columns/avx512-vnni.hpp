// Columns (see ../multiply.hpp) for AVX-512 with VNNI.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace whisper_bot {

struct Columns {
    static constexpr int count = 16, rows = 12;
    using Sums = __m512i;
    explicit Columns(const int8_t * given)
        : pairs(_mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(given)))) {}
    explicit Columns(const int16_t * given) : pairs(_mm512_loadu_si512(given)) {}
    static Sums zero() { return _mm512_setzero_si512(); }
    void add(int32_t both, Sums & sums) const { sums = _mm512_dpwssd_epi32(sums, pairs, _mm512_set1_epi32(both)); }
    static void store(int32_t * target, Sums sums) { _mm512_storeu_si512(target, sums); }

  private:
    __m512i pairs;
};

} // namespace whisper_bot
