// CAM++ (Wang et al. 2023, 3D-Speaker): the voice of a stretch of speech as a direction in 192 dimensions.
#pragma once

#include "../compute/integer.hpp"
#include "../onnx/network.hpp"

#include <array>
#include <cstdint>
#include <vector>

constexpr int voice_length = 192;

// Weights only: threads may share one.
class VoiceNetwork {
  public:
    explicit VoiceNetwork(Network && network);

    // `features`: frames × mel_bins, of which the mean over time is taken off here. A voice of length 1, so that a dot product is a cosine.
    std::array<float, voice_length> operator()(const float * features, int64_t frames) const;

  private:
    // A batch normalization before a rectifier.
    struct Rectified {
        std::vector<float> factor, addend;
    };
    // Two 3 × 3 convolutions and what goes around them.
    struct Block {
        int64_t stride;
        IntegerConvolution first, second;
        // Where the size changes.
        std::vector<IntegerConvolution> shortcut;
    };
    // Of a densely connected block: what it adds, masked by what the surroundings say.
    struct Dense {
        Rectified before;
        IntegerMatrix narrow;
        IntegerConvolution local;
        std::vector<float> squeeze, squeeze_bias, excite, excite_bias;
    };
    struct Stage {
        int64_t dilation;
        std::vector<Dense> layers;
        Rectified before;
        std::vector<IntegerMatrix> transit;
    };
    struct Image;

    static Rectified rectified(Network & network, int channels);
    void block(const Block & block, Image & image) const;
    static void dense(const Dense & layer, int64_t dilation, float * rows, int64_t frames, int64_t room, int64_t channels);

    std::vector<IntegerConvolution> head;
    std::vector<Block> blocks;
    std::vector<IntegerConvolution> reduce;
    std::vector<Stage> stages;
    std::vector<float> last, last_mean, last_factor;
};
