#pragma once

#include "decoder.hpp"
#include "token-filter.hpp"
#include "../recognizer.hpp"

namespace whisper_bot::whisper {

struct Request {
    // Tokens before the text: previous text, language, task.
    std::vector<int> prompt;
    bool timestamps;
    // Per window, the parts whose languages are wanted.
    std::vector<std::vector<Part>> parts;
    bool full_context;
};

struct DecodeResult {
    std::vector<Token> tokens;
    // Per token, the end included: cross attention of the aligned heads, [heads][positions] each.
    std::vector<float> cross_attention;
    double no_speech = 0;
    double average() const;
    bool failed = false;
};

// Languages of several ranges (positions [first, last) of an encoder output) in one batch.
struct AudioRange {
    const EncoderOutput * encoded_audio;
    int64_t first, last;
};
std::vector<Languages> languages_of(const Decoder & decoder, const Vocabulary & vocabulary,
                                    const std::vector<AudioRange> & parts);

// Decodes several windows in a batch; what fails is decoded again at higher temperatures. `step` is called before
// each token and may throw.
std::vector<DecodeResult> decode(const Decoder & decoder, const Vocabulary & vocabulary,
                                 const std::vector<const EncoderOutput *> & encoded_windows, const Request & request,
                                 const std::function<void()> & step);

} // namespace whisper_bot::whisper
