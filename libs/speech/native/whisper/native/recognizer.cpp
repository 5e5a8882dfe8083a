// Whisper by our own driver: matrix products by oneDNN, several windows decoded side by side, words aligned by what the decoder
// looked at while it wrote them.
#include "../recognizer.hpp"

#include "align.hpp"
#include "encoder.hpp"
#include "gazers.hpp"
#include "write.hpp"

#include <whisper.h>

#include <omp.h>

#include <cmath>
#include <mutex>

namespace {

constexpr double seconds_a_position = 0.02;
// Whisper learned on 30 s with silence at the end. Of a short sound the encoder is shown so many positions of silence, without which it goes on
// writing what nobody says; of a longer one all 30 s: with less it leaves out a sentence now and then, and punctuation
// (docs/adr/0008-whisper-engine.md).
constexpr int64_t silence = 100, short_sound = 450;
// Memory for what the windows decoded side by side are remembered by, bytes a thread.
constexpr size_t room_for_windows = 75'000'000;

// How far all windows together have come; each counts layers of the encoder, and tokens as if all were as long as usual.
class Progress {
  public:
    Progress(size_t windows, int layers, const Watch & to) : watch(to), total(double(windows) * (layers + decoding(layers))), layers(layers) {}
    void add(double share) {
        const std::lock_guard<std::mutex> lock(mutex);
        done += share;
        if (watch.progress) watch.progress(std::min(1.0, done / total));
    }
    double decoded(size_t windows) const { return double(windows) * decoding(layers); }

  private:
    static double decoding(int layers) { return 0.6 * layers; }
    const Watch & watch;
    const double total;
    const int layers;
    double done = 0;
    std::mutex mutex;
};

template <class E> class Native : public Recognizer {
  public:
    Native(const WeightFile & file, int cores)
        : vocabulary(file.vocabulary), all_positions(file.shape.audio_context), encoder(file),
          decoder(file, gazers_of(published(file.shape.vocabulary, file.shape.audio_layers, file.shape.text_layers), file.shape)), threads(cores) {}

    bool multilingual() const override { return vocabulary.multilingual; }
    std::string engine() const override {
        const auto * version = dnnl::version();
        return "native (oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->patch) + ")";
    }

    std::string numbers() const override { return std::is_same_v<E, Bf16> ? "bfloat16" : "whole numbers"; }

    std::vector<Hearing> hear(const std::string & path, const std::vector<Window> & windows, const Options & options, const Watch & watch) override {
        const Request request = {prompt_of(options), options.timestamps, options.parts};
        std::vector<Hearing> hearings(windows.size());
        const size_t hands = std::max<size_t>(1, std::min(windows.size(), size_t(threads)));
        const size_t most = std::max<size_t>(1, room_for_windows / decoder.bytes(all_positions));
        Progress progress(windows.size(), encoder.steps(), watch);
        const int cores = int(size_t(threads) / hands);
        size_t next = 0;
        std::mutex mutex;
        side_by_side(hands, watch, [&](size_t, const Watch & shared) {
            omp_set_num_threads(cores);
            Wav wav(path);
            while (true) {
                size_t from, to;
                {
                    const std::lock_guard<std::mutex> lock(mutex);
                    from = next;
                    to = next = from + std::min(most, (windows.size() - from + hands - 1) / hands);
                }
                if (from == to) return;
                hear_some(path, wav, windows, from, to, request, shared, progress, cores, hearings);
            }
        });
        if (remembered.path == path) remembered = {};
        return hearings;
    }

    std::vector<Languages> detect(const std::string & path, const Window & window, const std::vector<Part> & parts, const Watch & watch) override {
        if (!vocabulary.multilingual) return std::vector<Languages>(parts.size() + 1, {{"en", 1.0}});
        omp_set_num_threads(threads);
        Wav wav(path);
        const auto samples = samples_of(wav, window);
        remembered.path.clear();
        listen(samples, positions_for(samples), threads, watch, [] {}, remembered.sound);
        remembered.path = path;
        remembered.window = window;
        // The whole window with the silence behind it first: so Whisper learned it.
        auto found = languages_of(decoder, vocabulary, {{&remembered.sound, 0, remembered.sound.positions}});
        for (Languages & each : languages_by_part(remembered.sound, parts)) found.push_back(std::move(each));
        return found;
    }

  private:
    // How far the encoder looks: in steps of 64, for which products are prepared once each.
    int64_t positions_for(const std::vector<float> & samples) const {
        const int64_t sound = int64_t(samples.size()) / 320;
        return sound > short_sound ? all_positions : std::min(all_positions, (sound + silence + 63) / 64 * 64);
    }

    // What a part is spoken in, by one token that attends to nothing but its positions: the window is encoded anyway.
    std::vector<Languages> languages_by_part(const Sound & sound, const std::vector<Part> & parts) const {
        if (!vocabulary.multilingual) return std::vector<Languages>(parts.size(), {{"en", 1.0}});
        std::vector<Heard> heard;
        for (const Part & part : parts) {
            const int64_t first = std::clamp<int64_t>(part.from / 320, 0, sound.positions - 1);
            heard.push_back({&sound, first, std::clamp<int64_t>((part.to + 319) / 320, first + 1, sound.positions)});
        }
        return heard.empty() ? std::vector<Languages>() : languages_of(decoder, vocabulary, heard);
    }

    std::vector<int> prompt_of(const Options & options) const {
        const int language = whisper_lang_id(options.language.c_str());
        if (language < 0 || language >= vocabulary.languages) throw UnknownLanguage(options.language);
        std::vector<int> prompt;
        if (!options.prompt.empty()) {
            auto tokens = vocabulary.tokens_of(" " + options.prompt);
            const size_t most = size_t(decoder.context()) / 2 - 8;
            if (tokens.size() > most) tokens.erase(tokens.begin(), tokens.end() - int64_t(most));
            prompt.push_back(vocabulary.before);
            prompt.insert(prompt.end(), tokens.begin(), tokens.end());
        }
        prompt.push_back(vocabulary.start);
        if (vocabulary.multilingual) {
            prompt.push_back(vocabulary.language(language));
            prompt.push_back(options.translate ? vocabulary.translate : vocabulary.transcribe);
        }
        if (!options.timestamps) prompt.push_back(vocabulary.no_marks);
        return prompt;
    }

    void listen(const std::vector<float> & samples, int64_t positions, int cores, const Watch & watch, const std::function<void()> & step, Sound & sound) {
        thread_local Buffer<E> encoded;
        thread_local Buffer<float> heard;
        const int64_t size = positions * encoder.width();
        E * const result = encoded.reserve(size_t(size));
        float * const numbers = heard.reserve(size_t(size));
        const auto each = [&] {
            if (watch.aborted()) throw Aborted();
            step();
        };
        encoder(samples.data(), int64_t(samples.size()), positions, cores, each, result);
        for (int64_t i = 0; i < size; ++i) numbers[i] = value_of(result[i]);
        decoder.listen(numbers, positions, sound);
    }

    void hear_some(const std::string & path, Wav & wav, const std::vector<Window> & windows, size_t from, size_t to, const Request & request,
                   const Watch & watch, Progress & progress, int cores, std::vector<Hearing> & hearings) {
        // Not kept for the next call: an idle worker need not hold what its last windows sounded like.
        std::vector<Sound> sounds(to - from);
        std::vector<const Sound *> heard;
        std::vector<int64_t> lengths;
        for (size_t i = from; i < to; ++i) {
            const auto samples = samples_of(wav, windows[i]);
            const bool known = path == remembered.path && windows[i] == remembered.window;
            if (!known) listen(samples, positions_for(samples), cores, watch, [&] { progress.add(1); }, sounds[i - from]);
            heard.push_back(known ? &remembered.sound : &sounds[i - from]);
            lengths.push_back(std::clamp<int64_t>(int64_t(samples.size()) / 320, 1, heard.back()->positions));
        }
        // Most texts end after a hundred tokens or so.
        const double whole = progress.decoded(to - from), share = whole / 120;
        double told = 0;
        // A token is many small products: waiting for another thread at each would cost more than it helps.
        omp_set_num_threads(1);
        auto written = write(decoder, vocabulary, heard, request, [&] {
            if (watch.aborted()) throw Aborted();
            if (told + share > whole) return;
            told += share;
            progress.add(share);
        });
        progress.add(whole - told);
        omp_set_num_threads(cores);
        for (size_t i = from; i < to; ++i) {
            hearings[i] = hearing_of(written[i - from], heard[i - from]->positions, lengths[i - from]);
            if (i < request.parts.size()) hearings[i].languages = languages_by_part(*heard[i - from], request.parts[i]);
        }
    }

    Hearing hearing_of(Written & written, int64_t positions, int64_t length) const {
        Hearing hearing;
        hearing.no_speech = written.no_speech;
        const int64_t heads = int64_t(decoder.aligned()), tokens = int64_t(written.tokens.size());
        // Only where there was sound.
        std::vector<float> gaze(size_t(tokens * heads * length));
        for (int64_t row = 0; row < tokens * heads; ++row)
            std::copy_n(written.gaze.data() + row * positions, length, gaze.data() + row * length);
        const auto starts = align(gaze, tokens, heads, length);
        Piece open{"", 0, -1, -1, -1, false};
        for (int64_t i = 0; i < tokens; ++i) {
            const Token & token = written.tokens[size_t(i)];
            if (token.id >= vocabulary.first_mark) {
                const double time = double(token.id - vocabulary.first_mark) * seconds_a_position;
                hearing.pieces.push_back({"", double(token.log_probability), time, time, -1, true});
            }
            if (token.id >= vocabulary.end) continue;
            const double start = double(starts[size_t(i)]) * seconds_a_position, end = double(starts[size_t(i + 1)]) * seconds_a_position;
            if (open.text.empty()) open = {"", 0, start, end, -1, false};
            open.text += vocabulary.text[size_t(token.id)];
            open.log_probability += double(token.log_probability);
            open.end = open.aligned = end;
            if (unfinished(open.text) > 0) continue;
            hearing.pieces.push_back(open);
            open.text.clear();
        }
        return hearing;
    }

    const Vocabulary vocabulary;
    const int64_t all_positions;
    const Encoder<E> encoder;
    const Decoder decoder;
    const int threads;
    // The sound whose language was asked for last: a note's words are asked for next.
    struct Remembered {
        std::string path;
        Window window;
        Sound sound;
    };
    Remembered remembered;
};

} // namespace

std::unique_ptr<Recognizer> open_native(const Setup & setup) {
    const WeightFile file(setup.model);
    // Before AVX-512 BF16 products of bfloat16 are slower than those of float.
#if DNNL_VERSION_MAJOR >= 3
    const auto isa = dnnl::get_effective_cpu_isa();
    const bool short_floats = isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx10_1_512 || isa >= dnnl::cpu_isa::avx512_core_amx;
#else
    const auto isa = dnnl::get_effective_cpu_isa();
    const bool short_floats = isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx512_core_amx;
#endif
    if (short_floats) return std::make_unique<Native<Bf16>>(file, setup.threads);
    return std::make_unique<Native<float>>(file, setup.threads);
}
