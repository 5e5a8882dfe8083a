// Segmentation and embeddings of a recording, window by window.
#pragma once

#include "../wav.hpp"
#include "segmentation.hpp"
#include "embedding.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace whisper_bot::diarize {

// A quarter of a window: every moment is in four windows. In whole frames (2.4975 s), so that windows share one grid.
constexpr int64_t step_samples = 148 * frame_samples;

struct LocalSpeaker {
    // 0–2, the output of the segmentation.
    int local;
    // Frames in which only this speaker is active, and all in which they are.
    int64_t nonoverlapped, active;
    // Too little speech to be clustered; enough to be assigned to a cluster.
    bool assignment_only;
    // Embedding of the non-overlapped frames, quantized, not normalized; none where there are too few, or no need.
    std::optional<std::array<int8_t, embedding_size>> embedding;
};

struct WindowResult {
    int64_t window;
    // window_frames × columns probabilities, in 255ths.
    std::array<uint8_t, size_t(window_frames * columns)> probabilities;
    std::vector<LocalSpeaker> speakers;
};

struct Networks {
    Segmentation segmentation;
    EmbeddingNetwork embedding;
};

// Analyzes the windows with these indexes (ascending; windows are `step_samples` apart) on `threads` threads. Calls
// `on_result` from one thread at a time, in their order. Throws std::runtime_error where the file cannot be read,
// Cancelled once `cancelled` says so.
void analyze(const Networks & networks, const std::string & wav, const std::vector<int64_t> & windows, int threads,
             const std::function<bool()> & cancelled, const std::function<void(const WindowResult &)> & on_result);

} // namespace whisper_bot::diarize
