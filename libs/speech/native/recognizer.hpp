// One loaded model. Compiles against whisper.cpp 1.5 and 1.9: 1.5 has neither token alignment (DTW) nor flash attention.
#pragma once

#include "wav.hpp"

#include <whisper.h>

#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// Samples [from, to) of the recording, put at sample `at` of the window; between the pieces is silence.
struct Stretch {
    int64_t from, to, at;
};
using Window = std::vector<Stretch>;

struct Setup {
    std::string model;
    int threads = 1;
    bool align = true;
    bool flash_attention = false;
};

struct Options {
    std::string language;
    bool translate = false;
    std::string prompt;
    bool timestamps = true;
    // Encoder positions of 20 ms; 0 is all 1500.
    int audio_context = 0;
    int beam = 1;
};

// One or a few tokens, whole characters. Times in seconds of the window; -1 where unknown.
struct Piece {
    std::string text;
    double log_probability;
    double start, end;
    // Where the decoder's attention was when it wrote the piece (DTW); -1 without alignment.
    double aligned;
    // A timestamp token: no text, `start` is its time.
    bool mark;
};

struct Hearing {
    std::vector<Piece> pieces;
    double no_speech = -1;
};

struct Aborted : std::runtime_error {
    Aborted() : std::runtime_error("aborted") {}
};
struct UnknownLanguage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Recognizer {
  public:
    struct Watch {
        std::function<void(double)> progress;
        std::function<bool()> aborted;
    };

    explicit Recognizer(const Setup & setup);
    ~Recognizer();
    Recognizer(const Recognizer &) = delete;
    Recognizer & operator=(const Recognizer &) = delete;

    // One window after the other on all threads, or, where there are at least two, side by side with one thread each:
    // without barriers two threads get more done, and none waits for one that the system has put aside.
    std::vector<Hearing> hear(const std::string & wav, const std::vector<Window> & windows, const Options & options, const Watch & watch);
    // The most likely language of the first 30 s of the window, and its probability.
    std::pair<std::string, double> detect(Wav & wav, const Window & window, const Watch & watch);
    bool multilingual() const { return whisper_is_multilingual(context); }
    static std::string version();

  private:
    // What a window is recognized in: activations, caches, results.
    struct Desk {
        whisper_state * state;
        int threads;
    };
    Hearing hear(const Desk & desk, const std::vector<float> & samples, const Options & options, const Watch & watch);
    // The spectrogram of the samples, and an encoder that will look no further than they reach.
    void listen(whisper_state * state, const std::vector<float> & samples);
    // The desk of that number; they are made when first needed (170 MB each for base).
    whisper_state * state(size_t index);

    whisper_context * context = nullptr;
    std::vector<whisper_state *> states;
    int threads;
};
