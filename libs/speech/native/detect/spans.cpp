#include "spans.hpp"

namespace whisper_bot::detect {

namespace {

constexpr float speech_threshold = 0.5f, silence_threshold = 0.35f;
// Frames of 32 ms: a pause within a sentence does not end a span.
constexpr int64_t min_silence = 9;
// A "да" may have four frames, but the network is sure of it, and is not of knocks and notes.
constexpr float sure_threshold = 0.9f;
constexpr int64_t min_sure = 3;

} // namespace

void SpeechSpans::add(float probability) {
    if (!speaking) {
        if (probability <= speech_threshold) speech = -1;
        else if (speech < 0) speech = frame, sure = 0;
        if (probability > sure_threshold) ++sure;
        if (speech >= 0 && (frame + 1 - speech >= min_speech || sure >= min_sure)) {
            speaking = true;
            silence = -1;
        }
    } else {
        if (probability > speech_threshold) silence = -1;
        else if (probability <= silence_threshold && silence < 0) silence = frame;
        if (silence >= 0 && probability <= silence_threshold && frame + 1 - silence >= min_silence) {
            // Its first quiet frame is kept: sounds fade.
            spans.push_back({speech, silence + 1});
            speaking = false;
            speech = -1;
        }
    }
    ++frame;
}

std::vector<Span> SpeechSpans::finish() {
    if (speaking) spans.push_back({speech, frame});
    speaking = false;
    return spans;
}

} // namespace whisper_bot::detect
