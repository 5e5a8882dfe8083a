// Speech spans from the probabilities of frames.
#pragma once

#include <cstdint>
#include <vector>

namespace whisper_bot::detect {

struct Span {
    // Frames [from, to).
    int64_t from, to;
};

// Takes probabilities frame by frame. Silero's own thresholds (get_speech_timestamps): speech starts above 0.5 and ends
// below 0.35.
class SpeechSpans {
  public:
    // `min_speech`: frames of 32 ms that count as speech; five let a "yes" through.
    explicit SpeechSpans(int64_t min_speech = 5) : min_speech(min_speech) {}
    void add(float probability);
    // All spans, once all frames are in.
    std::vector<Span> finish();

  private:
    const int64_t min_speech;
    std::vector<Span> spans;
    int64_t frame = 0;
    // Frames of the current speech above `sure_threshold`.
    int64_t sure = 0;
    // Start of speech or silence that may still turn out too short to count; -1 for none.
    int64_t speech = -1, silence = -1;
    bool speaking = false;
};

} // namespace whisper_bot::detect
