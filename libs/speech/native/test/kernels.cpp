// Compares the kernels, compiled for one instruction set, with naive loops. Prints one line of JSON; `sums` is the same
// for every set.
#include "../compute/activation.hpp"
#include "../compute/integer-matrix.hpp"
#include "../compute/spectrum.hpp"
#include "../processor/compiled-for.hpp"
#include "../whisper/native/attention.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace whisper_bot {

using namespace whisper;

namespace {

// Numerical Recipes' linear congruential generator.
class Random {
  public:
    uint32_t next() { return state = state * 1664525u + 1013904223u; }
    // -1 to 1.
    float real() { return float(int32_t(next())) / 2147483648.0f; }
    int32_t whole(int32_t most) { return int32_t(next() >> 8) % (2 * most + 1) - most; }

  private:
    uint32_t state = 1;
};

std::string failures;

void expect(bool right, const std::string & what) {
    if (!right) failures += (failures.empty() ? "" : "; ") + what;
}

void near(double found, double wanted, double tolerance, const std::string & what) {
    // NaN fails, too.
    if (!(std::fabs(found - wanted) <= tolerance))
        expect(false, what + ": " + std::to_string(found) + ", not " + std::to_string(wanted));
}

uint64_t digest = 14695981039346656037u;
void add_to_digest(int32_t sum) { digest = (digest ^ uint32_t(sum)) * 1099511628211u; }

template <class W> void check_multiply(const char * name, int32_t most) {
    constexpr int64_t rows = 29, pairs = 37, taps = 3, stride = 2 * pairs + 6;
    Random random;
    Buffer<int16_t> x(size_t(rows * stride + taps * stride));
    Buffer<W> panel(size_t(taps * pairs * panel_columns * 2));
    for (int64_t i = 0; i < rows * stride + taps * stride; ++i) x.data()[i] = int16_t(random.whole(4000));
    for (int64_t i = 0; i < taps * pairs * panel_columns * 2; ++i) panel.data()[i] = W(random.whole(most));
    std::vector<int32_t> sums(size_t(rows * panel_columns));
    for (int64_t from = 0; from < rows; from += tile_rows)
        multiply(std::min(tile_rows, rows - from), x.data() + from * stride, stride, panel.data(), pairs,
                 &sums[size_t(from * panel_columns)], panel_columns, {taps, 2 * pairs});
    for (int64_t row = 0; row < rows; ++row)
        for (int64_t column = 0; column < panel_columns; ++column) {
            int64_t sum = 0;
            for (int64_t tap = 0; tap < taps; ++tap)
                for (int64_t i = 0; i < 2 * pairs; ++i)
                    sum += int64_t(x.data()[row * stride + tap * 2 * pairs + i]) *
                           panel.data()[((tap * pairs + i / 2) * panel_columns + column) * 2 + i % 2];
            expect(sum == sums[size_t(row * panel_columns + column)],
                   std::string(name) + " row " + std::to_string(row) + " column " + std::to_string(column));
            add_to_digest(sums[size_t(row * panel_columns + column)]);
        }
}

double after(double value, Epilogue epilogue, double before) {
    switch (epilogue) {
    case Epilogue::gelu: return value * 0.5 * (1 + std::erf(value / std::sqrt(2.0)));
    case Epilogue::relu: return std::max(0.0, value);
    case Epilogue::add: return before + value;
    case Epilogue::none: break;
    }
    return value;
}

void check_matrix(int in, int out, int64_t rows, Epilogue epilogue) {
    Random random;
    const size_t width = size_t(in), height = size_t(out), count = size_t(rows);
    std::vector<float> weights(width * height), bias(height), x(count * width), y(count * height, 0.25f);
    for (float & each : weights) each = random.real();
    for (float & each : bias) each = random.real();
    for (float & each : x) each = random.real();
    IntegerMatrix(weights.data(), bias.data(), in, out)(x.data(), rows, y.data(), epilogue);
    const std::string name =
        "matrix " + std::to_string(in) + " x " + std::to_string(out) + ", " + std::to_string(rows) + " rows";
    for (int64_t row = 0; row < rows; ++row)
        for (int64_t column = 0; column < out; ++column) {
            double sum = bias[size_t(column)];
            for (int64_t i = 0; i < in; ++i) sum += double(x[size_t(row * in + i)]) * weights[size_t(column * in + i)];
            near(y[size_t(row * out + column)], after(sum, epilogue, 0.25), 8e-4 * std::sqrt(double(in)) + 2e-4, name);
        }
}

void check_convolution() {
    constexpr int taps = 3, in = 21, out = 19;
    constexpr int64_t rows = 40, step = 2 * in;
    Random random;
    std::vector<float> weights(size_t(out * taps * in)), bias(out), y(size_t(rows * out)),
        sound(size_t(rows * step + taps * in + 1));
    for (float & each : weights) each = random.real();
    for (float & each : bias) each = random.real();
    for (float & each : sound) each = random.real();
    const IntegerConvolution convolution(weights.data(), bias.data(), taps, in, out);
    Buffer<int16_t> numbers(sound.size());
    const float scale = quantize(sound.data(), int64_t(sound.size()), convolution.max_input(), numbers.data());
    convolution(numbers.data(), scale, rows, step, in, y.data());
    for (int64_t row = 0; row < rows; ++row)
        for (int64_t column = 0; column < out; ++column) {
            double sum = bias[size_t(column)];
            for (int64_t tap = 0; tap < taps; ++tap)
                for (int64_t i = 0; i < in; ++i)
                    sum += double(sound[size_t(row * step + tap * in + i)]) *
                           weights[size_t((column * taps + tap) * in + i)];
            near(y[size_t(row * out + column)], sum, 3e-3, "convolution");
        }
}

template <class W> void check_attention(const char * name, int64_t positions, int64_t count, double tolerance) {
    Random random;
    const auto some = [&](int64_t rows) {
        std::vector<float> numbers(size_t(rows * head_size));
        for (float & each : numbers) each = random.real();
        return numbers;
    };
    const auto keys = some(positions), values = some(positions), queries = some(count);
    std::vector<float> result(queries.size()), shares(size_t(count * positions));
    KeyValueCache<W> attention;
    attention.pack(keys.data(), values.data(), head_size, positions);
    attention.attend(queries.data(), head_size, count, result.data(), head_size, shares.data());
    for (int64_t row = 0; row < count; ++row) {
        std::vector<double> wanted(head_size, 0.0), weights(static_cast<size_t>(positions));
        double sum = 0;
        for (int64_t t = 0; t < positions; ++t) {
            double score = 0;
            for (int64_t i = 0; i < head_size; ++i)
                score += double(queries[size_t(row * head_size + i)]) * keys[size_t(t * head_size + i)];
            sum += weights[size_t(t)] = std::exp(score / 8);
        }
        for (int64_t t = 0; t < positions; ++t) {
            near(shares[size_t(row * positions + t)], weights[size_t(t)] / sum, tolerance,
                 std::string(name) + " shares");
            for (int64_t i = 0; i < head_size; ++i)
                wanted[size_t(i)] += weights[size_t(t)] / sum * values[size_t(t * head_size + i)];
        }
        for (int64_t i = 0; i < head_size; ++i)
            near(result[size_t(row * head_size + i)], wanted[size_t(i)], tolerance, name);
    }
}

void check_spectrum(int size) {
    constexpr int64_t frames = Spectrum::batch + 3;
    Random random;
    std::vector<float> sound(size_t(frames * size));
    for (float & each : sound) each = random.real();
    const Spectrum spectrum(size);
    std::vector<float> power(size_t(frames * spectrum.bins()));
    spectrum(sound.data(), frames, power.data());
    for (const int64_t frame : {int64_t(0), int64_t(1), frames - 1})
        for (int64_t k = 0; k < spectrum.bins(); k += 7) {
            double real = 0, imaginary = 0;
            for (int64_t i = 0; i < size; ++i) {
                const double angle = -2 * M_PI * double(k * i % size) / size;
                real += sound[size_t(frame * size + i)] * std::cos(angle);
                imaginary += sound[size_t(frame * size + i)] * std::sin(angle);
            }
            const double wanted = real * real + imaginary * imaginary;
            near(power[size_t(frame * spectrum.bins() + k)], wanted, 1e-3 * (wanted + 1),
                 "spectrum of " + std::to_string(size));
        }
}

void check_activations() {
    for (float x = -30; x <= 30; x += 0.0625f) {
        const double wide_x = x;
        if (x <= 0) near(fast_exp(x), std::exp(wide_x), 1e-6, "exponential");
        near(gelu(x), after(wide_x, Epilogue::gelu, 0), 1e-5 + 1e-6 * std::fabs(wide_x), "gelu");
        near(sigmoid(x), 1 / (1 + std::exp(-wide_x)), 1e-6, "sigmoid");
        near(fast_tanh(x), std::tanh(wide_x), 1e-6, "tanh");
        // A bfloat16 has 8 binary digits.
        BFloat16 number;
        store(number, x * 1.2345678f);
        near(to_float(number), x * 1.2345678f, std::fabs(wide_x) * 1.2345678 / 256 * 1.01, "bfloat16");
    }
    BFloat16 tie;
    store(tie, 1 + 1.0f / 256);
    near(to_float(tie), 1, 0, "bfloat16, a tie to even");
}

} // namespace

} // namespace whisper_bot

int main() {
    using namespace whisper_bot;
    check_multiply<int8_t>("8 bits", 127);
    check_multiply<int16_t>("16 bits", 4000);
    for (const Epilogue epilogue : {Epilogue::none, Epilogue::gelu, Epilogue::relu, Epilogue::add})
        for (const int64_t rows : {1, 5, 13, 210}) check_matrix(77, 50, rows, epilogue);
    check_matrix(512, 96, 7, Epilogue::none);
    check_convolution();
    check_attention<int8_t>("attention in 8 bits", 83, 21, 2e-2);
    check_attention<int16_t>("attention in 16 bits", 1500, 3, 2e-3);
    check_spectrum(400);
    check_spectrum(512);
    check_activations();
    std::printf("{\"instructions\": \"%s\", \"sums\": \"%016llx\", \"rows\": %d, \"failures\": \"%s\"}\n",
                instructions().c_str(), static_cast<unsigned long long>(digest), int(tile_rows),
                failures.substr(0, 2000).c_str());
    return failures.empty() ? 0 : 1;
}
