// Element types of activations: bfloat16 in the encoder where the processor multiplies it, float otherwise.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace whisper_bot {

struct BFloat16 {
    uint16_t bits;
};

inline float to_float(float number) { return number; }
inline float to_float(BFloat16 number) {
    const uint32_t bits = uint32_t(number.bits) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline void store(float & target, float value) { target = value; }
inline void store(BFloat16 & target, float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    // To the nearest, ties to even.
    target.bits = uint16_t((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

// e^x for x ≤ 0 to seven digits, in steps that the compiler vectorizes: 2^n · e^r by a polynomial
// (Cephes, expf).
inline float fast_exp(float x) {
    x = x < -87 ? -87 : x;
    const float n = std::floor(x * 1.44269504f + 0.5f);
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float sum = 1.9875691500e-4f;
    sum = sum * r + 1.3981999507e-3f;
    sum = sum * r + 8.3334519073e-3f;
    sum = sum * r + 4.1665795894e-2f;
    sum = sum * r + 1.6666665459e-1f;
    sum = sum * r + 5.0000001201e-1f;
    sum = sum * r * r + r + 1;
    const int32_t bits = (int32_t(n) + 127) << 23;
    float power;
    std::memcpy(&power, &bits, sizeof power);
    return sum * power;
}

// x · Φ(x), with the error function to seven digits (Abramowitz and Stegun, 7.1.26).
inline float gelu(float x) {
    const float z = std::fabs(x) * 0.70710678f, t = 1 / (1 + 0.3275911f * z);
    const float tail =
        ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t *
        fast_exp(-z * z);
    return x > 0 ? x * (1 - 0.5f * tail) : 0.5f * x * tail;
}

// Memory aligned to cache lines; not initialized.
template <class T> class Buffer {
  public:
    Buffer() = default;
    explicit Buffer(size_t size) { reserve(size); }
    Buffer(Buffer && other) noexcept { swap(other); }
    Buffer & operator=(Buffer && other) noexcept {
        swap(other);
        return *this;
    }
    ~Buffer() { std::free(memory); }
    // At least that many elements; the content is lost when it grows.
    T * reserve(size_t size) {
        if (size <= capacity) return memory;
        std::free(memory);
        capacity = 0;
        memory = static_cast<T *>(std::aligned_alloc(64, (size * sizeof(T) + 63) / 64 * 64));
        if (memory == nullptr) throw std::bad_alloc();
        capacity = size;
        return memory;
    }
    void release() {
        std::free(memory);
        memory = nullptr;
        capacity = 0;
    }
    T * data() { return memory; }
    const T * data() const { return memory; }

  private:
    void swap(Buffer & other) {
        std::swap(memory, other.memory);
        std::swap(capacity, other.capacity);
    }
    T * memory = nullptr;
    size_t capacity = 0;
};

} // namespace whisper_bot
