// pyannote's segmentation 3.0 (PyanNet: Plaquet and Bredin 2023): which of three local speakers are active, 10 s at a
// time.
#pragma once

#include "../compute/integer-matrix.hpp"
#include "../onnx/network.hpp"

#include <cstdint>
#include <vector>

namespace whisper_bot::diarize {

// 10 s of 16 kHz audio in, a frame every 270 samples out, at most 3 speakers.
constexpr int64_t window_samples = 160000, frame_samples = 270, window_frames = 589;
// Middle of frame 0, samples: half its receptive field of 991.
constexpr int64_t frame_center = 495;
constexpr int local_speakers = 3;
// Numbers per frame: the probability of each local speaker, then that of any speaker.
constexpr int columns = local_speakers + 1, any_speaker = local_speakers;

// Weights only: threads may share one.
class Segmentation {
  public:
    explicit Segmentation(Network && network);

    // Windows of `window_samples`, one after another, to `window_frames` × `columns` probabilities each. Two windows at
    // once are cheaper than twice one: weights are read once.
    void operator()(const float * samples, int64_t windows, float * probabilities) const;

  private:
    struct Normalization {
        std::vector<float> scale, shift;
    };
    // Both directions; their input weights are in one matrix.
    struct Lstm {
        IntegerMatrix in;
        IntegerConvolution forward, backward;
    };
    void encode(const float * samples, float * frames) const;
    void run_lstm(const Lstm & layer, const float * in, int64_t windows, float * out) const;

    Normalization input_norm;
    std::vector<IntegerConvolution> convolutions;
    std::vector<Normalization> normalizations;
    std::vector<Lstm> lstm;
    std::vector<IntegerMatrix> linear;
};

} // namespace whisper_bot::diarize
