// Matrix products of integers: vector units multiply twice as many 16-bit numbers a cycle as floats, and read them from
// memory in half the time. For the decoder, and for the encoder where the processor does not multiply bfloat16.
#pragma once

#include "multiply.hpp"
#include "number.hpp"

#include <cstdint>
#include <vector>

namespace whisper_bot {

// What is applied to a product before it is stored.
enum class Epilogue { none, gelu, relu, add };

// Weights in 13 bits with a scale for each output. 8 would be read in half the time, but raise the word error rate by a
// point (docs/adr/0008-whisper-engine.md).
class IntegerWeights {
  public:
    int in() const { return inputs; }
    int out() const { return outputs; }

  protected:
    // `weights` row by row: [out][taps][in]; `bias` may be null.
    IntegerWeights(const float * weights, const float * bias, int taps, int in, int out);
    // Up to `tile_rows` rows of one panel, with the epilogue, into y.
    void tile(const int16_t * x, int64_t stride, Taps taps, const float * scale, int64_t scale_stride, int64_t rows,
              int64_t panel, float * y, Epilogue epilogue) const;
    int64_t panels() const;

    int taps, inputs, outputs;
    // Inputs of a tap, padded to an even number.
    int64_t padded;
    // Largest magnitude of a number of x for which all sums fit into 31 bits.
    float largest_input;

  private:
    // In panels, see multiply().
    Buffer<int16_t> numbers;
    // Per output, padded to whole panels.
    std::vector<float> scales, shifts;
};

class IntegerMatrix : public IntegerWeights {
  public:
    // `weights` row by row: [out][in]; `bias` may be null.
    IntegerMatrix(const float * weights, const float * bias, int in, int out)
        : IntegerWeights(weights, bias, 1, in, out) {}

    // y = x · Wᵀ + b; x is rows × in, and each of its rows is quantized to integers of up to 15 bits, as many as keep
    // sums within 31. On all of OpenMP's threads where there are many rows.
    void operator()(const float * x, int64_t rows, float * y, Epilogue epilogue = Epilogue::none) const;
};

// A convolution along rows that overlap: neighbours share what they read, so all of it has one scale.
class IntegerConvolution : public IntegerWeights {
  public:
    // `weights`: [out][taps][in], where the `in` numbers of a tap are contiguous in the input; `bias` may be null.
    IntegerConvolution(const float * weights, const float * bias, int taps, int in, int out)
        : IntegerWeights(weights, bias, taps, in, out) {}

    // Largest magnitude that an input may have.
    float max_input() const { return largest_input; }
    // y[row] = Σ W[tap] · x[row · row_stride + tap · tap_stride …] · scale + b, of `out` numbers a row. With an odd
    // number of inputs one number behind the last is read as well.
    void operator()(const int16_t * x, float scale, int64_t rows, int64_t row_stride, int64_t tap_stride, float * y,
                    Epilogue epilogue = Epilogue::none) const;
};

// Convolution weights from [out][in][taps], as networks store them, to [out][taps][in].
std::vector<float> taps_first(const std::vector<float> & weights, int64_t out, int64_t in, int64_t taps);

// Quantizes numbers to integers of magnitude up to `most`. Returns the scale that turns them back.
float quantize(const float * numbers, int64_t count, float most, int16_t * integers);

} // namespace whisper_bot
