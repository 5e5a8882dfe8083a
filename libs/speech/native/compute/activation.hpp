// Activations that the compiler vectorizes.
#pragma once

#include "number.hpp"

#include <cmath>

namespace whisper_bot {

inline float sigmoid(float x) {
    const float power = fast_exp(-std::fabs(x)), part = 1 / (1 + power);
    return x < 0 ? power * part : part;
}

inline float fast_tanh(float x) {
    const float power = fast_exp(-2 * std::fabs(x)), size = (1 - power) / (1 + power);
    return x < 0 ? -size : size;
}

} // namespace whisper_bot
