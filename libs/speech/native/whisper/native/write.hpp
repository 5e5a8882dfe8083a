#pragma once

#include "decoder.hpp"
#include "rules.hpp"

struct Request {
    // What stands before the text: context, language, task.
    std::vector<int> prompt;
    bool marks;
};

struct Written {
    std::vector<Token> tokens;
    // By token, and one for the end: where the alignment heads looked when it was chosen; [heads][positions] each.
    std::vector<float> gaze;
    double no_speech = 0;
    double average() const;
    bool failed = false;
};

// Writes the texts of several windows side by side; what fails is tried again at higher temperatures. `step` is called before
// each token and may throw.
std::vector<Written> write(const Decoder & decoder, const Vocabulary & vocabulary, const std::vector<const Sound *> & sounds,
                           const Request & request, const std::function<void()> & step);
