#include "recognizer.hpp"

#include <whisper.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>

namespace whisper_bot::whisper {

void run_parallel(size_t workers, const Monitor & monitor, const std::function<void(size_t, const Monitor &)> & work) {
    std::atomic<bool> failed{false};
    std::exception_ptr failure;
    std::mutex mutex;
    const Monitor shared = {nullptr, [&] { return failed || monitor.aborted(); }};
    const auto attempt = [&](size_t worker) {
        try {
            work(worker, shared);
        } catch (...) {
            const std::lock_guard<std::mutex> lock(mutex);
            if (!failed.exchange(true)) failure = std::current_exception();
        }
    };
    std::vector<std::thread> others;
    for (size_t i = 1; i < workers; ++i) others.emplace_back(attempt, i);
    attempt(0);
    for (std::thread & other : others) other.join();
    if (failure != nullptr) std::rethrow_exception(failure);
}

std::vector<float> samples_of(Wav & wav, const Window & window) {
    int64_t length = 0;
    for (const Slice & slice : window) length = std::max(length, slice.at + slice.to - slice.from);
    if (length > 30 * 16000) throw std::runtime_error("a window is longer than 30 s");
    std::vector<float> samples(size_t(length), 0.0f);
    for (const Slice & slice : window) {
        if (slice.from < 0 || slice.at < 0 || slice.to <= slice.from)
            throw std::runtime_error("a slice runs backwards");
        wav.read(slice.from, slice.to, &samples[size_t(slice.at)]);
    }
    return samples;
}

Languages languages_of(const float * logits, int count) {
    const float most = *std::max_element(logits, logits + count);
    double sum = 0;
    for (int i = 0; i < count; ++i) sum += std::exp(double(logits[i] - most));
    Languages found;
    for (int i = 0; i < count; ++i) {
        const double share = std::exp(double(logits[i] - most)) / sum;
        if (share >= least_language_share) found.push_back({whisper_lang_str(i), share});
    }
    std::stable_sort(found.begin(), found.end(), [](const auto & a, const auto & b) { return a.second > b.second; });
    return found;
}

size_t incomplete_bytes(const std::string & text) {
    for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const auto byte = uint8_t(text[text.size() - back]);
        if ((byte & 0xC0) == 0x80) continue;
        const size_t needs = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        return needs > back ? back : 0;
    }
    return 0;
}

Published published(int vocabulary, int audio_layers, int text_layers) {
    const bool english = vocabulary == 51864;
    if (audio_layers == 32 && text_layers == 4) return Published::large_v3_turbo;
    if (audio_layers != text_layers) return Published::other;
    switch (audio_layers) {
    case 4: return english ? Published::tiny_en : Published::tiny;
    case 6: return english ? Published::base_en : Published::base;
    case 12: return english ? Published::small_en : Published::small;
    case 24: return english ? Published::medium_en : Published::medium;
    // v1 and v2 have the same sizes; v2 replaced v1.
    case 32: return vocabulary == 51866 ? Published::large_v3 : Published::large_v2;
    default: return Published::other;
    }
}

} // namespace whisper_bot::whisper
