#include "integer-matrix.hpp"

#include <algorithm>
#include <limits>

namespace whisper_bot {

namespace {

constexpr float most_weight = 4095;
// Rows that a thread takes at a time: they stay in the second-level cache while all weights pass by.
constexpr int64_t block = 16 * tile_rows;
// Panels from which on threads share them where there are few rows: 1,024 outputs.
constexpr int64_t shared_panels = 64;

// y of `count` outputs of one row.
void finish(const int32_t * sums, float scale, const float * scales, const float * shifts, int64_t count, float * y,
            Epilogue epilogue) {
    switch (epilogue) {
    case Epilogue::none:
        for (int64_t i = 0; i < count; ++i) y[i] = float(sums[i]) * (scale * scales[i]) + shifts[i];
        break;
    case Epilogue::gelu:
        for (int64_t i = 0; i < count; ++i) y[i] = gelu(float(sums[i]) * (scale * scales[i]) + shifts[i]);
        break;
    case Epilogue::relu:
        for (int64_t i = 0; i < count; ++i) y[i] = std::max(0.0f, float(sums[i]) * (scale * scales[i]) + shifts[i]);
        break;
    case Epilogue::add:
        for (int64_t i = 0; i < count; ++i) y[i] += float(sums[i]) * (scale * scales[i]) + shifts[i];
    }
}

} // namespace

IntegerWeights::IntegerWeights(const float * weights, const float * bias, int taps, int in, int out)
    : taps(taps), inputs(in), outputs(out), padded((in + 1) / 2 * 2) {
    const int64_t columns = panels() * panel_columns;
    int16_t * const packed = numbers.reserve(size_t(columns * taps * padded));
    std::fill_n(packed, columns * taps * padded, int16_t(0));
    scales.assign(size_t(columns), 0);
    shifts.assign(size_t(columns), 0);
    if (bias != nullptr) std::copy_n(bias, out, shifts.begin());
    int64_t most_sum = 1;
    const int64_t length = taps * padded;
#pragma omp parallel for schedule(static) reduction(max : most_sum) if (panels() >= shared_panels)
    for (int64_t panel = 0; panel < panels(); ++panel) {
        // First row by row, then woven together: both in steps that the compiler vectorizes.
        std::vector<int16_t> rows(size_t(panel_columns * length), 0);
        const int64_t from = panel * panel_columns, count = std::min<int64_t>(panel_columns, out - from);
        for (int64_t r = 0; r < count; ++r) {
            const float * const given = weights + (from + r) * taps * in;
            const float most = max_abs(given, int64_t(taps) * in), factor = most > 0 ? most_weight / most : 0;
            scales[size_t(from + r)] = most / most_weight;
            int64_t sum = 0;
            for (int64_t tap = 0; tap < taps; ++tap) {
                int16_t * const row = rows.data() + r * length + tap * padded;
                int32_t part = 0;
                for (int64_t i = 0; i < in; ++i) {
                    const auto weight = int32_t(std::nearbyint(given[tap * in + i] * factor));
                    row[i] = int16_t(weight);
                    part += std::abs(weight);
                }
                sum += part;
            }
            most_sum = std::max(most_sum, sum);
        }
        int16_t * const target = packed + from * length;
        for (int64_t pair = 0; pair < length / 2; ++pair)
            for (int64_t r = 0; r < panel_columns; ++r)
                std::memcpy(target + (pair * panel_columns + r) * 2, rows.data() + r * length + 2 * pair,
                            2 * sizeof(int16_t));
    }
    largest_input =
        float(std::min<int64_t>(std::numeric_limits<int16_t>::max(), std::numeric_limits<int32_t>::max() / most_sum));
}

int64_t IntegerWeights::panels() const { return (outputs + panel_columns - 1) / panel_columns; }

void IntegerWeights::tile(const int16_t * x, int64_t stride, Taps pieces, const float * scale, int64_t scale_stride,
                          int64_t rows, int64_t panel, float * y, Epilogue epilogue) const {
    alignas(64) int32_t sums[tile_rows][panel_columns];
    const int64_t from = panel * panel_columns, count = std::min<int64_t>(panel_columns, outputs - from);
    multiply(rows, x, stride, numbers.data() + from * taps * padded, padded / 2, sums[0], panel_columns, pieces);
    for (int64_t r = 0; r < rows; ++r) {
        float * const target = y + r * outputs + from;
        const float factor = scale[r * scale_stride];
        // A constant count, so that the compiler uses whole vectors.
        if (count == panel_columns)
            finish(sums[r], factor, &scales[size_t(from)], &shifts[size_t(from)], panel_columns, target, epilogue);
        else finish(sums[r], factor, &scales[size_t(from)], &shifts[size_t(from)], count, target, epilogue);
    }
}

void IntegerMatrix::operator()(const float * x, int64_t rows, float * y, Epilogue epilogue) const {
    thread_local Buffer<int16_t> number_buffer;
    thread_local Buffer<float> scale_buffer;
    int16_t * const taken = number_buffer.reserve(size_t(rows * padded));
    float * const scale = scale_buffer.reserve(size_t(rows));
    const int64_t blocks = (rows + block - 1) / block;
    if (blocks == 1) {
        // Few rows: it is the weights that take time, and the threads share them.
        for (int64_t row = 0; row < rows; ++row) {
            scale[row] = quantize(x + row * inputs, inputs, largest_input, taken + row * padded);
            for (int64_t i = inputs; i < padded; ++i) taken[row * padded + i] = 0;
        }
#pragma omp parallel for schedule(static) if (panels() >= shared_panels)
        for (int64_t panel = 0; panel < panels(); ++panel)
            for (int64_t row = 0; row < rows; row += tile_rows)
                tile(taken + row * padded, padded, {}, scale + row, 1, std::min(tile_rows, rows - row), panel,
                     y + row * outputs, epilogue);
        return;
    }
#pragma omp parallel for schedule(dynamic)
    for (int64_t b = 0; b < blocks; ++b) {
        const int64_t end = std::min(rows, (b + 1) * block);
        for (int64_t row = b * block; row < end; ++row) {
            scale[row] = quantize(x + row * inputs, inputs, largest_input, taken + row * padded);
            for (int64_t i = inputs; i < padded; ++i) taken[row * padded + i] = 0;
        }
        for (int64_t panel = 0; panel < panels(); ++panel)
            for (int64_t row = b * block; row < end; row += tile_rows)
                tile(taken + row * padded, padded, {}, scale + row, 1, std::min(tile_rows, end - row), panel,
                     y + row * outputs, epilogue);
    }
}

void IntegerConvolution::operator()(const int16_t * x, float scale, int64_t rows, int64_t row_stride,
                                    int64_t tap_stride, float * y, Epilogue epilogue) const {
    for (int64_t from = 0; from < rows; from += block) {
        const int64_t end = std::min(rows, from + block);
        for (int64_t panel = 0; panel < panels(); ++panel)
            for (int64_t row = from; row < end; row += tile_rows)
                tile(x + row * row_stride, row_stride, {taps, tap_stride}, &scale, 0, std::min(tile_rows, end - row),
                     panel, y + row * outputs, epilogue);
    }
}

std::vector<float> taps_first(const std::vector<float> & weights, int64_t out, int64_t in, int64_t taps) {
    std::vector<float> reordered(weights.size());
    for (int64_t o = 0; o < out; ++o)
        for (int64_t i = 0; i < in; ++i)
            for (int64_t t = 0; t < taps; ++t)
                reordered[size_t((o * taps + t) * in + i)] = weights[size_t((o * in + i) * taps + t)];
    return reordered;
}

float quantize(const float * given, int64_t count, float most, int16_t * integers) {
    const float peak = max_abs(given, count), factor = peak > 0 ? most / peak : 0;
    for (int64_t i = 0; i < count; ++i) integers[i] = int16_t(int32_t(std::nearbyint(given[i] * factor)));
    return peak / most;
}

} // namespace whisper_bot
