#pragma once

#include "product.hpp"
#include "weights.hpp"

// Log-mel spectrogram as Whisper was trained on (openai/whisper, audio.py): 25 ms Hann windows every 10 ms.
class Mel {
  public:
    explicit Mel(const WeightFile & file);
    // `frames` rows of `mels` values about 0, from sample 0 on; past the end is silence.
    void operator()(const float * samples, int64_t count, int64_t frames, float * result) const;
    int mels() const { return filters.out(); }

  private:
    // The Fourier transform is a product too: cosines, then sines, the Hann window in them.
    Linear<float> transform, filters;
};
