// Finds speech in a recording, whatever its level: heard once as loud as its loudest speech allows, and where nobody was found again, louder.
#pragma once

#include "clear-wav.hpp"
#include "silero.hpp"
#include "spans.hpp"

#include <functional>
#include <vector>

// Spans in frames of the recording, sorted and disjoint. `on_progress` takes the part that is done, 0 to 1, at least once a half minute of the
// recording, and may throw.
std::vector<Span> find_speech(const Silero & silero, ClearWav & wav, const std::function<void(double part)> & on_progress);
