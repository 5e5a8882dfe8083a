// Which token may come next (openai/whisper, decoding.py).
#pragma once

#include "weights.hpp"

#include <random>
#include <vector>

namespace whisper_bot::whisper {

struct Token {
    int id;
    // Natural logarithm, among the allowed tokens.
    float log_probability;
};

class TokenFilter {
  public:
    TokenFilter(const Vocabulary & vocabulary, bool timestamps);

    // The next token after `so_far` (without the prompt): greedy at temperature 0, sampled above. Modifies the logits.
    Token sample(float * logits, const std::vector<Token> & so_far, float temperature, std::mt19937 & random) const;
    // The probability of one token before filtering.
    double share(const float * logits, int token) const;

  private:
    const Vocabulary & vocabulary;
    bool timestamps;
    std::vector<int> suppressed, suppressed_first;
};

} // namespace whisper_bot::whisper
