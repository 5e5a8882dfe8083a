// A recording as Silero hears it best: it was trained on voices that are neither faint nor beneath a hum, and misses them there.
#pragma once

#include "../wav.hpp"

#include <array>
#include <functional>

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
    // Goes through the recording once to know how loud it is; calls `each` every half minute of it, which may throw.
    ClearWav(const std::string & path, const std::function<void()> & each);

    // Samples.
    int64_t length() const { return wav.length(); }
    // The next so many samples, -1 to 1; behind the end is silence.
    void read(int64_t count, float * target);

  private:
    Wav wav;
    HighPass pass;
    float gain = 1;
    int64_t at = 0;
};
