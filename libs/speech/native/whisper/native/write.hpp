#pragma once

#include "decoder.hpp"
#include "rules.hpp"
#include "../recognizer.hpp"

struct Request {
    // What stands before the text: context, language, task.
    std::vector<int> prompt;
    bool marks;
    // By window, the parts whose languages are wanted.
    std::vector<std::vector<Part>> parts;
};

struct Written {
    std::vector<Token> tokens;
    // By token, and one for the end: where the alignment heads looked when it was chosen; [heads][positions] each.
    std::vector<float> gaze;
    double no_speech = 0;
    double average() const;
    bool failed = false;
};

// What languages each of the parts is spoken in (positions [first, last) of the sound), all at once.
struct Heard {
    const Sound * sound;
    int64_t first, last;
};
std::vector<Languages> languages_of(const Decoder & decoder, const Vocabulary & vocabulary, const std::vector<Heard> & parts);

// Writes the texts of several windows side by side; what fails is tried again at higher temperatures. `step` is called before
// each token and may throw.
std::vector<Written> write(const Decoder & decoder, const Vocabulary & vocabulary, const std::vector<const Sound *> & sounds,
                           const Request & request, const std::function<void()> & step);
