#include "write.hpp"

#include <algorithm>
#include <map>

namespace {

// OpenAI's thresholds and whisper.cpp's: below, a text is unsure or repeats itself, and is tried again.
constexpr double least_average = -1, least_entropy = 2.4, silent = 0.6;
constexpr size_t entropy_window = 32;
// A phrase that follows itself so often will not end by itself.
constexpr size_t longest_phrase = 12, most_repeats = 8;
constexpr float temperatures[] = {0, 0.4f, 0.8f};

// How evenly the newest tokens are spread, in nats; a text that repeats itself has little.
double entropy(const std::vector<Token> & tokens) {
    std::map<int, int> counts;
    const size_t size = std::min(tokens.size(), entropy_window);
    for (size_t i = tokens.size() - size; i < tokens.size(); ++i) ++counts[tokens[i].id];
    double sum = 0;
    for (const auto & [id, count] : counts) sum -= double(count) / double(size) * std::log(double(count) / double(size));
    return sum;
}

// Positions of 20 ms: a repeat that was said moves on by as much at least, four syllables in a third of a second.
constexpr double least_move_a_phrase = 4, least_move_a_token = 2;

// Where the alignment heads looked when tokens [from, to) were chosen: the mean of their peaks.
double looked_at(const Written & written, size_t from, size_t to, size_t heads) {
    const size_t positions = written.gaze.size() / written.tokens.size() / heads;
    std::vector<float> shares(positions);
    double sum = 0;
    for (size_t token = from; token < to; ++token) {
        std::fill(shares.begin(), shares.end(), 0.0f);
        for (size_t head = 0; head < heads; ++head)
            for (size_t i = 0; i < positions; ++i) shares[i] += written.gaze[(token * heads + head) * positions + i];
        sum += double(std::max_element(shares.begin(), shares.end()) - shares.begin());
    }
    return sum / double(to - from);
}

// Whether what the last `tokens` repeat was said again and again: the gaze moved on with it. A text that cannot find its end looks at one place.
bool moves(const Written & written, size_t tokens, double least_move, size_t heads) {
    const size_t size = written.tokens.size(), part = tokens / 4;
    if (heads == 0 || part == 0) return false;
    const double moved = looked_at(written, size - part, size, heads) - looked_at(written, size - tokens, size - tokens + part, heads);
    return moved >= least_move * 0.75;
}

// How many tokens at the end repeat what stands before them and were never said; 0 where the text goes on as it should.
size_t loops(const Written & written, size_t heads) {
    const auto & tokens = written.tokens;
    for (size_t phrase = 1; phrase <= longest_phrase; ++phrase) {
        const size_t needed = phrase * most_repeats;
        if (tokens.size() < needed) return 0;
        bool same = true;
        for (size_t i = tokens.size() - needed + phrase; same && i < tokens.size(); ++i) same = tokens[i].id == tokens[i - phrase].id;
        if (same) return moves(written, needed, double(most_repeats) * least_move_a_phrase, heads) ? 0 : needed - phrase;
    }
    return 0;
}

void write_once(const Decoder & decoder, const Vocabulary & vocabulary, const Rules & rules, const std::vector<const Sound *> & sounds,
                const Request & request, float temperature, const std::function<void()> & step, std::vector<Written> & results) {
    std::vector<Text> desks(sounds.size());
    Buffer<float> logits_room;
    const size_t size = size_t(decoder.vocabulary());
    std::vector<size_t> open(sounds.size());
    std::vector<int> next(sounds.size());
    std::mt19937 dice(1);
    const size_t limit = size_t(decoder.context()) / 2 - 4;
    float * const logits = logits_room.reserve(sounds.size() * size);
    for (size_t i = 0; i < sounds.size(); ++i) {
        open[i] = i;
        decoder.begin(desks[i], *sounds[i]);
        results[i] = {};
    }
    std::vector<Text *> texts;
    std::vector<int> tokens;
    for (size_t at = 0; !open.empty(); ++at) {
        step();
        texts.clear();
        tokens.clear();
        const bool prompting = at < request.prompt.size();
        for (size_t i : open) {
            texts.push_back(&desks[i]);
            tokens.push_back(prompting ? request.prompt[at] : next[i]);
        }
        const bool asks_speech = prompting && request.prompt[at] == vocabulary.start;
        const bool chooses = at + 1 >= request.prompt.size();
        decoder.step(texts, tokens, asks_speech || chooses ? logits : nullptr);
        std::vector<size_t> still;
        for (size_t row = 0; row < open.size(); ++row) {
            Written & written = results[open[row]];
            float * const own = logits + row * size;
            if (asks_speech) written.no_speech = rules.share(own, vocabulary.no_speech);
            if (!chooses) {
                still.push_back(open[row]);
                continue;
            }
            const Token token = rules.choose(own, written.tokens, temperature, dice);
            const Text & text = desks[open[row]];
            written.gaze.insert(written.gaze.end(), text.gaze.data(), text.gaze.data() + decoder.aligned() * size_t(text.sound->positions));
            written.tokens.push_back(token);
            if (token.id == vocabulary.end) continue;
            const size_t repeated = loops(written, decoder.aligned());
            if (repeated > 0 || written.tokens.size() >= limit) {
                // What is left of it may be true; nothing is known of what comes behind.
                written.tokens.resize(written.tokens.size() - repeated);
                written.gaze.resize(written.tokens.size() * decoder.aligned() * size_t(text.sound->positions));
                written.failed = true;
                continue;
            }
            next[open[row]] = token.id;
            still.push_back(open[row]);
        }
        open.swap(still);
    }
    for (Written & written : results) {
        const bool repeats = written.tokens.size() > entropy_window && entropy(written.tokens) < least_entropy &&
                             !moves(written, entropy_window, double(entropy_window) * least_move_a_token, decoder.aligned());
        // Silence is not tried again: there is nothing to hear.
        const bool unsure = written.average() < least_average && written.no_speech <= silent;
        written.failed = written.failed || repeats || unsure;
    }
}

} // namespace

double Written::average() const {
    double sum = 0;
    for (const Token & token : tokens) sum += double(token.log_probability);
    return tokens.empty() ? 0 : sum / double(tokens.size());
}

std::vector<Languages> languages_of(const Decoder & decoder, const Vocabulary & vocabulary, const std::vector<Heard> & parts) {
    std::vector<Text> texts(parts.size());
    std::vector<Text *> all;
    for (size_t i = 0; i < parts.size(); ++i) {
        decoder.begin(texts[i], *parts[i].sound, 1);
        texts[i].first = parts[i].first;
        texts[i].last = parts[i].last;
        all.push_back(&texts[i]);
    }
    const size_t size = size_t(decoder.vocabulary());
    Buffer<float> logits(parts.size() * size);
    decoder.step(all, std::vector<int>(parts.size(), vocabulary.start), logits.data());
    std::vector<Languages> found;
    for (size_t i = 0; i < parts.size(); ++i) found.push_back(languages_of(logits.data() + i * size + vocabulary.language(0), vocabulary.languages));
    return found;
}

std::vector<Written> write(const Decoder & decoder, const Vocabulary & vocabulary, const std::vector<const Sound *> & sounds,
                           const Request & request, const std::function<void()> & step) {
    const Rules rules(vocabulary, request.marks);
    std::vector<Written> best(sounds.size());
    std::vector<size_t> open;
    for (size_t i = 0; i < sounds.size(); ++i) open.push_back(i);
    for (float temperature : temperatures) {
        if (open.empty()) break;
        std::vector<const Sound *> some;
        for (size_t i : open) some.push_back(sounds[i]);
        std::vector<Written> results(open.size());
        write_once(decoder, vocabulary, rules, some, request, temperature, step, results);
        std::vector<size_t> failed;
        for (size_t i = 0; i < open.size(); ++i) {
            Written & kept = best[open[i]];
            const bool better = !results[i].failed || (kept.failed && results[i].average() > kept.average());
            if (results[i].failed) failed.push_back(open[i]);
            if (kept.tokens.empty() || better) kept = std::move(results[i]);
        }
        open.swap(failed);
    }
    return best;
}
