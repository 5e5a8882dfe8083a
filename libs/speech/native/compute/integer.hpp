// Matrix products of whole numbers: vector units multiply twice as many 16-bit numbers a cycle as floats, and read them from memory in half
// the time. For the decoder, and for the encoder where the processor does not multiply bfloat16.
#pragma once

#include "multiply.hpp"
#include "number.hpp"

#include <cstdint>
#include <vector>

// What becomes of a product.
enum class Then { nothing, gelu, relu, add };

// Weights in 13 bits with a scale for each output. 8 would be read in half the time, but cost a word in a hundred
// (docs/adr/0008-whisper-engine.md).
class IntegerWeights {
  public:
    int in() const { return inputs; }
    int out() const { return outputs; }

  protected:
    // `weights` row by row: [out][taps][in]; `bias` may be null.
    IntegerWeights(const float * weights, const float * bias, int taps, int in, int out);
    // Up to `tall` rows of one panel, finished into y.
    void tile(const int16_t * x, int64_t stride, Taps taps, const float * scale, int64_t scale_stride, int64_t rows, int64_t panel, float * y, Then then) const;
    int64_t panels() const;

    int taps, inputs, outputs;
    // Inputs of a tap, to an even number.
    int64_t padded;
    // That a number of x may be at most, so that all sums stay within 31 bits.
    float greatest;

  private:
    // Panels as multiply() likes them.
    Buffer<int16_t> numbers;
    // By output, to whole panels.
    std::vector<float> scales, shifts;
};

class IntegerMatrix : public IntegerWeights {
  public:
    // `weights` row by row: [out][in]; `bias` may be null.
    IntegerMatrix(const float * weights, const float * bias, int in, int out) : IntegerWeights(weights, bias, 1, in, out) {}

    // y = x · Wᵀ + b; x is rows × in, and each of its rows is taken as whole numbers of up to 15 bits, as many as keep sums within 31.
    // On all of OpenMP's threads where there are many rows.
    void operator()(const float * x, int64_t rows, float * y, Then then = Then::nothing) const;
};

// A convolution along rows that overlap: neighbours share what they read, so all of it has one scale.
class IntegerConvolution : public IntegerWeights {
  public:
    // `weights`: [out][taps][in], where the `in` numbers of a tap lie one after another in what is read; `bias` may be null.
    IntegerConvolution(const float * weights, const float * bias, int taps, int in, int out) : IntegerWeights(weights, bias, taps, in, out) {}

    // The greatest number that may be read.
    float most() const { return greatest; }
    // y[row] = Σ W[tap] · x[row · row_stride + tap · tap_stride …] · scale + b, of `out` numbers a row. With an odd number of inputs one number
    // behind the last is read as well.
    void operator()(const int16_t * x, float scale, int64_t rows, int64_t row_stride, int64_t tap_stride, float * y, Then then = Then::nothing) const;
};

// Numbers as whole ones of up to `most`; what these are to be multiplied with to be the same again.
float to_integers(const float * numbers, int64_t count, float most, int16_t * integers);
