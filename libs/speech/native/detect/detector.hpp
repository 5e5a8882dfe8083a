// Finds speech whatever its level: once with the gain that suits the loudest speech, then again with more gain where
// none was found.
#pragma once

#include "filtered-wav.hpp"
#include "silero.hpp"
#include "spans.hpp"

#include <functional>
#include <vector>

namespace whisper_bot::detect {

// Spans in frames of the recording, sorted and disjoint. `on_progress` gets the fraction done, 0 to 1, at least once
// per half minute of the recording, and may throw.
std::vector<Span> find_speech(const Silero & silero, FilteredWav & wav,
                              const std::function<void(double part)> & on_progress);

} // namespace whisper_bot::detect
