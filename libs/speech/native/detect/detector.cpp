#include "detector.hpp"

#include "loudness.hpp"

#include <algorithm>
#include <cmath>

namespace whisper_bot::detect {

namespace {

// Frames processed at a time: 33 s.
constexpr int64_t piece = 1024;
// Silero detects voices within about 15 dB of the level it was trained on: two steps of as much reach voices 45 dB
// below the loudest.
constexpr float gain_steps[] = {6, 36};
// Root mean square after the gain. What is above `max_level` for 0.4 s was already covered at a lower gain (clipped
// music resembles a voice); what is below `min_level` is not detectable at this one either.
constexpr float max_level = 0.2f, min_level = 0.004f;
// A retry with more gain needs frames above this probability: of an hour of real music, 0.3 s are taken for speech with
// it, and 3.5 s without.
constexpr float retry_threshold = 0.8f;
// Frames: excluded around a span; the fewest that are retried or count as speech; run ahead of a retry so that the
// recurrent state settles; and those of 0.4 s.
constexpr int64_t margin = 2, min_frames = 5, context = 31, window = 13;
// Shorter pauses between spans vanish when these are widened and joined (libs/speech/src/detect).
constexpr int64_t pause = 22;
// A recording that is nearly all silence (at most 2 s are less than 30 dB below the loudest) may be a single short
// word: then 0.1 s are enough.
constexpr int64_t min_word_frames = 3, max_word_frames = 63;
constexpr float word_gate = 0.0316f;

class GainedDetector {
  public:
    GainedDetector(const Silero & silero, FilteredWav & wav)
        : silero(silero), wav(wav), samples(size_t(context_samples + piece * frame_samples)),
          probabilities(size_t(piece)) {}

    // Runs over frames [from, to), and `context` frames before them.
    void operator()(Span span, float gain, const std::function<void(int64_t frame, float probability)> & on_frame) {
        const int64_t begin = std::max<int64_t>(0, span.from - context);
        // Before the beginning is silence.
        std::fill(samples.begin(), samples.end(), 0.0f);
        Silero::State state;
        wav.seek(begin * frame_samples);
        for (int64_t from = begin; from < span.to; from += piece) {
            const int64_t count = std::min(piece, span.to - from);
            wav.read(count * frame_samples, gain, &samples[size_t(context_samples)]);
            silero(samples.data(), count, state, probabilities.data());
            std::copy_n(samples.begin() + count * frame_samples, context_samples, samples.begin());
            for (int64_t i = 0; i < count; ++i)
                if (from + i >= span.from) on_frame(from + i, probabilities[size_t(i)]);
        }
    }

  private:
    const Silero & silero;
    FilteredWav & wav;
    std::vector<float> samples, probabilities;
};

// Spans outside `found` (sorted) that this gain makes audible.
std::vector<Span> undetected(const std::vector<Span> & found, const std::vector<float> & levels, float gain) {
    const int64_t frames = int64_t(levels.size());
    std::vector<char> open(levels.size(), 1);
    const auto close = [&](int64_t from, int64_t to) {
        std::fill(open.begin() + std::max<int64_t>(0, from), open.begin() + std::min(frames, to), char(0));
    };
    for (size_t i = 0; i < found.size(); ++i) {
        const bool is_pause = i + 1 < found.size() && found[i + 1].from - found[i].to < pause;
        close(found[i].from - margin, is_pause ? found[i + 1].from : found[i].to + margin);
    }
    double power = 0;
    for (int64_t frame = 0; frame < frames; ++frame) {
        const auto square = [&](int64_t at) { return double(levels[size_t(at)]) * levels[size_t(at)]; };
        power += square(frame);
        if (frame >= window) power -= square(frame - window);
        if (std::sqrt(std::max(0.0, power) / window) * gain > max_level) close(frame + 1 - window, frame + 1);
    }
    std::vector<Span> spans;
    for (int64_t from = 0, to = 0; from < frames; from = to + 1) {
        bool audible = false;
        for (to = from; to < frames && open[size_t(to)]; ++to)
            audible = audible || levels[size_t(to)] * gain >= min_level;
        if (audible && to - from >= min_frames) spans.push_back({from, to});
    }
    return spans;
}

bool is_brief(const std::vector<float> & levels) {
    const auto most = std::max_element(levels.begin(), levels.end());
    return most != levels.end() && std::count_if(levels.begin(), levels.end(), [&](float level) {
                                       return level > word_gate * *most;
                                   }) <= max_word_frames;
}

} // namespace

std::vector<Span> find_speech(const Silero & silero, FilteredWav & wav,
                              const std::function<void(double)> & on_progress) {
    const std::vector<float> levels = frame_levels(wav, [&] { on_progress(0); });
    const int64_t frames = int64_t(levels.size());
    const float gain = speech_gain(levels);
    GainedDetector detect_with_gain(silero, wav);
    const auto run = [&](const Span & span, float loudness, const std::function<void(float)> & on_probability,
                         double done, double part) {
        on_progress(done + part * double(span.from) / double(frames));
        detect_with_gain(span, loudness, [&](int64_t frame, float probability) {
            on_probability(probability);
            if (frame % piece == 0) on_progress(done + part * double(frame) / double(frames));
        });
    };
    SpeechSpans spans, brief(min_word_frames);
    run(
        {0, frames}, gain,
        [&](float probability) {
            spans.add(probability);
            brief.add(probability);
        },
        0, 0.6);
    std::vector<Span> found = spans.finish();
    double done = 0.6;
    for (const float more : gain_steps) {
        const float now = std::min(max_gain, gain * more);
        if (now <= gain) break;
        std::vector<Span> additional;
        for (const Span & span : undetected(found, levels, now)) {
            SpeechSpans within;
            std::vector<float> probabilities;
            run(
                span, now,
                [&](float probability) {
                    within.add(probability);
                    probabilities.push_back(probability);
                },
                done, 0.2);
            for (const Span & one : within.finish())
                if (std::count_if(&probabilities[size_t(one.from)], &probabilities[0] + one.to,
                                  [](float value) { return value > retry_threshold; }) >= min_frames)
                    additional.push_back({one.from + span.from, one.to + span.from});
        }
        found.insert(found.end(), additional.begin(), additional.end());
        std::sort(found.begin(), found.end(), [](const Span & a, const Span & b) { return a.from < b.from; });
        done += 0.2;
        if (now == max_gain) break;
    }
    return found.empty() && is_brief(levels) ? brief.finish() : found;
}

} // namespace whisper_bot::detect
