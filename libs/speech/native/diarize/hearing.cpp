#include "hearing.hpp"

#include "../child.hpp"
#include "fbank.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

namespace {

// Below 0.2 s a voice says nothing. In frames of the segmentation, as the three below.
constexpr int64_t least_voice = 12;
// Every other window gives the voices that are clustered: up to 3 s of a lone speaker, 2.5 s of each of several.
constexpr int64_t most_voice = 178, most_shared_voice = 148;
// The windows between only need to tell their own two or three speakers apart: 1 s each.
constexpr int64_t most_rough_voice = 60;
// Windows through the segmentation at once.
constexpr size_t batch = 2;

// Who speaks in each frame, a bit for each local speaker: all that are likelier than not, or the likeliest where only somebody is.
std::array<uint8_t, size_t(window_frames)> who_speaks(const float * probabilities) {
    std::array<uint8_t, size_t(window_frames)> present{};
    for (int64_t frame = 0; frame < window_frames; ++frame) {
        const float * const row = probabilities + frame * columns;
        if (row[anybody] <= 0.5f) continue;
        uint8_t bits = 0;
        for (int local = 0; local < local_speakers; ++local)
            if (row[local] > 0.5f) bits |= uint8_t(1 << local);
        const auto likeliest = std::max_element(row, row + local_speakers) - row;
        present[size_t(frame)] = bits != 0 ? bits : uint8_t(1 << likeliest);
    }
    return present;
}

// The frames nearest to the middle of the window, where the network sees most around them; in their order.
std::vector<int64_t> most_central(std::vector<int64_t> frames, int64_t most) {
    const auto distance = [](int64_t frame) { return std::abs(2 * frame - window_frames); };
    std::stable_sort(frames.begin(), frames.end(), [&](int64_t a, int64_t b) { return distance(a) < distance(b); });
    frames.resize(std::min(frames.size(), size_t(most)));
    std::sort(frames.begin(), frames.end());
    return frames;
}

// The feature rows whose middle falls into the given frames: those with middles in a frame's 270 samples.
std::vector<int64_t> rows_of(const std::vector<int64_t> & frames) {
    constexpr int64_t count = frame_count(window_samples);
    const auto up = [](int64_t samples) { return samples <= 0 ? 0 : (samples + frame_shift - 1) / frame_shift; };
    std::vector<int64_t> rows;
    for (const int64_t frame : frames) {
        const int64_t from = frame * frame_samples + frame_center - frame_samples / 2 - frame_length / 2;
        for (int64_t row = up(from); row < std::min(count, up(from + frame_samples)); ++row) rows.push_back(row);
    }
    return rows;
}

std::array<int8_t, voice_length> rounded(const std::array<float, voice_length> & voice) {
    const float most = greatest_of(voice.data(), voice_length);
    std::array<int8_t, voice_length> kept;
    for (size_t i = 0; i < kept.size(); ++i) kept[i] = int8_t(std::lrint(voice[i] * 127 / (most > 0 ? most : 1)));
    return kept;
}

HeardWindow hear(const Networks & networks, int64_t window, const float * samples, const float * probabilities) {
    HeardWindow heard{window, {}, {}};
    for (size_t i = 0; i < heard.probabilities.size(); ++i) heard.probabilities[i] = uint8_t(std::lrint(std::min(1.0f, probabilities[i]) * 255));
    const auto present = who_speaks(probabilities);
    std::array<int64_t, local_speakers> active{};
    std::array<std::vector<int64_t>, local_speakers> alone;
    for (int64_t frame = 0; frame < window_frames; ++frame)
        for (size_t local = 0; local < local_speakers; ++local) {
            if (present[size_t(frame)] >> local & 1) ++active[local];
            if (present[size_t(frame)] == 1 << local) alone[local].push_back(frame);
        }
    const bool rough = window % 2 == 1;
    const auto many = std::count_if(active.begin(), active.end(), [](int64_t frames) { return frames > 0; });
    const int64_t most = rough ? most_rough_voice : many > 1 ? most_shared_voice : most_voice;
    for (int local = 0; local < local_speakers; ++local) {
        const auto & own = alone[size_t(local)];
        if (active[size_t(local)] == 0) continue;
        HeardSpeaker speaker{local, int64_t(own.size()), active[size_t(local)], rough, std::nullopt};
        // A lone speaker of a window between is told by when they speak.
        if (int64_t(own.size()) >= least_voice && !(rough && many < 2)) {
            const auto features = fbank(samples, rows_of(most_central(own, most)));
            speaker.voice = rounded(networks.voices(features.data(), int64_t(features.size()) / mel_bins));
        }
        heard.speakers.push_back(speaker);
    }
    return heard;
}

} // namespace

void listen(const Networks & networks, const std::string & wav, const std::vector<int64_t> & windows, int threads,
            const std::function<bool()> & cancelled, const std::function<void(const HeardWindow &)> & on_heard) {
    std::atomic<size_t> next{0};
    std::atomic<bool> failed{false};
    std::exception_ptr failure;
    std::mutex mutex;
    std::map<size_t, HeardWindow> waiting;
    size_t told = 0;
    const auto work = [&] {
        Wav file(wav);
        std::vector<float> samples(batch * size_t(window_samples)), probabilities(batch * size_t(window_frames * columns));
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
                auto heard = hear(networks, windows[from + i], &samples[i * size_t(window_samples)], &probabilities[i * size_t(window_frames * columns)]);
                const std::lock_guard<std::mutex> lock(mutex);
                waiting.emplace(from + i, std::move(heard));
                for (auto first = waiting.begin(); first != waiting.end() && first->first == told; first = waiting.erase(first), ++told)
                    on_heard(first->second);
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
    const size_t hands = std::min(size_t(std::max(1, threads)), (windows.size() + batch - 1) / batch);
    std::vector<std::thread> others;
    for (size_t i = 1; i < hands; ++i) others.emplace_back(attempt);
    attempt();
    for (std::thread & other : others) other.join();
    if (failure != nullptr) std::rethrow_exception(failure);
}
