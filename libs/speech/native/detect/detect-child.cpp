// Keeps Silero's network loaded and finds speech with it.
#include "../child.hpp"
#include "../processor/compiled-for.hpp"
#include "clear-wav.hpp"
#include "silero.hpp"
#include "spans.hpp"

#include <iostream>
#include <memory>

namespace {

// Read at a time: 33 s.
constexpr int64_t piece = 1024;

json detect(const Silero & silero, const json & params, Call & call) {
    const auto each = [&] {
        if (call.cancelled()) throw Cancelled();
    };
    ClearWav wav(params.at("wav").get<std::string>(), each);
    const int64_t frames = (wav.length() + frame_samples - 1) / frame_samples;
    // Before the beginning is silence.
    std::vector<float> samples(size_t(context_samples + piece * frame_samples), 0.0f), probabilities(piece);
    Silero::State state;
    SpeechSpans spans;
    for (int64_t from = 0; from < frames; from += piece) {
        each();
        const int64_t count = std::min(piece, frames - from);
        wav.read(count * frame_samples, &samples[size_t(context_samples)]);
        silero(samples.data(), count, state, probabilities.data());
        std::copy_n(samples.end() - context_samples, context_samples, samples.begin());
        for (int64_t i = 0; i < count; ++i) spans.add(probabilities[size_t(i)]);
        call.progress(double(from + count) / double(frames));
    }
    json found = json::array();
    for (const Span & span : spans.finish())
        found.push_back({{"start", double(span.from * frame_samples) / 16000}, {"end", double(std::min(span.to * frame_samples, wav.length())) / 16000}});
    return found;
}

} // namespace

int main(int argc, char ** argv) {
    std::string model;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i], value = argv[i + 1];
        if (name == "--model") model = value;
        else {
            std::cerr << "unknown option " << name << "\n";
            return 2;
        }
    }
    serve([&] {
        const auto silero = std::make_shared<Silero>(Network(model));
        return Service{{{"instructions", instructions()}}, [silero](const std::string & method, const json & params, Call & call) {
                           if (method == "detect") return detect(*silero, params, call);
                           throw Refused("invalid-request", "The speech engine does not know this method.", method);
                       }};
    });
}
