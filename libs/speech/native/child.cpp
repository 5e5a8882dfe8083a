#include "child.hpp"

#include <chrono>
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

namespace whisper_bot {

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

// Requests in order of arrival, and the ids of cancelled ones.
class RequestQueue {
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
    // Ids only grow: cancels up to this one are obsolete.
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

// Returns free memory to the system.
void trim_heap() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void answer(const Service & service, const json & request, const RequestQueue & queue) {
    const int64_t id = request.value("id", int64_t(0));
    Call call(id, [&queue, id] { return queue.is_cancelled(id); });
    try {
        write({{"id", id},
               {"result", service.answer(request.at("method").get<std::string>(), request.at("params"), call)}});
    } catch (const Cancelled &) {
        fail(id, "cancelled", "Cancelled.", "");
    } catch (const RequestError & error) {
        fail(id, error.code, error.message, error.what());
    } catch (const std::exception & error) {
        fail(id, "internal", "The speech engine failed.", error.what());
    }
}

void serve_all(const Service & service, RequestQueue & queue) {
    while (true) {
        const json request = queue.take();
        // One thread per call: buffers that engines keep per thread are freed when it ends.
        std::thread([&] { answer(service, request, queue); }).join();
        trim_heap();
        queue.done(request.value("id", int64_t(0)));
    }
}

// The id at the start of an unreadable line; 0, which no call has, without one.
int64_t id_in(const std::string & line) {
    const std::string name = "\"id\":";
    const size_t at = line.find(name);
    return at == std::string::npos || at > 1 ? 0 : std::strtoll(line.c_str() + at + name.size(), nullptr, 10);
}

} // namespace

void Call::progress(double part) {
    if (part < reported + 0.02) return;
    reported = part;
    write({{"id", id}, {"progress", part}});
}

void Call::part(const json & part) const { write({{"id", id}, {"part", part}}); }

void serve(const std::function<Service()> & open) {
    std::signal(SIGPIPE, SIG_IGN);
    std::thread([] {
        while (true) {
            std::this_thread::sleep_for(std::chrono::seconds(1));
            write({{"beat", true}});
        }
    }).detach();

    RequestQueue queue;
    std::thread([&] {
        try {
            const Service service = open();
            trim_heap();
            write({{"ready", service.ready}});
            serve_all(service, queue);
        } catch (const std::exception & error) {
            std::cerr << error.what() << std::endl;
            _exit(1);
        }
    }).detach();

    std::string line;
    while (std::getline(std::cin, line)) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        try {
            const json message = json::parse(line);
            const int64_t id = message.at("id").get<int64_t>();
            if (message.contains("cancel")) queue.cancel(id);
            else if (message.at("method").is_string() && message.contains("params")) queue.add(message);
            else throw std::runtime_error("neither a request nor a cancel");
        } catch (const std::exception & error) {
            // The caller waits for an answer: without one it would wait for the whole time limit.
            fail(id_in(line), "invalid-request", "The speech engine does not understand the request.", error.what());
        }
    }
    // The parent is gone: no destructors, they would wait for the computation.
    _exit(0);
}

} // namespace whisper_bot
