#pragma once

#include "../recognizer.hpp"
#include "decoder.hpp"

namespace whisper_bot::whisper {

// The heads of a published model that are aligned with the audio (openai/whisper, __init__.py); for other models all
// heads of the upper half of the layers.
std::vector<Head> alignment_heads(Published model, const Shape & shape);

} // namespace whisper_bot::whisper
