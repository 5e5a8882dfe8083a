#pragma once

#include "attend.hpp"
#include "layer.hpp"

// What the decoder keeps of one window's sound, for each of its layers' heads. Reading it at each token takes longer than reckoning with
// it: hence in 8 bits.
struct Sound {
    int64_t positions = 0;
    std::vector<KeyValues<int8_t>> heads;
};

// One text being written, with the layers' keys and values of its tokens so far.
struct Text {
    const Sound * sound = nullptr;
    // It hears positions [first, last) of the sound.
    int64_t first = 0, last = 0;
    int64_t length = 0;
    std::vector<Buffer<Bf16>> keys, values;
    // Where the alignment heads looked with the newest token: [heads][positions].
    Buffer<float> gaze;
};

// Which heads of the decoder follow the sound.
struct Head {
    int layer, head;
};

class Decoder {
  public:
    Decoder(const WeightFile & file, std::vector<Head> aligned);

    // `encoded`: positions × width.
    void listen(const float * encoded, int64_t positions, Sound & sound) const;
    // Room for a text of up to `context()` tokens about this sound; an old text's memory is used again.
    void begin(Text & text, const Sound & sound) const { begin(text, sound, length); }
    // The same with room for so many tokens.
    void begin(Text & text, const Sound & sound, int64_t tokens) const;
    // One more token for each text, all at once: the weights are read once. `logits`: texts × vocabulary, or null.
    void step(const std::vector<Text *> & texts, const std::vector<int> & tokens, float * logits) const;
    int64_t context() const { return length; }
    int vocabulary() const { return words; }
    size_t aligned() const { return gazers.size(); }
    // Bytes that a window's sound and text take.
    size_t bytes(int64_t positions) const;

  private:
    struct Layer {
        Norm self_norm, cross_norm, mlp_norm;
        IntegerMatrix query_key_value, self_out, cross_query, cross_key_value, cross_out, wide, narrow;
    };
    struct Room;
    void attend_self(const float * joined, Text & text, size_t layer, float * result) const;
    void attend_sound(const float * query, Text & text, size_t layer, float * result) const;

    int state, heads, words;
    int64_t length;
    std::vector<float> places;
    TensorRows embedding;
    std::vector<Layer> layers;
    Norm norm;
    IntegerMatrix logits_of;
    std::vector<Head> gazers;
};
