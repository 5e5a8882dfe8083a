#include "rules.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace {

constexpr float off = -std::numeric_limits<float>::infinity();
// The first word begins within a second: later first marks lead to lost words.
constexpr int latest_first_mark = 50;

// Signs that nobody says; Whisper writes them for music, noises and comments.
const char * const signs = "\" # ( ) * + / : ; < = > @ [ \\ ] ^ _ ` { | } ~ 「 」 『 』 << >> <<< >>> -- --- -( -[ (' (\" (( )) ((( ))) [[ ]] {{ }} "
                           "♪♪ ♪♪♪ ♩ ♪ ♫ ♬ ♭ ♮ ♯";

float greatest(const float * values, int from, int to) {
    float most = off;
    for (int i = from; i < to; ++i) most = values[i] > most ? values[i] : most;
    return most;
}

// The logarithm of the sum of e^values.
float sum_of(const float * values, int from, int to) {
    const float most = greatest(values, from, to);
    if (most == off) return off;
    float sum = 0;
    for (int i = from; i < to; ++i) sum += std::exp(values[i] - most);
    return most + std::log(sum);
}

} // namespace

Rules::Rules(const Vocabulary & words, bool with_marks) : vocabulary(words), marks(with_marks) {
    const auto add = [&](std::vector<int> & list, const std::string & text) {
        const auto found = vocabulary.id.find(text);
        if (found != vocabulary.id.end() && found->second < vocabulary.end) list.push_back(found->second);
    };
    std::istringstream every(signs);
    for (std::string sign; every >> sign;) add(never, sign), add(never, " " + sign);
    // Within a word they may stand.
    add(never, " -");
    add(never, " '");
    for (int id = vocabulary.start; id < vocabulary.first_mark; ++id) never.push_back(id);
    add(never_first, " ");
    never_first.push_back(vocabulary.end);
}

double Rules::share(const float * logits, int token) const {
    return std::exp(double(logits[token] - sum_of(logits, 0, int(vocabulary.text.size()))));
}

Token Rules::choose(float * logits, const std::vector<Token> & so_far, float temperature, std::mt19937 & dice) const {
    const int size = int(vocabulary.text.size()), mark = vocabulary.first_mark;
    for (int id : never) logits[id] = off;
    if (so_far.empty())
        for (int id : never_first) logits[id] = off;
    if (!marks) std::fill(logits + mark, logits + size, off);
    else {
        const bool after_mark = !so_far.empty() && so_far.back().id >= mark;
        const bool after_two = after_mark && (so_far.size() < 2 || so_far[so_far.size() - 2].id >= mark);
        // Marks come in pairs, but for the first and the last.
        if (after_two) std::fill(logits + mark, logits + size, off);
        else if (after_mark) std::fill(logits, logits + vocabulary.end, off);
        int reached = mark;
        for (const Token & token : so_far) reached = std::max(reached, token.id);
        std::fill(logits + mark, logits + reached, off);
        if (so_far.empty()) {
            std::fill(logits, logits + mark, off);
            std::fill(logits + mark + latest_first_mark + 1, logits + size, off);
        }
    }
    if (temperature > 0)
        for (int i = 0; i < size; ++i) logits[i] /= temperature;
    // Marks together likelier than any word: it is a mark.
    if (marks && sum_of(logits, mark, size) > greatest(logits, 0, mark)) std::fill(logits, logits + mark, off);
    const float all = sum_of(logits, 0, size);
    if (temperature == 0) {
        const float most = greatest(logits, 0, size);
        const int id = int(std::find(logits, logits + size, most) - logits);
        return {id, most - all};
    }
    double left = std::uniform_real_distribution<double>(0, 1)(dice);
    int id = vocabulary.end;
    for (int i = 0; i < size; ++i) {
        if (logits[i] == off) continue;
        id = i;
        left -= std::exp(double(logits[i] - all));
        if (left <= 0) break;
    }
    return {id, logits[id] - all};
}
