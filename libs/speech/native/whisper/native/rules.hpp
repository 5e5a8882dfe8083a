// Which token may come next (openai/whisper, decoding.py).
#pragma once

#include "weights.hpp"

#include <random>
#include <vector>

struct Token {
    int id;
    // Natural logarithm, among what the rules allow.
    float log_probability;
};

class Rules {
  public:
    Rules(const Vocabulary & vocabulary, bool marks);

    // The next token after `so_far` (what follows the prompt). The logits are changed. Above temperature 0 it is drawn.
    Token choose(float * logits, const std::vector<Token> & so_far, float temperature, std::mt19937 & dice) const;
    // The share of one token before any rule.
    double share(const float * logits, int token) const;

  private:
    const Vocabulary & vocabulary;
    bool marks;
    std::vector<int> never, never_first;
};
