#include "spans.hpp"

namespace {

constexpr float loud = 0.5f, quiet = 0.35f;
// Frames of 32 ms: a pause within a sentence does not cut.
constexpr int64_t least_silence = 9;
// A "да" may have four frames, but the network is sure of it; it is not of knocks and notes.
constexpr float beyond_doubt = 0.9f;
constexpr int64_t least_sure = 3;

} // namespace

void SpeechSpans::add(float probability) {
    if (!speaking) {
        if (probability <= loud) speech = -1;
        else if (speech < 0) speech = frame, sure = 0;
        if (probability > beyond_doubt) ++sure;
        if (speech >= 0 && (frame + 1 - speech >= least || sure >= least_sure)) {
            speaking = true;
            silence = -1;
        }
    } else {
        if (probability > loud) silence = -1;
        else if (probability <= quiet && silence < 0) silence = frame;
        if (silence >= 0 && probability <= quiet && frame + 1 - silence >= least_silence) {
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
