#pragma once

#include "layer.hpp"
#include "mel.hpp"

namespace whisper_bot::whisper {

// Whisper's audio encoder.
template <class E> class Encoder {
  public:
    // Loads with `threads` threads.
    Encoder(const WeightFile & file, int threads);

    // `positions` rows of 20 ms, `width()` wide. `step` is called after each layer and may throw.
    // Uses `threads` OpenMP threads.
    void operator()(const float * samples, int64_t count, int64_t positions, int threads,
                    const std::function<void()> & step, E * result) const;
    int width() const { return state; }
    int steps() const { return int(layers.size()); }

  private:
    struct Layer {
        LayerNorm attention_norm, mlp_norm;
        Linear<E> query_key_value, out, fc1, fc2;
    };
    struct Workspace;
    void attend(Workspace & workspace, int64_t positions, int threads) const;
    static Linear<E> convolution(const WeightFile & file, const std::string & name, int channels);

    int state, heads;
    Mel mel;
    Linear<E> first, second;
    std::vector<float> positional_embedding;
    std::vector<Layer> layers;
    LayerNorm norm;
};

} // namespace whisper_bot::whisper
