// The process that detects speech: keeps Silero's network loaded.
#include "../child.hpp"
#include "../processor/compiled-for.hpp"
#include "detector.hpp"

#include <iostream>
#include <memory>

namespace whisper_bot::detect {

namespace {

json detect_speech(const Silero & silero, const json & params, Call & call) {
    FilteredWav wav(params.at("wav").get<std::string>());
    const auto spans = find_speech(silero, wav, [&](double part) {
        if (call.cancelled()) throw Cancelled();
        call.progress(part);
    });
    call.progress(1);
    json found = json::array();
    for (const Span & span : spans)
        found.push_back({{"start", double(span.from * frame_samples) / 16000},
                         {"end", double(std::min(span.to * frame_samples, wav.length())) / 16000}});
    return found;
}

} // namespace

} // namespace whisper_bot::detect

int main(int argc, char ** argv) {
    using namespace whisper_bot;
    using namespace whisper_bot::detect;
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
        return Service{
            {{"instructions", instructions()}}, [silero](const std::string & method, const json & params, Call & call) {
                if (method == "detect") return detect_speech(*silero, params, call);
                throw RequestError("invalid-request", "The speech engine does not know this method.", method);
            }};
    });
}
