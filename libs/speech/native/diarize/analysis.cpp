#include "analysis.hpp"

#include "../child.hpp"
#include "fbank.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

namespace whisper_bot::diarize {

namespace {

// Below 0.2 s an embedding is noise. In frames of the segmentation, as the three below.
constexpr int64_t min_frames = 12;
// Every other window gives embeddings to cluster: from up to 3 s of a lone speaker, 2.5 s of each of several.
constexpr int64_t max_frames = 178, max_shared_frames = 148;
// The windows between only assign their two or three speakers to clusters: 1 s each.
constexpr int64_t max_assignment_frames = 60;
// Windows through the segmentation at once.
constexpr size_t batch = 2;

// Who speaks in each frame, a bit for each local speaker: all above one half, or the likeliest where only speech itself
// is.
std::array<uint8_t, size_t(window_frames)> active_speakers(const float * probabilities) {
    std::array<uint8_t, size_t(window_frames)> present{};
    for (int64_t frame = 0; frame < window_frames; ++frame) {
        const float * const row = probabilities + frame * columns;
        if (row[any_speaker] <= 0.5f) continue;
        uint8_t bits = 0;
        for (int local = 0; local < local_speakers; ++local)
            if (row[local] > 0.5f) bits |= uint8_t(1 << local);
        const auto likeliest = std::max_element(row, row + local_speakers) - row;
        present[size_t(frame)] = bits != 0 ? bits : uint8_t(1 << likeliest);
    }
    return present;
}

// The frames nearest to the middle of the window, where the network sees most around them; in their order.
std::vector<int64_t> central_frames(std::vector<int64_t> frames, int64_t most) {
    const auto distance = [](int64_t frame) { return std::abs(2 * frame - window_frames); };
    std::stable_sort(frames.begin(), frames.end(), [&](int64_t a, int64_t b) { return distance(a) < distance(b); });
    frames.resize(std::min(frames.size(), size_t(most)));
    std::sort(frames.begin(), frames.end());
    return frames;
}

// The feature rows whose middle falls into the given frames: those with middles in a frame's 270 samples.
std::vector<int64_t> feature_rows(const std::vector<int64_t> & frames) {
    constexpr int64_t count = frame_count(window_samples);
    const auto up = [](int64_t samples) { return samples <= 0 ? 0 : (samples + frame_shift - 1) / frame_shift; };
    std::vector<int64_t> rows;
    for (const int64_t frame : frames) {
        const int64_t from = frame * frame_samples + frame_center - frame_samples / 2 - frame_length / 2;
        for (int64_t row = up(from); row < std::min(count, up(from + frame_samples)); ++row) rows.push_back(row);
    }
    return rows;
}

std::array<int8_t, embedding_size> quantized(const std::array<float, embedding_size> & embedding) {
    const float most = max_abs(embedding.data(), embedding_size);
    std::array<int8_t, embedding_size> kept;
    for (size_t i = 0; i < kept.size(); ++i) kept[i] = int8_t(std::lrint(embedding[i] * 127 / (most > 0 ? most : 1)));
    return kept;
}

WindowResult analyze_window(const Networks & networks, int64_t window, const float * samples,
                            const float * probabilities) {
    WindowResult result{window, {}, {}};
    for (size_t i = 0; i < result.probabilities.size(); ++i)
        result.probabilities[i] = uint8_t(std::lrint(std::min(1.0f, probabilities[i]) * 255));
    const auto present = active_speakers(probabilities);
    std::array<int64_t, local_speakers> active{};
    std::array<std::vector<int64_t>, local_speakers> nonoverlapped;
    for (int64_t frame = 0; frame < window_frames; ++frame)
        for (size_t local = 0; local < local_speakers; ++local) {
            if (present[size_t(frame)] >> local & 1) ++active[local];
            if (present[size_t(frame)] == 1 << local) nonoverlapped[local].push_back(frame);
        }
    const bool assignment_only = window % 2 == 1;
    const auto many = std::count_if(active.begin(), active.end(), [](int64_t frames) { return frames > 0; });
    const int64_t most = assignment_only ? max_assignment_frames : many > 1 ? max_shared_frames : max_frames;
    for (int local = 0; local < local_speakers; ++local) {
        const auto & own = nonoverlapped[size_t(local)];
        if (active[size_t(local)] == 0) continue;
        LocalSpeaker speaker{local, int64_t(own.size()), active[size_t(local)], assignment_only, std::nullopt};
        // A lone speaker of a window between is assigned by time.
        if (int64_t(own.size()) >= min_frames && !(assignment_only && many < 2)) {
            const auto features = fbank(samples, feature_rows(central_frames(own, most)));
            speaker.embedding = quantized(networks.embedding(features.data(), int64_t(features.size()) / mel_bins));
        }
        result.speakers.push_back(speaker);
    }
    return result;
}

} // namespace

void analyze(const Networks & networks, const std::string & wav, const std::vector<int64_t> & windows, int threads,
             const std::function<bool()> & cancelled, const std::function<void(const WindowResult &)> & on_result) {
    std::atomic<size_t> next{0};
    std::atomic<bool> failed{false};
    std::exception_ptr failure;
    std::mutex mutex;
    std::map<size_t, WindowResult> waiting;
    size_t reported = 0;
    const auto work = [&] {
        Wav file(wav);
        std::vector<float> samples(batch * size_t(window_samples)),
            probabilities(batch * size_t(window_frames * columns));
        while (!failed) {
            const size_t from = next.fetch_add(batch);
            if (from >= windows.size()) return;
            const size_t count = std::min(batch, windows.size() - from);
            for (size_t i = 0; i < count; ++i) {
                const int64_t start = windows[from + i] * step_samples;
                file.read(start, start + window_samples, &samples[i * size_t(window_samples)]);
            }
            networks.segmentation(samples.data(), int64_t(count), probabilities.data());
            for (size_t i = 0; i < count; ++i) {
                if (cancelled()) throw Cancelled();
                auto result = analyze_window(networks, windows[from + i], &samples[i * size_t(window_samples)],
                                             &probabilities[i * size_t(window_frames * columns)]);
                const std::lock_guard<std::mutex> lock(mutex);
                waiting.emplace(from + i, std::move(result));
                for (auto first = waiting.begin(); first != waiting.end() && first->first == reported;
                     first = waiting.erase(first), ++reported)
                    on_result(first->second);
            }
        }
    };
    const auto attempt = [&] {
        try {
            work();
        } catch (...) {
            const std::lock_guard<std::mutex> lock(mutex);
            if (!failed.exchange(true)) failure = std::current_exception();
        }
    };
    const size_t workers = std::min(size_t(std::max(1, threads)), (windows.size() + batch - 1) / batch);
    std::vector<std::thread> others;
    for (size_t i = 1; i < workers; ++i) others.emplace_back(attempt);
    attempt();
    for (std::thread & other : others) other.join();
    if (failure != nullptr) std::rethrow_exception(failure);
}

} // namespace whisper_bot::diarize
