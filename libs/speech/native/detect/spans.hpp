// Where there is speech, of the probabilities that there is.
#pragma once

#include <cstdint>
#include <vector>

struct Span {
    // Frames [from, to).
    int64_t from, to;
};

// Takes probabilities frame by frame. Silero's own thresholds (get_speech_timestamps): above 0.5 is speech, below 0.35 none, between
// nothing changes.
class SpeechSpans {
  public:
    // `least`: frames that count as speech, with five of 32 ms a "yes" does.
    explicit SpeechSpans(int64_t least = 5) : least(least) {}
    void add(float probability);
    // All spans, once all frames are in.
    std::vector<Span> finish();

  private:
    const int64_t least;
    std::vector<Span> spans;
    int64_t frame = 0;
    // Frames of the speech that began of which there is no doubt.
    int64_t sure = 0;
    // Where speech or silence began that may turn out too short to count; -1 for none.
    int64_t speech = -1, silence = -1;
    bool speaking = false;
};
