#include "clear-wav.hpp"

#include <cmath>

namespace {

constexpr double rate = 16000, cut_off = 200;
// Samples of which the level is taken, and so many such read at a time.
constexpr int64_t frame = 512, piece = 1024;
// A recording whose loudest hundredth (but a second at least: a knock is no voice) is fainter than this root mean square is made louder, up to a
// hundredfold. What is loud enough stays as it is. Boosted noise is still no speech to Silero, boosted voices are (docs/adr/0010).
constexpr float loud_enough = 0.05f, most_gain = 100;
constexpr int64_t loudest_share = 100, loudest_least = 32;

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

ClearWav::ClearWav(const std::string & path, const std::function<void()> & each) : wav(path) {
    std::vector<float> samples(size_t(piece * frame)), levels;
    HighPass whole;
    for (int64_t from = 0; from < wav.length(); from += piece * frame) {
        each();
        const int64_t count = std::min(piece * frame, wav.length() - from);
        wav.read(from, from + count, samples.data());
        whole(samples.data(), count);
        for (int64_t begin = 0; begin + frame <= count; begin += frame) {
            float sum = 0;
            for (int64_t i = begin; i < begin + frame; ++i) sum += samples[size_t(i)] * samples[size_t(i)];
            levels.push_back(std::sqrt(sum / float(frame)));
        }
    }
    if (levels.empty()) return;
    const int64_t all = int64_t(levels.size()), rank = std::min(all / 2, std::max(loudest_least, all / loudest_share));
    std::nth_element(levels.begin(), levels.begin() + rank, levels.end(), std::greater<float>());
    gain = std::clamp(loud_enough / std::max(levels[size_t(rank)], 1e-9f), 1.0f, most_gain);
}

void ClearWav::read(int64_t count, float * target) {
    wav.read(at, at + count, target);
    at += count;
    pass(target, count);
    for (int64_t i = 0; i < count; ++i) target[i] = std::clamp(target[i] * gain, -1.0f, 1.0f);
}
