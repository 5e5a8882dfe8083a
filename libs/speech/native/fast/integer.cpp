#include "integer.hpp"

#include "multiply.hpp"

#include <algorithm>
#include <limits>

namespace {

constexpr float most_weight = 4095;
// Rows that a thread takes at a time: they stay in the second-level cache while all weights pass by.
constexpr int64_t block = 16 * tall;

// y of `count` outputs of one row.
void finish(const int32_t * sums, float scale, const float * scales, const float * shifts, int64_t count, float * y, Then then) {
    switch (then) {
        case Then::nothing:
            for (int64_t i = 0; i < count; ++i) y[i] = float(sums[i]) * (scale * scales[i]) + shifts[i];
            break;
        case Then::gelu:
            for (int64_t i = 0; i < count; ++i) y[i] = gelu(float(sums[i]) * (scale * scales[i]) + shifts[i]);
            break;
        case Then::add:
            for (int64_t i = 0; i < count; ++i) y[i] += float(sums[i]) * (scale * scales[i]) + shifts[i];
    }
}

} // namespace

IntegerMatrix::IntegerMatrix(const float * weights, const float * bias, int in, int out) : inputs(in), outputs(out), padded((in + 1) / 2 * 2) {
    const int64_t columns = (out + wide - 1) / wide * wide;
    int16_t * const packed = numbers.reserve(size_t(columns * padded));
    std::fill_n(packed, columns * padded, int16_t(0));
    scales.assign(size_t(columns), 0);
    shifts.assign(size_t(columns), 0);
    if (bias != nullptr) std::copy_n(bias, out, shifts.begin());
    int64_t most_sum = 1;
    for (int64_t row = 0; row < out; ++row) {
        const float * const given = weights + row * in;
        const float most = greatest_of(given, in), factor = most > 0 ? most_weight / most : 0;
        scales[size_t(row)] = most / most_weight;
        int16_t * const column = packed + row / wide * wide * padded + row % wide * 2;
        int64_t sum = 0;
        for (int64_t i = 0; i < in; ++i) {
            const auto weight = int16_t(std::lrint(given[i] * factor));
            column[i / 2 * 2 * wide + i % 2] = weight;
            sum += std::abs(weight);
        }
        most_sum = std::max(most_sum, sum);
    }
    greatest = float(std::min<int64_t>(std::numeric_limits<int16_t>::max(), std::numeric_limits<int32_t>::max() / most_sum));
}

void IntegerMatrix::operator()(const float * x, int64_t rows, float * y, Then then) const {
    thread_local Buffer<int16_t> number_room;
    thread_local Buffer<float> scale_room;
    int16_t * const taken = number_room.reserve(size_t(rows * padded));
    float * const scale = scale_room.reserve(size_t(rows));
    const int64_t blocks = (rows + block - 1) / block, panels = (outputs + wide - 1) / wide;
#pragma omp parallel for schedule(dynamic) if (blocks > 1)
    for (int64_t b = 0; b < blocks; ++b) {
        const int64_t end = std::min(rows, (b + 1) * block);
        for (int64_t row = b * block; row < end; ++row) {
            const float * const given = x + row * inputs;
            const float most = greatest_of(given, inputs), factor = most > 0 ? greatest / most : 0;
            scale[row] = most / greatest;
            for (int64_t i = 0; i < inputs; ++i) taken[row * padded + i] = int16_t(int32_t(std::nearbyint(given[i] * factor)));
            for (int64_t i = inputs; i < padded; ++i) taken[row * padded + i] = 0;
        }
        for (int64_t panel = 0; panel < panels; ++panel)
            for (int64_t row = b * block; row < end; row += tall)
                tile(taken + row * padded, scale + row, std::min(tall, end - row), panel, y + row * outputs, then);
    }
}

// Of up to `tall` rows, the outputs of one panel.
void IntegerMatrix::tile(const int16_t * x, const float * scale, int64_t rows, int64_t panel, float * y, Then then) const {
    alignas(64) int32_t sums[tall][wide];
    const int64_t from = panel * wide, count = std::min<int64_t>(wide, outputs - from);
    const int16_t * const columns = numbers.data() + from * padded;
    multiply(rows, x, padded, columns, padded / 2, sums[0], wide);
    for (int64_t r = 0; r < rows; ++r) {
        float * const target = y + r * outputs + from;
        // A number that the compiler knows: whole vectors.
        if (count == wide) finish(sums[r], scale[r], &scales[size_t(from)], &shifts[size_t(from)], wide, target, then);
        else finish(sums[r], scale[r], &scales[size_t(from)], &shifts[size_t(from)], count, target, then);
    }
}
