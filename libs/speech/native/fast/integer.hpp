// Matrix products of whole numbers: vector units multiply twice as many 16-bit numbers a cycle as floats, and read them from memory in half
// the time. For the decoder, and for the encoder where the processor does not multiply bfloat16.
#pragma once

#include "number.hpp"

#include <cstdint>
#include <vector>

// What becomes of a product.
enum class Then { nothing, gelu, add };

// Weights in 13 bits with a scale for each output. 8 would be read in half the time, but cost a word in a hundred
// (docs/adr/0008-whisper-engine.md).
class IntegerMatrix {
  public:
    // `weights` row by row: [out][in]; `bias` may be null.
    IntegerMatrix(const float * weights, const float * bias, int in, int out);

    // y = x · Wᵀ + b; x is rows × in, and each of its rows is taken as whole numbers of up to 15 bits, as many as keep sums within 31.
    // On all of OpenMP's threads where there are many rows.
    void operator()(const float * x, int64_t rows, float * y, Then then = Then::nothing) const;
    int in() const { return inputs; }
    int out() const { return outputs; }

  private:
    void tile(const int16_t * x, const float * scale, int64_t rows, int64_t panel, float * y, Then then) const;

    int inputs, outputs;
    // Inputs, to an even number.
    int64_t padded;
    // That a number of x becomes at most.
    float greatest;
    // Panels as multiply() likes them.
    Buffer<int16_t> numbers;
    // By output, to whole panels.
    std::vector<float> scales, shifts;
};
