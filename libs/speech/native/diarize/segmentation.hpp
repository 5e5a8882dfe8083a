// pyannote's segmentation 3.0 (PyanNet: Plaquet and Bredin 2023): which of three local speakers speak, 10 s at a time.
#pragma once

#include "../compute/integer.hpp"
#include "../onnx/network.hpp"

#include <cstdint>
#include <vector>

// 10 s of 16 kHz sound in, a frame every 270 samples out, at most 3 speakers known.
constexpr int64_t window_samples = 160000, frame_samples = 270, window_frames = 589;
// Middle of frame 0, samples: half its receptive field of 991.
constexpr int64_t frame_center = 495;
constexpr int local_speakers = 3;
// Numbers a frame: the probability of each local speaker, then that of anybody.
constexpr int columns = local_speakers + 1, anybody = local_speakers;

// Weights only: threads may share one.
class Segmentation {
  public:
    explicit Segmentation(Network && network);

    // Windows of `window_samples`, one after another, to `window_frames` × `columns` probabilities each. Two windows take less time than twice
    // one: weights are read once for both.
    void operator()(const float * samples, int64_t windows, float * probabilities) const;

  private:
    struct Normalization {
        std::vector<float> scale, shift;
    };
    // Both directions; their weights for what comes in lie in one matrix.
    struct Lstm {
        IntegerMatrix in;
        IntegerConvolution forward, backward;
    };
    void listen(const float * samples, float * frames) const;
    void recur(const Lstm & layer, const float * in, int64_t windows, float * out) const;

    Normalization sound;
    std::vector<IntegerConvolution> convolutions;
    std::vector<Normalization> normalizations;
    std::vector<Lstm> lstm;
    std::vector<IntegerMatrix> linear;
};
