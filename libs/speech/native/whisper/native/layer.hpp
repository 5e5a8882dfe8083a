// Layers that the encoder and the decoder share.
#pragma once

#include "head.hpp"
#include "product.hpp"
#include "weights.hpp"

#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace whisper_bot::whisper {

class LayerNorm {
  public:
    LayerNorm(const WeightFile & file, const std::string & name)
        : scale(file.tensor(name + ".weight")), shift(file.tensor(name + ".bias")) {}

    // Layer normalization of each row of x.
    template <class E> void operator()(const float * x, int64_t rows, E * y) const {
        const int64_t width = int64_t(scale.size());
        for (int64_t row = 0; row < rows; ++row, x += width, y += width) {
            float sum = 0, squares = 0;
            for (int64_t i = 0; i < width; ++i) sum += x[i];
            const float mean = sum / float(width);
            for (int64_t i = 0; i < width; ++i) squares += (x[i] - mean) * (x[i] - mean);
            const float factor = 1 / std::sqrt(squares / float(width) + 1e-5f);
            for (int64_t i = 0; i < width; ++i)
                store(y[i], (x[i] - mean) * factor * scale[size_t(i)] + shift[size_t(i)]);
        }
    }

  private:
    std::vector<float> scale, shift;
};

// Linear layers with concatenated outputs; those without a bias get zeros. `more`: further arguments of the layer's
// type.
template <class L, class... More>
L linear_of(const WeightFile & file, const std::vector<std::string> & names, int in, More... more) {
    std::vector<float> weights, bias;
    for (const std::string & name : names) {
        const auto next = file.tensor(name + ".weight");
        weights.insert(weights.end(), next.begin(), next.end());
        const auto added =
            file.has(name + ".bias") ? file.tensor(name + ".bias") : std::vector<float>(next.size() / size_t(in), 0.0f);
        bias.insert(bias.end(), added.begin(), added.end());
    }
    return L(weights.data(), bias.data(), in, int(bias.size()), more...);
}

// Copies overlapping rows of `width` elements, `step` apart, to contiguous rows.
template <class E>
inline const E * unfold(const E * source, int64_t rows, int64_t wide, int64_t step, Buffer<E> & room) {
    E * const result = room.reserve(size_t(rows * wide));
    for (int64_t row = 0; row < rows; ++row)
        std::memcpy(result + row * wide, source + row * step, size_t(wide) * sizeof(E));
    return result;
}

// exp(scale · (scores − max)), and its sum, by which they are to be divided for a softmax.
template <class S> inline float softmax_numerators(const float * scores, int64_t count, float scale, S * weights) {
    float most = scores[0];
    for (int64_t i = 1; i < count; ++i) most = scores[i] > most ? scores[i] : most;
    float sum = 0;
    for (int64_t i = 0; i < count; ++i) {
        const float weight = fast_exp((scores[i] - most) * scale);
        sum += weight;
        store(weights[i], weight);
    }
    return sum;
}

} // namespace whisper_bot::whisper
