#include "spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace whisper_bot {

namespace {

// Two real frames share one complex transform.
constexpr int64_t lanes = Spectrum::batch / 2;
struct Lanes {
    float real[lanes], imaginary[lanes];
};

} // namespace

Spectrum::Spectrum(int size) : length(size) {
    int before = 1;
    for (const int radix : {4, 5, 2})
        for (; length / before % radix == 0; before *= radix) {
            Stage stage{radix, before, {}};
            const int made = before * radix;
            for (int k = 0; k < made; ++k)
                for (int part = 0; part < radix; ++part) {
                    const double angle = -2 * M_PI * part * k / made;
                    stage.twiddles.push_back({float(std::cos(angle)), float(std::sin(angle))});
                }
            stages.push_back(std::move(stage));
        }
    if (size < 1 || before != length) throw std::invalid_argument("no Fourier transform of " + std::to_string(size));
}

void Spectrum::operator()(const float * frames, int64_t count, float * power) const {
    thread_local Buffer<Lanes> room;
    Lanes *from = room.reserve(size_t(2 * length)), *to = from + length;
    for (int64_t first = 0; first < count; first += batch) {
        for (int64_t lane = 0; lane < lanes; ++lane) {
            const float * const even = frames + (first + 2 * lane) * length;
            for (int i = 0; i < length; ++i) {
                from[i].real[lane] = first + 2 * lane < count ? even[i] : 0;
                from[i].imaginary[lane] = first + 2 * lane + 1 < count ? even[length + i] : 0;
            }
        }
        for (const Stage & stage : stages) {
            // The transform of every n-th sample from `offset` on, at frequency k, lies at offset + n · k.
            const int made = stage.before * stage.radix, apart = length / made;
            for (int k = 0; k < made; ++k) {
                const Twiddle * const twiddles = &stage.twiddles[size_t(k * stage.radix)];
                for (int offset = 0; offset < apart; ++offset) {
                    Lanes sum{};
                    for (int part = 0; part < stage.radix; ++part) {
                        const Lanes & lane_values = from[offset + apart * (part + stage.radix * (k % stage.before))];
                        const auto [cosine, sine] = twiddles[part];
                        for (int64_t lane = 0; lane < lanes; ++lane) {
                            sum.real[lane] += cosine * lane_values.real[lane] - sine * lane_values.imaginary[lane];
                            sum.imaginary[lane] += cosine * lane_values.imaginary[lane] + sine * lane_values.real[lane];
                        }
                    }
                    to[offset + apart * k] = sum;
                }
            }
            std::swap(from, to);
        }
        for (int k = 0; k < bins(); ++k) {
            const Lanes &here = from[k], &there = from[(length - k) % length];
            for (int64_t lane = 0; lane < lanes; ++lane) {
                const int64_t frame = first + 2 * lane;
                const auto squares = [](float a, float b) { return (a * a + b * b) / 4; };
                if (frame < count)
                    power[frame * bins() + k] =
                        squares(here.real[lane] + there.real[lane], here.imaginary[lane] - there.imaginary[lane]);
                if (frame + 1 < count)
                    power[(frame + 1) * bins() + k] =
                        squares(here.imaginary[lane] + there.imaginary[lane], there.real[lane] - here.real[lane]);
            }
        }
    }
}

Filterbank::Filterbank(const float * weights, int count, int bins) {
    for (const float * row = weights; row < weights + int64_t(count) * bins; row += bins) {
        const auto is_part = [](float weight) { return weight != 0; };
        const float * const first = std::find_if(row, row + bins, is_part);
        const float * last = row + bins;
        while (last > first && last[-1] == 0) --last;
        filters.push_back({int(first - row), {first, last}});
    }
}

void Filterbank::operator()(const float * power, float * energies) const {
    for (const Filter & filter : filters) {
        const float * const part = power + filter.first;
        float sum = 0;
        for (size_t i = 0; i < filter.weights.size(); ++i) sum += filter.weights[i] * part[i];
        *energies++ = sum;
    }
}

} // namespace whisper_bot
