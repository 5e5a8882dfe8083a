// Activations that the compiler does for many numbers at once.
#pragma once

#include "number.hpp"

#include <cmath>

inline float sigmoid(float x) {
    const float power = exponential(-std::fabs(x)), part = 1 / (1 + power);
    return x < 0 ? power * part : part;
}

inline float tangent(float x) {
    const float power = exponential(-2 * std::fabs(x)), size = (1 - power) / (1 + power);
    return x < 0 ? -size : size;
}
