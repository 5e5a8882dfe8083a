#include "filtered-wav.hpp"

#include <cmath>

namespace whisper_bot::detect {

namespace {

constexpr double rate = 16000, cut_off = 200;
// A second-order section of the filter by the bilinear transform (Bristow-Johnson, "Audio EQ Cookbook"), scaled so that
// the first divisor is 1.
struct Section {
    double b0, b1, a1, a2;
    explicit Section(double quality) {
        const double turn = 2 * M_PI * cut_off / rate, alpha = std::sin(turn) / (2 * quality), cosine = std::cos(turn),
                     scale = 1 + alpha;
        b0 = (1 + cosine) / 2 / scale;
        b1 = -2 * b0;
        a1 = -2 * cosine / scale;
        a2 = (1 - alpha) / scale;
    }
};
// Butterworth's: 1 / (2 cos 22.5°) and 1 / (2 cos 67.5°).
const Section sections[] = {Section(0.54119610), Section(1.30656297)};

} // namespace

void HighPass::operator()(float * samples, int64_t count) {
    const auto [once, twice] = sections;
    auto [one, two] = states;
    const auto through = [](const Section & section, std::array<double, 2> & state, double x) {
        const double y = section.b0 * x + state[0];
        state[0] = section.b1 * x - section.a1 * y + state[1];
        state[1] = section.b0 * x - section.a2 * y;
        return y;
    };
    // Both in one loop, so that the processor works on two samples at once.
    for (int64_t i = 0; i < count; ++i) samples[i] = float(through(twice, two, through(once, one, double(samples[i]))));
    states = {one, two};
}

void FilteredWav::seek(int64_t sample) {
    at = sample;
    pass = HighPass();
}

void FilteredWav::read(int64_t count, float gain, float * target) {
    wav.read(at, at + count, target);
    at += count;
    pass(target, count);
    for (int64_t i = 0; i < count; ++i) target[i] = std::clamp(target[i] * gain, -1.0f, 1.0f);
}

} // namespace whisper_bot::detect
