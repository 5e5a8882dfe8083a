#include "clear-wav.hpp"

#include <cmath>

namespace {

constexpr double rate = 16000, cut_off = 200;
// A half of the filter, by the bilinear transform (Bristow-Johnson, "Audio EQ Cookbook"), scaled so that the first divisor is 1.
struct Half {
    double b0, b1, a1, a2;
    explicit Half(double quality) {
        const double turn = 2 * M_PI * cut_off / rate, alpha = std::sin(turn) / (2 * quality), cosine = std::cos(turn), scale = 1 + alpha;
        b0 = (1 + cosine) / 2 / scale;
        b1 = -2 * b0;
        a1 = -2 * cosine / scale;
        a2 = (1 - alpha) / scale;
    }
};
// Butterworth's: 1 / (2 cos 22.5°) and 1 / (2 cos 67.5°).
const Half halves[] = {Half(0.54119610), Half(1.30656297)};

} // namespace

void HighPass::operator()(float * samples, int64_t count) {
    const auto [once, twice] = halves;
    auto [one, two] = states;
    const auto through = [](const Half & half, std::array<double, 2> & state, double x) {
        const double y = half.b0 * x + state[0];
        state[0] = half.b1 * x - half.a1 * y + state[1];
        state[1] = half.b0 * x - half.a2 * y;
        return y;
    };
    // Both in one loop: the second works on a sample while the first has the next.
    for (int64_t i = 0; i < count; ++i) samples[i] = float(through(twice, two, through(once, one, double(samples[i]))));
    states = {one, two};
}

void ClearWav::seek(int64_t sample) {
    at = sample;
    pass = HighPass();
}

void ClearWav::read(int64_t count, float gain, float * target) {
    wav.read(at, at + count, target);
    at += count;
    pass(target, count);
    for (int64_t i = 0; i < count; ++i) target[i] = std::clamp(target[i] * gain, -1.0f, 1.0f);
}
