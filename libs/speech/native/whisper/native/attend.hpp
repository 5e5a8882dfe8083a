// Attention in whole numbers: a quarter or half of the memory that floats would be read from, at least twice as many products a cycle.
#pragma once

#include "head.hpp"
#include "../../compute/multiply.hpp"

#include <array>

// Keys and values of one head, 64 numbers a position, as whole numbers with a scale for each of the 64: of 8 bits (int8_t) where reading
// them takes longest, of 12 (int16_t) elsewhere.
template <class W> class KeyValues {
  public:
    // Rows of keys and of values, `stride` apart.
    void pack(const float * keys, const float * values, int64_t stride, int64_t positions);

    // For `count` rows of queries what each attends to: softmax(q · kᵀ / √64) · v. `shares`, if not null, gets how much of each position,
    // count × positions. Only positions [first, last) are seen; the others' shares are 0.
    void attend(const float * queries, int64_t stride, int64_t count, float * result, int64_t result_stride, float * shares, int64_t first, int64_t last) const;
    void attend(const float * queries, int64_t stride, int64_t count, float * result, int64_t result_stride, float * shares = nullptr) const {
        attend(queries, stride, count, result, result_stride, shares, 0, length);
    }

    int64_t positions() const { return length; }

  private:
    int64_t length = 0, padded = 0;
    // Panels as multiply() likes them: positions are columns of the keys and rows of the values.
    Buffer<W> keys, values;
    std::array<float, head> key_scales, value_scales;
};
