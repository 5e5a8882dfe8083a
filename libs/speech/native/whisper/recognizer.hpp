// One loaded model. Two engines: ours on oneDNN (native/), and whisper.cpp, which runs everywhere.
#pragma once

#include "../wav.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// Samples [from, to) of the recording, put at sample `at` of the window; between the pieces is silence.
struct Stretch {
    int64_t from, to, at;
    bool operator==(const Stretch & other) const { return from == other.from && to == other.to && at == other.at; }
};
using Window = std::vector<Stretch>;

// Samples [from, to) of a window.
struct Part {
    int64_t from, to;
};
// Languages (whisper.cpp's codes) with their probabilities, the likeliest first; those below `least_language_share` are left out.
using Languages = std::vector<std::pair<std::string, double>>;
constexpr double least_language_share = 0.0005;

struct Setup {
    std::string model;
    int threads = 1;
};

struct Options {
    std::string language;
    bool translate = false;
    std::string prompt;
    bool timestamps = true;
    // By window, the parts of it whose languages are wanted; may be shorter than the windows.
    std::vector<std::vector<Part>> parts;
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
    // By part that was asked for; an engine that only knows the whole window's gives it for each.
    std::vector<Languages> languages;
};

struct Aborted : std::runtime_error {
    Aborted() : std::runtime_error("aborted") {}
};
struct UnknownLanguage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Watch {
    std::function<void(double)> progress;
    std::function<bool()> aborted;
};

class Recognizer {
  public:
    virtual ~Recognizer() = default;
    // Windows side by side with one thread each, or one window on all threads: without barriers two threads get more done,
    // and none waits for one that the system has put aside.
    virtual std::vector<Hearing> hear(const std::string & wav, const std::vector<Window> & windows, const Options & options, const Watch & watch) = 0;
    // The languages of the window, then those of each part of it, as in Hearing.
    virtual std::vector<Languages> detect(const std::string & wav, const Window & window, const std::vector<Part> & parts, const Watch & watch) = 0;
    virtual bool multilingual() const = 0;
    virtual std::string engine() const = 0;
    // What the encoder multiplies, where there is a choice.
    virtual std::string numbers() const { return ""; }
};

std::unique_ptr<Recognizer> open_whisper_cpp(const Setup & setup);
#ifdef WITH_ONEDNN
std::unique_ptr<Recognizer> open_native(const Setup & setup);
#endif

// Runs `work` on so many threads, this one among them, each with its number. The first thing thrown makes the others' watch say that they are aborted,
// and is thrown here once all have ended.
void side_by_side(size_t hands, const Watch & watch, const std::function<void(size_t hand, const Watch & shared)> & work);

// The window's sound, -1 to 1. Throws std::runtime_error where it is longer than 30 s or a stretch runs backwards.
std::vector<float> samples_of(Wav & wav, const Window & window);
// The likeliest of all languages' logits, first to last in whisper.cpp's order, as shares.
Languages languages_of(const float * logits, int count);
// Bytes at the end of the text that begin a character without ending it.
size_t unfinished(const std::string & text);
// Which of OpenAI's published models it is, by its sizes; decides which attention heads follow the sound.
enum class Published { tiny, tiny_en, base, base_en, small, small_en, medium, medium_en, large_v2, large_v3, large_v3_turbo, other };
Published published(int vocabulary, int audio_layers, int text_layers);
