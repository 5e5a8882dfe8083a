// An engine process: JSON lines on stdin, JSON lines on stdout (libs/runtime/src/child has the protocol).
#pragma once

#include <json.hpp>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

namespace whisper_bot {

using json = nlohmann::json;

// Ends a call that its caller has cancelled.
struct Cancelled : std::runtime_error {
    Cancelled() : std::runtime_error("cancelled") {}
};
// Ends a call with a code and a message for the user; `what()` is the cause for the operator.
struct RequestError : std::runtime_error {
    RequestError(const char * code, const char * message, const std::string & cause)
        : std::runtime_error(cause), code(code), message(message) {}
    const char * code;
    const char * message;
};

// One call under way. May be used from several threads.
class Call {
  public:
    Call(int64_t id, std::function<bool()> cancelled) : cancelled(std::move(cancelled)), id(id) {}
    // Reports the fraction done, 0 to 1, in steps of at least 0.02. One thread at a time.
    void progress(double part);
    // Sends a part of the answer ahead of the result.
    void part(const json & part) const;
    const std::function<bool()> cancelled;

  private:
    const int64_t id;
    double reported = 0;
};

struct Service {
    // Sent in the `ready` line.
    json ready;
    // Answers a call of `method` in a thread of its own. Throws Cancelled, RequestError, or any other exception for a
    // failure of the engine.
    std::function<json(const std::string & method, const json & params, Call & call)> answer;
};

// Serves calls until stdin ends and writes a heartbeat every second, so that a stopped process is noticed. `open` loads
// the engine; an exception from it ends the process. Never returns.
[[noreturn]] void serve(const std::function<Service()> & open);

} // namespace whisper_bot
