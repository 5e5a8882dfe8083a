// Kaldi's log mel filter bank as CAM++ was trained on it (3D-Speaker: torchaudio.compliance.kaldi.fbank, 80 bins).
#pragma once

#include <cstdint>
#include <vector>

namespace whisper_bot::diarize {

constexpr int mel_bins = 80;
// Samples at 16 kHz: a frame every 10 ms, 25 ms long.
constexpr int64_t frame_shift = 160, frame_length = 400;

// Whole frames in `samples` samples.
constexpr int64_t frame_count(int64_t samples) {
    return samples < frame_length ? 0 : 1 + (samples - frame_length) / frame_shift;
}

// Features of the chosen frames (below frame_count) of samples −1 … 1: a row of mel_bins each, without mean
// subtraction.
std::vector<float> fbank(const float * samples, const std::vector<int64_t> & chosen);

} // namespace whisper_bot::diarize
