// Keeps one Whisper model loaded and answers JSON lines on stdin with JSON lines on stdout (libs/runtime/src/child has
// the protocol). Main thread: stdin. Worker thread: recognition. A third one beats, so that a stopped process shows.
#include "recognizer.hpp"

#include <json.hpp>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iostream>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <mutex>
#include <set>
#include <thread>
#include <unistd.h>

using json = nlohmann::json;

namespace {

std::mutex output;

void write(const json & line) {
    // Invalid UTF-8 from the model must not throw: it becomes U+FFFD.
    const std::string text = line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    const std::lock_guard<std::mutex> lock(output);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) _exit(0);
}

void fail(int64_t id, const char * code, const char * message, const std::string & cause) {
    write({{"id", id}, {"error", {{"code", code}, {"message", message}, {"cause", cause}}}});
}

// Requests in order of arrival, and the ids that are no longer wanted.
class Inbox {
  public:
    void add(json request) {
        const std::lock_guard<std::mutex> lock(mutex);
        requests.push_back(std::move(request));
        arrived.notify_one();
    }
    json take() {
        std::unique_lock<std::mutex> lock(mutex);
        arrived.wait(lock, [this] { return !requests.empty(); });
        json request = std::move(requests.front());
        requests.pop_front();
        return request;
    }
    void cancel(int64_t id) {
        const std::lock_guard<std::mutex> lock(mutex);
        cancelled.insert(id);
    }
    bool is_cancelled(int64_t id) const {
        const std::lock_guard<std::mutex> lock(mutex);
        return cancelled.count(id) > 0;
    }
    // Ids only grow: what was asked to be cancelled up to this one is history.
    void done(int64_t id) {
        const std::lock_guard<std::mutex> lock(mutex);
        cancelled.erase(cancelled.begin(), cancelled.upper_bound(id));
    }

  private:
    mutable std::mutex mutex;
    std::condition_variable arrived;
    std::deque<json> requests;
    std::set<int64_t> cancelled;
};

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

void answer(Recognizer & recognizer, const json & request, const Inbox & inbox) {
    const int64_t id = request.value("id", int64_t(0));
    double told = 0;
    const Watch watch = {
        [&](double part) {
            if (part < told + 0.02) return;
            told = part;
            write({{"id", id}, {"progress", part}});
        },
        [&] { return inbox.is_cancelled(id); },
    };
    try {
        const std::string method = request.at("method").get<std::string>();
        const json & params = request.at("params");
        if (method == "transcribe") {
            write({{"id", id}, {"result", transcribe(recognizer, params, watch)}});
        } else if (method == "detectLanguage") {
            const auto [language, probability] =
                recognizer.detect(params.at("wav").get<std::string>(), window_of(params.at("window")), watch);
            write({{"id", id}, {"result", {{"language", language}, {"probability", probability}}}});
        } else {
            fail(id, "invalid-request", "The speech engine does not know this method.", method);
        }
    } catch (const Aborted &) {
        fail(id, "cancelled", "Cancelled.", "");
    } catch (const UnknownLanguage & error) {
        fail(id, "unknown-language", "This language is not known to the model.", error.what());
    } catch (const std::exception & error) {
        fail(id, "internal", "The speech could not be recognized.", error.what());
    }
}

void serve(Recognizer & recognizer, Inbox & inbox) {
    while (true) {
        const json request = inbox.take();
        // A thread for each: the memory that engines keep by thread from window to window is given back when it ends.
        std::thread([&] { answer(recognizer, request, inbox); }).join();
#ifdef __GLIBC__
        malloc_trim(0);
#endif
        inbox.done(request.value("id", int64_t(0)));
    }
}

std::unique_ptr<Recognizer> open([[maybe_unused]] const std::string & engine, const Setup & setup) {
#ifdef WITH_ONEDNN
    if (engine == "fast") return open_fast(setup);
#endif
    return open_whispercpp(setup);
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
    std::signal(SIGPIPE, SIG_IGN);
    Setup setup;
    std::string engine = "fast";
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
    std::thread([] {
        while (true) {
            std::this_thread::sleep_for(std::chrono::seconds(1));
            write({{"beat", true}});
        }
    }).detach();

    Inbox inbox;
    std::thread([&] {
        try {
            const auto recognizer = open(engine, setup);
            write({{"ready", {{"engine", recognizer->engine()}, {"threads", setup.threads}, {"multilingual", recognizer->multilingual()}}}});
            serve(*recognizer, inbox);
        } catch (const std::exception & error) {
            std::cerr << error.what() << std::endl;
            _exit(1);
        }
    }).detach();

    std::string line;
    while (std::getline(std::cin, line)) {
        const json message = json::parse(line, nullptr, false);
        if (!message.is_object()) continue;
        if (message.value("cancel", false)) inbox.cancel(message.value("id", int64_t(0)));
        else inbox.add(message);
    }
    // The parent is gone: no destructors, they would wait for the computation.
    _exit(0);
}
