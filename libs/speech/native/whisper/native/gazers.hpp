#pragma once

#include "../recognizer.hpp"
#include "decoder.hpp"

// The heads of a published model that follow the sound, as OpenAI found them (openai/whisper, __init__.py); of other models all heads
// of the upper half of the layers.
std::vector<Head> gazers_of(Published model, const Shape & shape);
