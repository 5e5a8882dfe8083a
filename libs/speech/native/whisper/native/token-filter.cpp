#include "token-filter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace whisper_bot::whisper {

namespace {

constexpr float off = -std::numeric_limits<float>::infinity();
// The first word begins within a second: a later first timestamp loses words.
constexpr int latest_first_timestamp = 50;

// Symbols that are not speech; Whisper writes them for music, noises and comments.
const char * const non_speech_symbols = "\" # ( ) * + / : ; < = > @ [ \\ ] ^ _ ` { | } ~ 「 」 『 』 << >> <<< >>> -- "
                                        "--- -( -[ (' (\" (( )) ((( ))) [[ ]] {{ }} "
                                        "♪♪ ♪♪♪ ♩ ♪ ♫ ♬ ♭ ♮ ♯";

float greatest(const float * values, int from, int to) {
    float most = off;
    for (int i = from; i < to; ++i) most = values[i] > most ? values[i] : most;
    return most;
}

// The logarithm of the sum of e^values.
float log_sum_exp(const float * values, int from, int to) {
    const float most = greatest(values, from, to);
    if (most == off) return off;
    float sum = 0;
    for (int i = from; i < to; ++i) sum += std::exp(values[i] - most);
    return most + std::log(sum);
}

} // namespace

TokenFilter::TokenFilter(const Vocabulary & words, bool with_timestamps)
    : vocabulary(words), timestamps(with_timestamps) {
    const auto add = [&](std::vector<int> & list, const std::string & text) {
        const auto found = vocabulary.id.find(text);
        if (found != vocabulary.id.end() && found->second < vocabulary.end) list.push_back(found->second);
    };
    std::istringstream every(non_speech_symbols);
    for (std::string sign; every >> sign;) add(suppressed, sign), add(suppressed, " " + sign);
    // Allowed within a word.
    add(suppressed, " -");
    add(suppressed, " '");
    for (int id = vocabulary.start; id < vocabulary.first_timestamp; ++id) suppressed.push_back(id);
    add(suppressed_first, " ");
    suppressed_first.push_back(vocabulary.end);
}

double TokenFilter::share(const float * logits, int token) const {
    return std::exp(double(logits[token] - log_sum_exp(logits, 0, int(vocabulary.text.size()))));
}

Token TokenFilter::sample(float * logits, const std::vector<Token> & so_far, float temperature,
                          std::mt19937 & random) const {
    const int size = int(vocabulary.text.size()), timestamp = vocabulary.first_timestamp;
    for (int id : suppressed) logits[id] = off;
    if (so_far.empty())
        for (int id : suppressed_first) logits[id] = off;
    if (!timestamps) std::fill(logits + timestamp, logits + size, off);
    else {
        const bool after_timestamp = !so_far.empty() && so_far.back().id >= timestamp;
        const bool after_two = after_timestamp && (so_far.size() < 2 || so_far[so_far.size() - 2].id >= timestamp);
        // Timestamps come in pairs, except for the first and the last.
        if (after_two) std::fill(logits + timestamp, logits + size, off);
        else if (after_timestamp) std::fill(logits, logits + vocabulary.end, off);
        int reached = timestamp;
        for (const Token & token : so_far) reached = std::max(reached, token.id);
        std::fill(logits + timestamp, logits + reached, off);
        if (so_far.empty()) {
            std::fill(logits, logits + timestamp, off);
            std::fill(logits + timestamp + latest_first_timestamp + 1, logits + size, off);
        }
    }
    if (temperature > 0)
        for (int i = 0; i < size; ++i) logits[i] /= temperature;
    // If all timestamps together are likelier than any word, it is a timestamp.
    if (timestamps && log_sum_exp(logits, timestamp, size) > greatest(logits, 0, timestamp))
        std::fill(logits, logits + timestamp, off);
    const float all = log_sum_exp(logits, 0, size);
    if (temperature == 0) {
        const float most = greatest(logits, 0, size);
        const int id = int(std::find(logits, logits + size, most) - logits);
        return {id, most - all};
    }
    double left = std::uniform_real_distribution<double>(0, 1)(random);
    int id = vocabulary.end;
    for (int i = 0; i < size; ++i) {
        if (logits[i] == off) continue;
        id = i;
        left -= std::exp(double(logits[i] - all));
        if (left <= 0) break;
    }
    return {id, logits[id] - all};
}

} // namespace whisper_bot::whisper
