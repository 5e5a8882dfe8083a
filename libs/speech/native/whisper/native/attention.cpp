#include "attention.hpp"

#include <limits>
#include <type_traits>

namespace whisper_bot::whisper {

namespace {

// Queries per block: their scores and weights stay in the second-level cache.
constexpr int64_t block = 8 * tile_rows;
constexpr float most_sum = float(std::numeric_limits<int32_t>::max());

// The greatest numbers whose 64 products, and whose products with all shares of attention, sum up to no more than 31
// bits.
template <class W> constexpr float most_number = std::is_same_v<W, int8_t> ? 127 : 5792;
template <class W> constexpr float most_query = std::is_same_v<W, int8_t> ? 32767 : 5792;
// Less what rounding may add to each of up to 1,500 shares.
template <class W> constexpr float most_shares = most_sum / most_number<W> - 2000;
constexpr float most_share = 32767;

template <class W> W quantized(float value) { return W(int32_t(std::nearbyint(value))); }

std::array<float, head_size> greatest_by_number(const float * rows, int64_t stride, int64_t count) {
    std::array<float, head_size> most = {};
    for (int64_t t = 0; t < count; ++t)
        for (size_t i = 0; i < head_size; ++i) most[i] = std::max(most[i], std::fabs(rows[t * stride + int64_t(i)]));
    return most;
}

} // namespace

template <class W>
void KeyValueCache<W>::pack(const float * given_keys, const float * given_values, int64_t stride, int64_t positions) {
    length = positions;
    padded = (positions + panel_columns - 1) / panel_columns * panel_columns;
    W * const columns = keys.reserve(size_t(padded * head_size));
    W * const rows = values.reserve(size_t(padded * head_size));
    // Padding behind the last position.
    std::fill_n(columns + (padded - panel_columns) * head_size, panel_columns * head_size, W(0));
    for (int64_t panel = 0; panel < head_size; panel += panel_columns)
        std::fill_n(rows + (panel + panel_columns) * padded - 2 * panel_columns * (panel_columns / 2),
                    panel_columns * panel_columns, W(0));
    const auto most_key = greatest_by_number(given_keys, stride, positions),
               most_value = greatest_by_number(given_values, stride, positions);
    std::array<float, head_size> key_factors, value_factors;
    for (size_t i = 0; i < head_size; ++i) {
        key_scales[i] = most_key[i] / most_number<W>;
        value_scales[i] = most_value[i] / most_number<W>;
        key_factors[i] = most_key[i] > 0 ? most_number<W> / most_key[i] : 0;
        value_factors[i] = most_value[i] > 0 ? most_number<W> / most_value[i] : 0;
    }
    for (int64_t t = 0; t < positions; ++t) {
        W * const column = columns + t / panel_columns * panel_columns * head_size + t % panel_columns * 2;
        W * const row = rows + t / 2 * 2 * panel_columns + t % 2;
        for (int64_t i = 0; i < head_size; ++i) {
            column[i / 2 * 2 * panel_columns + i % 2] =
                quantized<W>(given_keys[t * stride + i] * key_factors[size_t(i)]);
            row[i / panel_columns * panel_columns * padded + i % panel_columns * 2] =
                quantized<W>(given_values[t * stride + i] * value_factors[size_t(i)]);
        }
    }
}

template <class W>
void KeyValueCache<W>::attend(const float * queries, int64_t stride, int64_t count, float * result,
                              int64_t result_stride, float * shares, int64_t first, int64_t last) const {
    thread_local Buffer<int16_t> query_buffer, share_buffer;
    thread_local Buffer<int32_t> score_buffer;
    thread_local Buffer<float> weight_buffer;
    const int64_t most_rows = std::min(block, count);
    int16_t * const asked = query_buffer.reserve(size_t(most_rows * head_size));
    int16_t * const whole_shares = share_buffer.reserve(size_t(most_rows * padded));
    int32_t * const scores = score_buffer.reserve(size_t(most_rows * padded));
    float * const weights = weight_buffer.reserve(size_t(length));

    for (int64_t from = 0; from < count; from += block) {
        const int64_t some = std::min(block, count - from);
        float scales[block];
        for (int64_t r = 0; r < some; ++r) {
            float query[head_size];
            for (int64_t i = 0; i < head_size; ++i) query[i] = queries[(from + r) * stride + i] * key_scales[size_t(i)];
            const float most = max_abs(query, head_size), factor = most > 0 ? most_query<W> / most : 0;
            for (int64_t i = 0; i < head_size; ++i) asked[r * head_size + i] = quantized<int16_t>(query[i] * factor);
            scales[r] = most / most_query<W> / std::sqrt(float(head_size));
        }
        for (int64_t panel = 0; panel < padded; panel += panel_columns)
            for (int64_t r = 0; r < some; r += tile_rows)
                multiply(std::min(tile_rows, some - r), asked + r * head_size, head_size,
                         keys.data() + panel * head_size, head_size / 2, scores + r * padded + panel, padded);
        for (int64_t r = 0; r < some; ++r) {
            const int32_t * const score = scores + r * padded;
            int16_t * const share = whole_shares + r * padded;
            int32_t most = score[first];
            for (int64_t t = first + 1; t < last; ++t) most = std::max(most, score[t]);
            float sum = 0;
            std::fill(weights, weights + first, 0.0f);
            std::fill(weights + last, weights + length, 0.0f);
            for (int64_t t = first; t < last; ++t) {
                const float weight = fast_exp((float(score[t]) - float(most)) * scales[r]);
                sum += weight;
                weights[t] = weight;
            }
            const float factor = std::min(most_share, most_shares<W> / sum);
            for (int64_t t = 0; t < length; ++t) share[t] = quantized<int16_t>(weights[t] * factor);
            for (int64_t t = length; t < padded; ++t) share[t] = 0;
            if (shares != nullptr)
                for (int64_t t = 0; t < length; ++t) shares[(from + r) * length + t] = weights[t] / sum;
            scales[r] = 1 / (factor * sum);
        }
        for (int64_t r = 0; r < some; r += tile_rows) {
            const int64_t rows = std::min(tile_rows, some - r);
            int32_t sums[tile_rows][panel_columns];
            for (int64_t panel = 0; panel < head_size; panel += panel_columns) {
                multiply(rows, whole_shares + r * padded, padded, values.data() + panel * padded, padded / 2, sums[0],
                         panel_columns);
                for (int64_t row = 0; row < rows; ++row)
                    for (int64_t i = 0; i < panel_columns; ++i)
                        result[(from + r + row) * result_stride + panel + i] =
                            float(sums[row][i]) * scales[r + row] * value_scales[size_t(panel + i)];
            }
        }
    }
}

template class KeyValueCache<int8_t>;
template class KeyValueCache<int16_t>;

} // namespace whisper_bot::whisper
