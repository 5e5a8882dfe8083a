#pragma once

#include "../../compute/spectrum.hpp"
#include <cstdint>
#include <vector>

namespace whisper_bot::whisper {

// Log-mel spectrogram as Whisper was trained on (openai/whisper, audio.py): 25 ms Hann windows every 10 ms.
class Mel {
  public:
    // `filters`: [mels][201 bins] of the model, row by row.
    Mel(const std::vector<float> & filters, int mels);
    // `frames` rows of `mels` values about 0, from sample 0 on; past the end is silence.
    void operator()(const float * samples, int64_t count, int64_t frames, float * result) const;
    int mels() const { return filters.size(); }

  private:
    Spectrum spectrum;
    Filterbank filters;
    std::vector<float> window;
};

} // namespace whisper_bot::whisper
