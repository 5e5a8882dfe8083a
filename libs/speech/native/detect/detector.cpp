#include "detector.hpp"

#include "loudness.hpp"

#include <algorithm>
#include <cmath>

namespace {

// Frames heard at a time: 33 s.
constexpr int64_t piece = 1024;
// Silero hears voices within about 15 dB of the level it knows: two steps of as much reach voices that are 45 dB below the loudest.
constexpr float louder[] = {6, 36};
// Root mean square after the gain. What is louder for 0.4 s was heard well at a lower gain (music that is clipped sounds like a voice), what is
// fainter is not heard at this one either.
constexpr float loudest = 0.2f, faintest = 0.004f;
// Asked again about the same stretch, Silero has to be surer of some of it: of an hour of real music, a third of a second is taken for speech with
// this, and 3.5 s without.
constexpr float surer = 0.8f;
// Frames: left alone around a span; the least that is heard again, or is speech; those heard ahead of it, from which the network knows what went
// before; and those of 0.4 s.
constexpr int64_t margin = 2, shortest = 5, lead = 31, stretch = 13;
// Shorter pauses between spans vanish when these are widened and joined (libs/speech/src/detect).
constexpr int64_t pause = 22;
// Where hardly anything but silence is in the recording (2 s that are less than 30 dB below the loudest), it may be a single short word: then 0.1 s
// are enough.
constexpr int64_t least_of_all = 3, most_of_a_word = 63;
constexpr float far_below = 0.0316f;

class Ear {
  public:
    Ear(const Silero & silero, ClearWav & wav) : silero(silero), wav(wav), samples(size_t(context_samples + piece * frame_samples)), probabilities(size_t(piece)) {}

    // Hears frames [from, to) and some before them.
    void operator()(Span span, float gain, const std::function<void(int64_t frame, float probability)> & on_frame) {
        const int64_t begin = std::max<int64_t>(0, span.from - lead);
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
    ClearWav & wav;
    std::vector<float> samples, probabilities;
};

// Where nobody was found and something is that a gain makes audible. `found` is sorted.
std::vector<Span> left_over(const std::vector<Span> & found, const std::vector<float> & levels, float gain) {
    const int64_t frames = int64_t(levels.size());
    std::vector<char> open(levels.size(), 1);
    const auto close = [&](int64_t from, int64_t to) { std::fill(open.begin() + std::max<int64_t>(0, from), open.begin() + std::min(frames, to), char(0)); };
    for (size_t i = 0; i < found.size(); ++i) {
        const bool is_pause = i + 1 < found.size() && found[i + 1].from - found[i].to < pause;
        close(found[i].from - margin, is_pause ? found[i + 1].from : found[i].to + margin);
    }
    double power = 0;
    for (int64_t frame = 0; frame < frames; ++frame) {
        const auto square = [&](int64_t at) { return double(levels[size_t(at)]) * levels[size_t(at)]; };
        power += square(frame);
        if (frame >= stretch) power -= square(frame - stretch);
        if (std::sqrt(std::max(0.0, power) / stretch) * gain > loudest) close(frame + 1 - stretch, frame + 1);
    }
    std::vector<Span> spans;
    for (int64_t from = 0, to = 0; from < frames; from = to + 1) {
        bool audible = false;
        for (to = from; to < frames && open[size_t(to)]; ++to) audible = audible || levels[size_t(to)] * gain >= faintest;
        if (audible && to - from >= shortest) spans.push_back({from, to});
    }
    return spans;
}

bool is_brief(const std::vector<float> & levels) {
    const auto most = std::max_element(levels.begin(), levels.end());
    return most != levels.end() && std::count_if(levels.begin(), levels.end(), [&](float level) { return level > far_below * *most; }) <= most_of_a_word;
}

} // namespace

std::vector<Span> find_speech(const Silero & silero, ClearWav & wav, const std::function<void(double)> & on_progress) {
    const std::vector<float> levels = frame_levels(wav, [&] { on_progress(0); });
    const int64_t frames = int64_t(levels.size());
    const float gain = speech_gain(levels);
    Ear ear(silero, wav);
    const auto hear = [&](const Span & span, float loudness, const std::function<void(float)> & on_probability, double done, double part) {
        on_progress(done + part * double(span.from) / double(frames));
        ear(span, loudness, [&](int64_t frame, float probability) {
            on_probability(probability);
            if (frame % piece == 0) on_progress(done + part * double(frame) / double(frames));
        });
    };
    SpeechSpans spans, brief(least_of_all);
    hear({0, frames}, gain, [&](float probability) {
        spans.add(probability);
        brief.add(probability);
    }, 0, 0.6);
    std::vector<Span> found = spans.finish();
    double done = 0.6;
    for (const float more : louder) {
        const float now = std::min(most_gain, gain * more);
        if (now <= gain) break;
        std::vector<Span> fainter;
        for (const Span & span : left_over(found, levels, now)) {
            SpeechSpans within;
            std::vector<float> probabilities;
            hear(span, now, [&](float probability) {
                within.add(probability);
                probabilities.push_back(probability);
            }, done, 0.2);
            for (const Span & one : within.finish())
                if (std::count_if(&probabilities[size_t(one.from)], &probabilities[0] + one.to, [](float value) { return value > surer; }) >= shortest)
                    fainter.push_back({one.from + span.from, one.to + span.from});
        }
        found.insert(found.end(), fainter.begin(), fainter.end());
        std::sort(found.begin(), found.end(), [](const Span & a, const Span & b) { return a.from < b.from; });
        done += 0.2;
        if (now == most_gain) break;
    }
    return found.empty() && is_brief(levels) ? brief.finish() : found;
}
