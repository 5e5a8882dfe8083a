// Power spectra of sound, in floats: a frame's quiet frequencies lie 80 dB and more below its loud ones, further than
// whole numbers of 15 bits reach.
#pragma once

#include "number.hpp"

#include <cstdint>
#include <vector>

namespace whisper_bot {

// The discrete Fourier transform of real frames (Stockham's: every step writes in order), several side by side in
// vector registers.
class Spectrum {
  public:
    // `size`: samples of a frame, a product of fours, fives and twos. Throws std::invalid_argument.
    explicit Spectrum(int size);
    int size() const { return length; }
    int bins() const { return length / 2 + 1; }
    // Frames that are transformed at once; fewer take as long.
    static constexpr int64_t batch = 16;
    // |X|² of `count` frames, one after another in `frames`; a row of bins() each.
    void operator()(const float * frames, int64_t count, float * power) const;

  private:
    struct Twiddle {
        float cosine, sine;
    };
    // Makes transforms `radix` times as long out of transforms of length `before`.
    struct Stage {
        int radix, before;
        std::vector<Twiddle> twiddles;
    };
    int length;
    std::vector<Stage> stages;
};

// Weighted sums of neighbouring bins.
class Filterbank {
  public:
    // `weights` row by row: [filters][bins]; most are zero.
    Filterbank(const float * weights, int filters, int bins);
    int size() const { return int(filters.size()); }
    // Of one power spectrum; size() sums.
    void operator()(const float * power, float * energies) const;

  private:
    struct Filter {
        int first;
        std::vector<float> weights;
    };
    std::vector<Filter> filters;
};

} // namespace whisper_bot
