#pragma once

#include "decoder.hpp"
#include "token-filter.hpp"

namespace whisper_bot::whisper {

// A text of one window at temperature 0, without the thresholds that would decode it again.
class GreedyDecoding {
  public:
    // Reads the prompt but for its last token.
    GreedyDecoding(const Decoder & decoder, const Vocabulary & vocabulary, const EncoderOutput & encoded_audio,
                   const std::vector<int> & prompt, bool timestamps);
    // The tokens that Whisper's rules choose, up to `steps`; the end is the last.
    std::vector<int> choose(size_t steps);
    // Continues with the given tokens. Returns the likeliest at each step, by no rule.
    std::vector<int> force(const std::vector<int> & tokens);

  private:
    void step(int token);

    const Decoder & decoder;
    const Vocabulary & vocabulary;
    const TokenFilter filter;
    DecoderState state;
    std::vector<float> logits;
    int last;
};

} // namespace whisper_bot::whisper
