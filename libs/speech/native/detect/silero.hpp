// Silero's voice activity detection 6.2 (Silero Team 2024), 16 kHz: the probability of speech in each 32 ms.
#pragma once

#include "../compute/integer-matrix.hpp"
#include "../onnx/network.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace whisper_bot::detect {

// Samples per frame, and those before a frame that it also reads.
constexpr int64_t frame_samples = 512, context_samples = 64;

// Weights only; the recurrent state is the caller's.
class Silero {
  public:
    static constexpr int hidden = 128;
    struct State {
        std::array<float, hidden> cell{};
        std::array<int16_t, hidden> hidden_state{};
    };

    explicit Silero(const Network & network);

    // `samples`: context_samples, then `frames` × frame_samples. Writes one probability per frame; continues from
    // `state`.
    void operator()(const float * samples, int64_t frames, State & state, float * probabilities) const;

  private:
    IntegerMatrix spectrum;
    std::vector<IntegerMatrix> encoder;
    IntegerMatrix in;
    IntegerConvolution recurrent;
    std::vector<float> last, last_bias;
};

} // namespace whisper_bot::detect
