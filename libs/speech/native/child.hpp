// An engine process: JSON lines on stdin, JSON lines on stdout (libs/runtime/src/child has the protocol).
#pragma once

#include <json.hpp>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

using json = nlohmann::json;

// Ends a call: its caller does not want the answer any more.
struct Cancelled : std::runtime_error {
    Cancelled() : std::runtime_error("cancelled") {}
};
// Ends a call with a code and a sentence that its caller knows; `what` is the operator's detail.
struct Refused : std::runtime_error {
    Refused(const char * code, const char * message, const std::string & cause) : std::runtime_error(cause), code(code), message(message) {}
    const char * code;
    const char * message;
};

// One call under way. May be used from several threads.
class Call {
  public:
    Call(int64_t id, std::function<bool()> cancelled) : cancelled(std::move(cancelled)), id(id) {}
    // The part that is done, 0 to 1. Only steps of two hundredths go out, from one thread at a time.
    void progress(double part);
    // A part of the answer, ahead of the rest of it.
    void part(const json & part) const;
    const std::function<bool()> cancelled;

  private:
    const int64_t id;
    double told = 0;
};

struct Service {
    // What the child says of itself once it is ready.
    json ready;
    // The answer to a call of `method`, in a thread of the call's own. Throws Cancelled, Refused, or anything else for a failure of the engine.
    std::function<json(const std::string & method, const json & params, Call & call)> answer;
};

// Serves until stdin ends, beating meanwhile, so that a stopped process shows. `open` loads the engine; what it throws ends the process.
// Never returns.
[[noreturn]] void serve(const std::function<Service()> & open);
