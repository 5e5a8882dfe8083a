// A loaded model. Two engines: ours on oneDNN (native/), and whisper.cpp, which runs everywhere.
#pragma once

#include "../wav.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace whisper_bot::whisper {

// Samples [from, to) of the recording, placed at sample `at` of the window; between slices is silence.
struct Slice {
    int64_t from, to, at;
    bool operator==(const Slice & other) const { return from == other.from && to == other.to && at == other.at; }
};
using Window = std::vector<Slice>;

// Samples [from, to) of a window.
struct Part {
    int64_t from, to;
};
// Languages (whisper.cpp's codes) with their probabilities, the likeliest first, without those below
// `least_language_share`.
using Languages = std::vector<std::pair<std::string, double>>;
constexpr double least_language_share = 0.0005;

struct RecognizerOptions {
    std::string model;
    int threads = 1;
};

struct Options {
    std::string language;
    bool translate = false;
    std::string prompt;
    bool timestamps = true;
    // Per window, the parts whose languages are wanted; may be shorter than the windows.
    std::vector<std::vector<Part>> parts;
    // Whether the encoder sees 30 s however short the window is, as it was trained; else no more than it needs.
    bool full_context = false;
    // Whether the encoded window of a language detection is kept for another call.
    bool keep = false;
};

// One or a few tokens, whole characters. Times in seconds of the window; -1 where unknown.
struct Piece {
    std::string text;
    double log_probability;
    double start, end;
    // Where the cross attention was for this piece (DTW); -1 without alignment.
    double aligned;
    // A timestamp token: no text, `start` is its time.
    bool is_timestamp;
};

struct WindowResult {
    std::vector<Piece> pieces;
    double no_speech = -1;
    // Per part that was asked for; an engine that only knows the whole window's repeats it.
    std::vector<Languages> languages;
};

// One window, step by step: what tests compare with other implementations, and benchmarks measure.
struct Inspection {
    // Encoder output, positions × width; empty where the engine does not give it out.
    int64_t positions = 0, width = 0;
    std::vector<float> encoded;
    Languages languages;
    // Token ids: what stands before the text, and the likeliest at each step.
    std::vector<int> prompt, tokens;
    // Of the encoder with all that is computed once per window; of the steps after the prompt.
    double encoder_seconds = 0, decoder_seconds = 0;
};

struct Aborted : std::runtime_error {
    Aborted() : std::runtime_error("aborted") {}
};
struct UnknownLanguage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Monitor {
    std::function<void(double)> progress;
    std::function<bool()> aborted;
};

class Recognizer {
  public:
    virtual ~Recognizer() = default;
    // Several windows in parallel with one thread each, or one window on all threads: without barriers two threads get
    // more done, and none waits for one that is descheduled.
    virtual std::vector<WindowResult> transcribe(const std::string & wav, const std::vector<Window> & windows,
                                                 const Options & options, const Monitor & monitor) = 0;
    // The languages of the window, then those of each part of it.
    virtual std::vector<Languages> detect_languages(const std::string & wav, const Window & window,
                                                    const std::vector<Part> & parts, bool full_context,
                                                    const Monitor & monitor) = 0;
    // Decodes a window greedily, at temperature 0 and without thresholds, until the end or for `steps` tokens. Where
    // `forced` is not empty, its tokens are continued instead of those that are chosen, without rules.
    virtual Inspection inspect(const std::string & wav, const Window & window, const Options & options,
                               const std::vector<int> & forced, size_t steps) = 0;
    virtual bool multilingual() const = 0;
    virtual std::string engine() const = 0;
    // The number format of the encoder, where there is a choice.
    virtual std::string numbers() const { return ""; }
};

std::unique_ptr<Recognizer> open_whisper_cpp(const RecognizerOptions & setup);
#ifdef WITH_ONEDNN
std::unique_ptr<Recognizer> open_native(const RecognizerOptions & setup);
#endif

// Runs `work` on `workers` threads, this one among them, each with its index. The first exception aborts the others
// through `shared`, and is rethrown once all have ended.
void run_parallel(size_t workers, const Monitor & monitor,
                  const std::function<void(size_t worker, const Monitor & shared)> & work);

// The samples of a window, -1 to 1. Throws std::runtime_error where it is longer than 30 s or a slice runs backwards.
std::vector<float> samples_of(Wav & wav, const Window & window);
// Probabilities of the languages from their logits, which are in whisper.cpp's order.
Languages languages_of(const float * logits, int count);
// Bytes at the end of the text that are an incomplete UTF-8 character.
size_t incomplete_bytes(const std::string & text);
// Which of OpenAI's published models it is, by its sizes; decides which attention heads are aligned with the audio.
// Distilled models have fewer layers of text, and other heads.
enum class Published {
    tiny,
    tiny_en,
    base,
    base_en,
    small,
    small_en,
    medium,
    medium_en,
    large_v2,
    large_v3,
    large_v3_turbo,
    other
};
Published published(int vocabulary, int audio_layers, int text_layers);

} // namespace whisper_bot::whisper
