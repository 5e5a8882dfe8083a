// A recording as Silero hears it best: it was trained on voices that are neither faint nor beneath a hum, and misses them there.
#pragma once

#include "../wav.hpp"

#include <array>
#include <cstdint>
#include <string>

// Butterworth's high pass of the fourth order at 200 Hz: takes away what mains and motors hum; Silero finds voices by what is above.
class HighPass {
  public:
    void operator()(float * samples, int64_t count);

  private:
    // Of its two halves.
    std::array<std::array<double, 2>, 2> states{};
};

class ClearWav {
  public:
    explicit ClearWav(const std::string & path) : wav(path) {}

    // Samples.
    int64_t length() const { return wav.length(); }
    // Continues at this sample, without the memory of the filter.
    void seek(int64_t sample);
    // The next so many samples without what hums, `gain` times as loud, -1 to 1; behind the end is silence.
    void read(int64_t count, float gain, float * target);

  private:
    Wav wav;
    HighPass pass;
    int64_t at = 0;
};
