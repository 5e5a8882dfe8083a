// Silero's voice activity detection 6.2 (Silero Team 2024), 16 kHz: how likely there is speech in each 32 ms.
#pragma once

#include "../compute/integer.hpp"
#include "../onnx/network.hpp"

#include <array>
#include <cstdint>
#include <vector>

// Samples it decides on at once, and those before them that it also looks at.
constexpr int64_t frame_samples = 512, context_samples = 64;

// Weights only; what goes on from frame to frame is the caller's.
class Silero {
  public:
    static constexpr int hidden = 128;
    struct State {
        std::array<float, hidden> cell{};
        std::array<int16_t, hidden> said{};
    };

    explicit Silero(const Network & network);

    // `samples`: context_samples, then `frames` × frame_samples. To a probability each; goes on from `state`.
    void operator()(const float * samples, int64_t frames, State & state, float * probabilities) const;

  private:
    IntegerMatrix spectrum;
    std::vector<IntegerMatrix> encoder;
    IntegerMatrix in;
    IntegerConvolution again;
    std::vector<float> last, last_bias;
};
