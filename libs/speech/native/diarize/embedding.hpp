// CAM++ (Wang et al. 2023, 3D-Speaker): speaker embeddings of 192 dimensions.
#pragma once

#include "../compute/integer-matrix.hpp"
#include "../onnx/network.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace whisper_bot::diarize {

constexpr int embedding_size = 192;

// Weights only: threads may share one.
class EmbeddingNetwork {
  public:
    explicit EmbeddingNetwork(Network && network);

    // `features`: frames × mel_bins, whose mean over time is subtracted here. Returns an embedding of length 1, so that
    // a dot product is a cosine.
    std::array<float, embedding_size> operator()(const float * features, int64_t frames) const;

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
    // A layer of a densely connected block with context-aware masking.
    struct Dense {
        Rectified before;
        IntegerMatrix bottleneck;
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
    static void dense(const Dense & layer, int64_t dilation, float * rows, int64_t frames, int64_t room,
                      int64_t channels);

    std::vector<IntegerConvolution> head;
    std::vector<Block> blocks;
    std::vector<IntegerConvolution> reduce;
    std::vector<Stage> stages;
    std::vector<float> last, last_mean, last_factor;
};

} // namespace whisper_bot::diarize
