#pragma once

#include "attention.hpp"
#include "layer.hpp"

namespace whisper_bot::whisper {

// The encoder output projected to cross-attention keys and values, for each head of each layer. Reading it takes longer
// than computing with it, hence 8 bits.
struct EncoderOutput {
    int64_t positions = 0;
    std::vector<KeyValueCache<int8_t>> heads;
};

// One text being decoded: the self-attention cache of its tokens so far.
struct DecoderState {
    const EncoderOutput * encoded_audio = nullptr;
    // It attends to positions [first, last) of the encoder output.
    int64_t first = 0, last = 0;
    int64_t length = 0;
    std::vector<Buffer<BFloat16>> keys, values;
    // Cross attention of the aligned heads for the newest token: [heads][positions].
    Buffer<float> cross_attention;
};

// An attention head of the decoder.
struct Head {
    int layer, head;
};

class Decoder {
  public:
    // Loads with `threads` threads.
    Decoder(const WeightFile & file, std::vector<Head> aligned, int threads);

    // `encoded`: positions × width.
    void project(const float * encoded, int64_t positions, EncoderOutput & encoded_audio) const;
    // Starts a text of up to `context()` tokens; reuses the memory of an earlier one.
    void begin(DecoderState & text, const EncoderOutput & encoded_audio) const { begin(text, encoded_audio, length); }
    // The same with space for `tokens` tokens.
    void begin(DecoderState & text, const EncoderOutput & encoded_audio, int64_t tokens) const;
    // One more token for each text in a batch: weights are read once. `logits`: texts × vocabulary, or null.
    void step(const std::vector<DecoderState *> & states, const std::vector<int> & tokens, float * logits) const;
    int64_t context() const { return length; }
    int vocabulary() const { return words; }
    size_t aligned() const { return aligned_heads.size(); }
    // Bytes of a window's caches.
    size_t bytes(int64_t positions) const;

  private:
    struct Layer {
        LayerNorm self_norm, cross_norm, mlp_norm;
        IntegerMatrix query_key_value, self_out, cross_query, cross_key_value, cross_out, fc1, fc2;
    };
    struct Workspace;
    void attend_self(const float * joined, DecoderState & text, size_t layer, float * result) const;
    void attend_cross(const float * query, DecoderState & text, size_t layer, float * result) const;

    int state, heads, words;
    int64_t length;
    std::vector<float> positional_embedding;
    TensorRows embedding;
    std::vector<Layer> layers;
    LayerNorm norm;
    IntegerMatrix logits_of;
    std::vector<Head> aligned_heads;
};

} // namespace whisper_bot::whisper
