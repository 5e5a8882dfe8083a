// Attention in integers: a quarter or half of the memory traffic of floats, at least twice as many products per cycle.
#pragma once

#include "head.hpp"
#include "../../compute/multiply.hpp"

#include <array>

namespace whisper_bot::whisper {

// Keys and values of one head, 64 numbers per position, as integers with a scale for each of the 64: of 8 bits (int8_t)
// where reading them takes longest, of 12 (int16_t) elsewhere.
template <class W> class KeyValueCache {
  public:
    // Rows of keys and of values, `stride` apart.
    void pack(const float * keys, const float * values, int64_t stride, int64_t positions);

    // For `count` rows of queries: softmax(q · kᵀ / √64) · v. `shares`, if not null, gets the attention weights, count
    // × positions. Only positions [first, last) are attended to; the others' weights are 0.
    void attend(const float * queries, int64_t stride, int64_t count, float * result, int64_t result_stride,
                float * shares, int64_t first, int64_t last) const;
    void attend(const float * queries, int64_t stride, int64_t count, float * result, int64_t result_stride,
                float * shares = nullptr) const {
        attend(queries, stride, count, result, result_stride, shares, 0, length);
    }

    int64_t positions() const { return length; }

  private:
    int64_t length = 0, padded = 0;
    // In panels, see multiply(): positions are columns of the keys and rows of the values.
    Buffer<W> keys, values;
    std::array<float, head_size> key_scales, value_scales;
};

} // namespace whisper_bot::whisper
