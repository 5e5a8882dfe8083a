// The process of diarization: keeps the segmentation and embedding networks loaded.
#include "../child.hpp"
#include "../processor/compiled-for.hpp"
#include "analysis.hpp"

#include <iostream>
#include <memory>

namespace whisper_bot::diarize {

namespace {

// RFC 4648.
template <class Bytes> std::string base64(const Bytes & bytes) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (size_t at = 0; at < bytes.size(); at += 3) {
        const auto byte = [&](size_t i) { return i < bytes.size() ? uint32_t(uint8_t(bytes[i])) : 0; };
        const uint32_t three = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
        for (size_t i = 0; i < 4; ++i) text += at + i <= bytes.size() ? letters[three >> (18 - 6 * i) & 63] : '=';
    }
    return text;
}

json part_of(const WindowResult & result) {
    json speakers = json::array();
    for (const LocalSpeaker & speaker : result.speakers)
        speakers.push_back({{"local", speaker.local},
                            {"nonOverlapped", speaker.nonoverlapped},
                            {"active", speaker.active},
                            {"assignmentOnly", speaker.assignment_only},
                            {"embedding", speaker.embedding ? json(base64(*speaker.embedding)) : json()}});
    return {{"window", result.window}, {"probabilities", base64(result.probabilities)}, {"speakers", speakers}};
}

json analyze(const Networks & networks, int threads, const json & params, Call & call) {
    const auto windows = params.at("windows").get<std::vector<int64_t>>();
    size_t done = 0;
    analyze(networks, params.at("wav").get<std::string>(), windows, threads, call.cancelled,
            [&](const WindowResult & result) {
                call.part(part_of(result));
                call.progress(double(++done) / double(windows.size()));
            });
    return json::object();
}

} // namespace

} // namespace whisper_bot::diarize

int main(int argc, char ** argv) {
    using namespace whisper_bot;
    using namespace whisper_bot::diarize;
    std::string segmentation, embedding;
    int threads = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i], value = argv[i + 1];
        if (name == "--segmentation") segmentation = value;
        else if (name == "--embedding") embedding = value;
        else if (name == "--threads") threads = std::stoi(value);
        else {
            std::cerr << "unknown option " << name << "\n";
            return 2;
        }
    }
    serve([&] {
        const auto networks = std::make_shared<Networks>(
            Networks{Segmentation(Network(segmentation)), EmbeddingNetwork(Network(embedding))});
        return Service{
            {{"instructions", instructions()}, {"threads", threads}},
            [networks, threads](const std::string & method, const json & params, Call & call) {
                if (method == "analyze") return analyze(*networks, threads, params, call);
                throw RequestError("invalid-request", "The speech engine does not know this method.", method);
            },
        };
    });
}
