#pragma once

#include "../recognizer.hpp"

#include <omp.h>

#include <atomic>
#include <optional>

namespace whisper_bot::whisper {

// The layers 0 … count - 1, made on several threads: reading and packing weights takes most of the time until a large
// model is ready. Each thread holds the floats of one layer at a time.
template <class L, class Make> std::vector<L> load_layers(int count, int threads, const Make & make) {
    std::vector<std::optional<L>> made(static_cast<size_t>(count));
    std::atomic<int> next{0};
    const Monitor monitor = {nullptr, [] { return false; }};
    run_parallel(size_t(std::max(1, std::min(threads, count))), monitor, [&](size_t, const Monitor & shared) {
        const int before = omp_get_max_threads();
        omp_set_num_threads(1);
        for (int i = next++; i < count && !shared.aborted(); i = next++) made[size_t(i)].emplace(make(i));
        omp_set_num_threads(before);
    });
    std::vector<L> layers;
    layers.reserve(made.size());
    for (auto & layer : made) layers.push_back(std::move(*layer));
    return layers;
}

} // namespace whisper_bot::whisper
