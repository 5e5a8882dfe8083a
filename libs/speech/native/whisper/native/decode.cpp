#include "decode.hpp"

#include <algorithm>
#include <map>

namespace whisper_bot::whisper {

namespace {

// OpenAI's thresholds and whisper.cpp's: below, a text is unsure or repetitive, and is decoded again.
constexpr double least_average = -1, least_entropy = 2.4, silent = 0.6;
constexpr size_t entropy_window = 32;
// A phrase repeated this often does not end by itself.
constexpr size_t longest_phrase = 12, most_repeats = 8;
constexpr float temperatures[] = {0, 0.4f, 0.8f};

// Entropy of the newest tokens in nats; low for a repetitive text.
double entropy(const std::vector<Token> & tokens) {
    std::map<int, int> counts;
    const size_t size = std::min(tokens.size(), entropy_window);
    for (size_t i = tokens.size() - size; i < tokens.size(); ++i) ++counts[tokens[i].id];
    double sum = 0;
    for (const auto & [id, count] : counts)
        sum -= double(count) / double(size) * std::log(double(count) / double(size));
    return sum;
}

// Positions of 20 ms: a spoken repeat advances by at least this much: four syllables in a third of a second.
constexpr double least_move_a_phrase = 4, least_move_a_token = 2;

// The mean peak of the aligned heads' cross attention for tokens [from, to).
double attended_position(const DecodeResult & result, size_t from, size_t to, size_t heads) {
    const size_t positions = result.cross_attention.size() / result.tokens.size() / heads;
    std::vector<float> shares(positions);
    double sum = 0;
    for (size_t token = from; token < to; ++token) {
        std::fill(shares.begin(), shares.end(), 0.0f);
        for (size_t head = 0; head < heads; ++head)
            for (size_t i = 0; i < positions; ++i)
                shares[i] += result.cross_attention[(token * heads + head) * positions + i];
        sum += double(std::max_element(shares.begin(), shares.end()) - shares.begin());
    }
    return sum / double(to - from);
}

// Whether the repetition in the last `tokens` was spoken: then the cross attention advances with it. A decoding loop
// stays in one place.
bool attention_advances(const DecodeResult & result, size_t tokens, double least_move, size_t heads) {
    const size_t size = result.tokens.size(), part = tokens / 4;
    if (heads == 0 || part == 0) return false;
    const double moved = attended_position(result, size - part, size, heads) -
                         attended_position(result, size - tokens, size - tokens + part, heads);
    return moved >= least_move * 0.75;
}

// How many tokens at the end are a decoding loop; 0 where there is none.
size_t looping_tokens(const DecodeResult & result, size_t heads) {
    const auto & tokens = result.tokens;
    for (size_t phrase = 1; phrase <= longest_phrase; ++phrase) {
        const size_t needed = phrase * most_repeats;
        if (tokens.size() < needed) return 0;
        bool same = true;
        for (size_t i = tokens.size() - needed + phrase; same && i < tokens.size(); ++i)
            same = tokens[i].id == tokens[i - phrase].id;
        if (same)
            return attention_advances(result, needed, double(most_repeats) * least_move_a_phrase, heads)
                       ? 0
                       : needed - phrase;
    }
    return 0;
}

void decode_once(const Decoder & decoder, const Vocabulary & vocabulary, const TokenFilter & filter,
                 const std::vector<const EncoderOutput *> & encoded_windows, const Request & request, float temperature,
                 const std::function<void()> & step, std::vector<DecodeResult> & results) {
    std::vector<DecoderState> states(encoded_windows.size());
    Buffer<float> logits_buffer;
    const size_t size = size_t(decoder.vocabulary());
    std::vector<size_t> open(encoded_windows.size());
    std::vector<int> next(encoded_windows.size());
    std::mt19937 random(1);
    const size_t limit = size_t(decoder.context()) / 2 - 4;
    float * const logits = logits_buffer.reserve(encoded_windows.size() * size);
    for (size_t i = 0; i < encoded_windows.size(); ++i) {
        open[i] = i;
        decoder.begin(states[i], *encoded_windows[i]);
        results[i] = {};
    }
    std::vector<DecoderState *> batch;
    std::vector<int> tokens;
    for (size_t at = 0; !open.empty(); ++at) {
        step();
        batch.clear();
        tokens.clear();
        const bool prompting = at < request.prompt.size();
        for (size_t i : open) {
            batch.push_back(&states[i]);
            tokens.push_back(prompting ? request.prompt[at] : next[i]);
        }
        const bool asks_speech = prompting && request.prompt[at] == vocabulary.start;
        const bool chooses = at + 1 >= request.prompt.size();
        decoder.step(batch, tokens, asks_speech || chooses ? logits : nullptr);
        std::vector<size_t> still;
        for (size_t row = 0; row < open.size(); ++row) {
            DecodeResult & result = results[open[row]];
            float * const own = logits + row * size;
            if (asks_speech) result.no_speech = filter.share(own, vocabulary.no_speech);
            if (!chooses) {
                still.push_back(open[row]);
                continue;
            }
            const Token token = filter.sample(own, result.tokens, temperature, random);
            const DecoderState & text = states[open[row]];
            result.cross_attention.insert(result.cross_attention.end(), text.cross_attention.data(),
                                          text.cross_attention.data() +
                                              decoder.aligned() * size_t(text.encoded_audio->positions));
            result.tokens.push_back(token);
            if (token.id == vocabulary.end) continue;
            const size_t repeated = looping_tokens(result, decoder.aligned());
            if (repeated > 0 || result.tokens.size() >= limit) {
                // The rest may be right; what follows is unknown.
                result.tokens.resize(result.tokens.size() - repeated);
                result.cross_attention.resize(result.tokens.size() * decoder.aligned() *
                                              size_t(text.encoded_audio->positions));
                result.failed = true;
                continue;
            }
            next[open[row]] = token.id;
            still.push_back(open[row]);
        }
        open.swap(still);
    }
    for (DecodeResult & result : results) {
        const bool repeats =
            result.tokens.size() > entropy_window && entropy(result.tokens) < least_entropy &&
            !attention_advances(result, entropy_window, double(entropy_window) * least_move_a_token, decoder.aligned());
        // Silence is not decoded again.
        const bool unsure = result.average() < least_average && result.no_speech <= silent;
        result.failed = result.failed || repeats || unsure;
    }
}

} // namespace

double DecodeResult::average() const {
    double sum = 0;
    for (const Token & token : tokens) sum += double(token.log_probability);
    return tokens.empty() ? 0 : sum / double(tokens.size());
}

std::vector<Languages> languages_of(const Decoder & decoder, const Vocabulary & vocabulary,
                                    const std::vector<AudioRange> & parts) {
    std::vector<DecoderState> states(parts.size());
    std::vector<DecoderState *> all;
    for (size_t i = 0; i < parts.size(); ++i) {
        decoder.begin(states[i], *parts[i].encoded_audio, 1);
        states[i].first = parts[i].first;
        states[i].last = parts[i].last;
        all.push_back(&states[i]);
    }
    const size_t size = size_t(decoder.vocabulary());
    Buffer<float> logits(parts.size() * size);
    decoder.step(all, std::vector<int>(parts.size(), vocabulary.start), logits.data());
    std::vector<Languages> found;
    for (size_t i = 0; i < parts.size(); ++i)
        found.push_back(languages_of(logits.data() + i * size + vocabulary.language(0), vocabulary.languages));
    return found;
}

std::vector<DecodeResult> decode(const Decoder & decoder, const Vocabulary & vocabulary,
                                 const std::vector<const EncoderOutput *> & encoded_windows, const Request & request,
                                 const std::function<void()> & step) {
    const TokenFilter filter(vocabulary, request.timestamps);
    std::vector<DecodeResult> best(encoded_windows.size());
    std::vector<size_t> open;
    for (size_t i = 0; i < encoded_windows.size(); ++i) open.push_back(i);
    for (float temperature : temperatures) {
        if (open.empty()) break;
        std::vector<const EncoderOutput *> some;
        for (size_t i : open) some.push_back(encoded_windows[i]);
        std::vector<DecodeResult> results(open.size());
        decode_once(decoder, vocabulary, filter, some, request, temperature, step, results);
        std::vector<size_t> failed;
        for (size_t i = 0; i < open.size(); ++i) {
            DecodeResult & kept = best[open[i]];
            const bool better = !results[i].failed || (kept.failed && results[i].average() > kept.average());
            if (results[i].failed) failed.push_back(open[i]);
            if (kept.tokens.empty() || better) kept = std::move(results[i]);
        }
        open.swap(failed);
    }
    return best;
}

} // namespace whisper_bot::whisper
