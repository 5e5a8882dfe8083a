// A recording without hum and with a gain: Silero was trained on voices that are neither faint nor beneath a hum, and
// misses others.
#pragma once

#include "../wav.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace whisper_bot::detect {

// Butterworth's high pass of the fourth order at 200 Hz: removes the hum of mains and motors; Silero finds voices by
// what is above.
class HighPass {
  public:
    void operator()(float * samples, int64_t count);

  private:
    // Of its two sections.
    std::array<std::array<double, 2>, 2> states{};
};

class FilteredWav {
  public:
    explicit FilteredWav(const std::string & path) : wav(path) {}

    // Samples.
    int64_t length() const { return wav.length(); }
    // Continues at this sample with a cleared filter.
    void seek(int64_t sample);
    // The next `count` samples, filtered, times `gain`, clamped to -1 to 1; past the end is silence.
    void read(int64_t count, float gain, float * target);

  private:
    Wav wav;
    HighPass pass;
    int64_t at = 0;
};

} // namespace whisper_bot::detect
