// What both networks hear in a recording, window by window.
#pragma once

#include "../wav.hpp"
#include "segmentation.hpp"
#include "voice.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// A quarter of a window: every moment is heard four times. In whole frames (2.4975 s), so that windows lie on one grid.
constexpr int64_t step_samples = 148 * frame_samples;

struct HeardSpeaker {
    // 0–2, the place in the window.
    int local;
    // Frames in which nobody else speaks, and in which the voice is heard at all.
    int64_t alone, active;
    // Of too little speech to be clustered; good enough to tell which cluster it is.
    bool rough;
    // Direction of the voice in the frames alone, of any length; none where there are too few to tell, or no need to.
    std::optional<std::array<int8_t, voice_length>> voice;
};

struct HeardWindow {
    int64_t window;
    // window_frames × columns probabilities in 255ths.
    std::array<uint8_t, size_t(window_frames * columns)> probabilities;
    std::vector<HeardSpeaker> speakers;
};

struct Networks {
    Segmentation segmentation;
    VoiceNetwork voices;
};

// Listens to the windows with these indexes (ascending, of windows `step_samples` apart) on so many threads. Gives `on_heard` one after another,
// in their order. Throws std::runtime_error where the file cannot be read, Cancelled once `cancelled` says so.
void listen(const Networks & networks, const std::string & wav, const std::vector<int64_t> & windows, int threads,
            const std::function<bool()> & cancelled, const std::function<void(const HeardWindow &)> & on_heard);
