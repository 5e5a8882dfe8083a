#include "greedy.hpp"

#include <algorithm>

namespace whisper_bot::whisper {

GreedyDecoding::GreedyDecoding(const Decoder & with, const Vocabulary & words, const EncoderOutput & encoded_audio,
                               const std::vector<int> & prompt, bool timestamps)
    : decoder(with), vocabulary(words), filter(words, timestamps), logits(size_t(with.vocabulary())),
      last(prompt.back()) {
    decoder.begin(state, encoded_audio);
    for (size_t i = 0; i + 1 < prompt.size(); ++i) decoder.step({&state}, {prompt[i]}, nullptr);
}

void GreedyDecoding::step(int token) {
    if (state.length >= decoder.context()) throw std::runtime_error("more tokens than the model has places for");
    decoder.step({&state}, {token}, logits.data());
}

std::vector<int> GreedyDecoding::choose(size_t steps) {
    std::mt19937 random;
    std::vector<Token> chosen;
    while (chosen.size() < steps) {
        step(last);
        chosen.push_back(filter.sample(logits.data(), chosen, 0, random));
        last = chosen.back().id;
        if (last == vocabulary.end) break;
    }
    std::vector<int> tokens;
    for (const Token & token : chosen) tokens.push_back(token.id);
    return tokens;
}

std::vector<int> GreedyDecoding::force(const std::vector<int> & tokens) {
    std::vector<int> likeliest;
    for (const int token : tokens) {
        step(last);
        likeliest.push_back(int(std::max_element(logits.begin(), logits.end()) - logits.begin()));
        last = token;
    }
    return likeliest;
}

} // namespace whisper_bot::whisper
