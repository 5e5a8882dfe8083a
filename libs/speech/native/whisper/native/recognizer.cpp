// Our own Whisper engine: matrix products by oneDNN, several windows decoded in a batch, words aligned by the cross
// attention of the decoding itself.
#include "../recognizer.hpp"

#include "align.hpp"
#include "encoder.hpp"
#include "alignment-heads.hpp"
#include "decode.hpp"
#include "greedy.hpp"

#include <whisper.h>

#include <omp.h>

#include <chrono>
#include <cmath>
#include <mutex>

namespace whisper_bot::whisper {

namespace {

constexpr double seconds_a_position = 0.02;
// Whisper was trained on 30 s with silence at the end. The encoder gets this many positions of silence after a short
// input, without which it hallucinates; a longer input is padded to 30 s: with less it drops a sentence now and then,
// and punctuation (docs/adr/0008-whisper-engine.md).
constexpr int64_t silence = 100, short_sound = 450;
// Width from which on a decoder reads its weights with several threads.
constexpr int wide = 1024;
// Memory for the caches of the windows decoded in one batch, bytes per thread.
constexpr size_t room_for_windows = 75'000'000;

// Progress over all windows: encoder layers, and tokens as if every text were of usual length.
class Progress {
  public:
    Progress(size_t windows, int layers, const Monitor & to)
        : monitor(to), total(double(windows) * (layers + decoding(layers))), layers(layers) {}
    void add(double share) {
        const std::lock_guard<std::mutex> lock(mutex);
        done += share;
        if (monitor.progress) monitor.progress(std::min(1.0, done / total));
    }
    double decoded(size_t windows) const { return double(windows) * decoding(layers); }

  private:
    static double decoding(int layers) { return 0.6 * layers; }
    const Monitor & monitor;
    const double total;
    const int layers;
    double done = 0;
    std::mutex mutex;
};

template <class E> class Native : public Recognizer {
  public:
    Native(const WeightFile & file, int cores)
        : vocabulary(file.vocabulary), all_positions(file.shape.audio_context), encoder(file, cores),
          decoder(file,
                  alignment_heads(published(file.shape.vocabulary, file.shape.audio_layers, file.shape.text_layers),
                                  file.shape),
                  cores),
          threads(cores) {}

    bool multilingual() const override { return vocabulary.multilingual; }
    std::string engine() const override {
        const auto * version = dnnl::version();
        return "native (oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
               std::to_string(version->patch) + ")";
    }

    std::string numbers() const override { return std::is_same_v<E, BFloat16> ? "bfloat16" : "whole numbers"; }

    std::vector<WindowResult> transcribe(const std::string & path, const std::vector<Window> & windows,
                                         const Options & options, const Monitor & monitor) override {
        const Request request = {prompt_of(options), options.timestamps, options.parts, options.full_context};
        std::vector<WindowResult> results(windows.size());
        const size_t workers = std::max<size_t>(1, std::min(windows.size(), size_t(threads)));
        const size_t most = std::max<size_t>(1, room_for_windows / decoder.bytes(all_positions));
        Progress progress(windows.size(), encoder.steps(), monitor);
        const int cores = int(size_t(threads) / workers);
        size_t next = 0;
        std::mutex mutex;
        run_parallel(workers, monitor, [&](size_t, const Monitor & shared) {
            omp_set_num_threads(cores);
            Wav wav(path);
            while (true) {
                size_t from, to;
                {
                    const std::lock_guard<std::mutex> lock(mutex);
                    from = next;
                    to = next = from + std::min(most, (windows.size() - from + workers - 1) / workers);
                }
                if (from == to) return;
                transcribe_some(path, wav, windows, from, to, request, shared, progress, cores, results);
            }
        });
        if (remembered.path == path && !options.keep) remembered = {};
        return results;
    }

    std::vector<Languages> detect_languages(const std::string & path, const Window & window,
                                            const std::vector<Part> & parts, bool full_context,
                                            const Monitor & monitor) override {
        if (!vocabulary.multilingual) return std::vector<Languages>(parts.size() + 1, {{"en", 1.0}});
        omp_set_num_threads(threads);
        Wav wav(path);
        const auto samples = samples_of(wav, window);
        remembered.path.clear();
        encode(samples, positions_for(samples, full_context), threads, monitor, [] {}, remembered.encoded_audio);
        remembered.path = path;
        remembered.window = window;
        remembered.full_context = full_context;
        // The whole window with its trailing silence first, as Whisper was trained.
        auto found =
            languages_of(decoder, vocabulary, {{&remembered.encoded_audio, 0, remembered.encoded_audio.positions}});
        for (Languages & each : languages_by_part(remembered.encoded_audio, parts)) found.push_back(std::move(each));
        return found;
    }

    Inspection inspect(const std::string & path, const Window & window, const Options & options,
                       const std::vector<int> & forced, size_t steps) override {
        using clock = std::chrono::steady_clock;
        const auto seconds = [](clock::duration time) { return std::chrono::duration<double>(time).count(); };
        omp_set_num_threads(threads);
        Wav wav(path);
        const auto samples = samples_of(wav, window);
        Inspection found;
        found.prompt = prompt_of(options);
        found.positions = positions_for(samples, options.full_context);
        found.width = encoder.width();
        EncoderOutput sound;
        const auto begin = clock::now();
        found.encoded = encode(samples, found.positions, threads, {nullptr, [] { return false; }}, [] {}, sound);
        found.encoder_seconds = seconds(clock::now() - begin);
        if (vocabulary.multilingual)
            found.languages = languages_of(decoder, vocabulary, {{&sound, 0, sound.positions}}).front();
        omp_set_num_threads(decoder_threads(threads));
        GreedyDecoding text(decoder, vocabulary, sound, found.prompt, options.timestamps);
        const auto prompted = clock::now();
        found.tokens = forced.empty() ? text.choose(steps) : text.force(forced);
        found.decoder_seconds = seconds(clock::now() - prompted);
        return found;
    }

  private:
    // Positions of the encoder, in steps of 64: products are prepared once per size.
    int64_t positions_for(const std::vector<float> & samples, bool full_context) const {
        const int64_t sound = int64_t(samples.size()) / 320;
        if (full_context || sound > short_sound) return all_positions;
        return std::min(all_positions, (sound + silence + 63) / 64 * 64);
    }

    // Languages of each part by one token that attends to its positions only: the window is encoded anyway.
    std::vector<Languages> languages_by_part(const EncoderOutput & sound, const std::vector<Part> & parts) const {
        if (!vocabulary.multilingual) return std::vector<Languages>(parts.size(), {{"en", 1.0}});
        std::vector<AudioRange> heard;
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
            prompt.push_back(vocabulary.previous);
            prompt.insert(prompt.end(), tokens.begin(), tokens.end());
        }
        prompt.push_back(vocabulary.start);
        if (vocabulary.multilingual) {
            prompt.push_back(vocabulary.language(language));
            prompt.push_back(options.translate ? vocabulary.translate : vocabulary.transcribe);
        }
        if (!options.timestamps) prompt.push_back(vocabulary.no_timestamps);
        return prompt;
    }

    // Returns the encoder's output, positions × width.
    std::vector<float> encode(const std::vector<float> & samples, int64_t positions, int cores, const Monitor & monitor,
                const std::function<void()> & step, EncoderOutput & sound) {
        thread_local Buffer<E> encoded;
        const int64_t size = positions * encoder.width();
        E * const result = encoded.reserve(size_t(size));
        std::vector<float> numbers(static_cast<size_t>(size));
        const auto each = [&] {
            if (monitor.aborted()) throw Aborted();
            step();
        };
        encoder(samples.data(), int64_t(samples.size()), positions, cores, each, result);
        for (int64_t i = 0; i < size; ++i) numbers[size_t(i)] = to_float(result[i]);
        decoder.project(numbers.data(), positions, sound);
        return numbers;
    }

    void transcribe_some(const std::string & path, Wav & wav, const std::vector<Window> & windows, size_t from,
                         size_t to, const Request & request, const Monitor & monitor, Progress & progress, int cores,
                         std::vector<WindowResult> & results) {
        // Not kept for the next call: an idle worker holds no audio.
        std::vector<EncoderOutput> sounds(to - from);
        std::vector<const EncoderOutput *> heard;
        std::vector<int64_t> lengths;
        for (size_t i = from; i < to; ++i) {
            const auto samples = samples_of(wav, windows[i]);
            const bool known = path == remembered.path && windows[i] == remembered.window &&
                               request.full_context == remembered.full_context;
            if (!known)
                encode(samples, positions_for(samples, request.full_context), cores, monitor, [&] { progress.add(1); },
                       sounds[i - from]);
            heard.push_back(known ? &remembered.encoded_audio : &sounds[i - from]);
            lengths.push_back(std::clamp<int64_t>(int64_t(samples.size()) / 320, 1, heard.back()->positions));
        }
        // Most texts have about a hundred tokens.
        const double whole = progress.decoded(to - from), share = whole / 120;
        double told = 0;
        omp_set_num_threads(decoder_threads(cores));
        auto decoded = decode(decoder, vocabulary, heard, request, [&] {
            if (monitor.aborted()) throw Aborted();
            if (told + share > whole) return;
            told += share;
            progress.add(share);
        });
        progress.add(whole - told);
        omp_set_num_threads(cores);
        for (size_t i = from; i < to; ++i) {
            results[i] = result_of(decoded[i - from], heard[i - from]->positions, lengths[i - from]);
            if (i < request.parts.size()) results[i].languages = languages_by_part(*heard[i - from], request.parts[i]);
        }
    }

    // A token of a small model is many small products: a barrier at each would cost more than a second thread gains.
    int decoder_threads(int cores) const { return encoder.width() < wide ? 1 : cores; }

    WindowResult result_of(DecodeResult & decoded, int64_t positions, int64_t length) const {
        WindowResult result;
        result.no_speech = decoded.no_speech;
        const int64_t heads = int64_t(decoder.aligned()), tokens = int64_t(decoded.tokens.size());
        // Only where there was sound.
        std::vector<float> cross_attention(size_t(tokens * heads * length));
        for (int64_t row = 0; row < tokens * heads; ++row)
            std::copy_n(decoded.cross_attention.data() + row * positions, length,
                        cross_attention.data() + row * length);
        const auto starts = align(cross_attention, tokens, heads, length);
        Piece open{"", 0, -1, -1, -1, false};
        for (int64_t i = 0; i < tokens; ++i) {
            const Token & token = decoded.tokens[size_t(i)];
            if (token.id >= vocabulary.first_timestamp) {
                const double time = double(token.id - vocabulary.first_timestamp) * seconds_a_position;
                result.pieces.push_back({"", double(token.log_probability), time, time, -1, true});
            }
            if (token.id >= vocabulary.end) continue;
            const double start = double(starts[size_t(i)]) * seconds_a_position,
                         end = double(starts[size_t(i + 1)]) * seconds_a_position;
            if (open.text.empty()) open = {"", 0, start, end, -1, false};
            open.text += vocabulary.text[size_t(token.id)];
            open.log_probability += double(token.log_probability);
            open.end = open.aligned = end;
            if (incomplete_bytes(open.text) > 0) continue;
            result.pieces.push_back(open);
            open.text.clear();
        }
        return result;
    }

    const Vocabulary vocabulary;
    const int64_t all_positions;
    const Encoder<E> encoder;
    const Decoder decoder;
    const int threads;
    // The window whose language was detected last: its transcription is usually next.
    struct Remembered {
        std::string path;
        Window window;
        bool full_context = false;
        EncoderOutput encoded_audio;
    };
    Remembered remembered;
};

} // namespace

std::unique_ptr<Recognizer> open_native(const RecognizerOptions & setup) {
    const WeightFile file(setup.model);
    omp_set_num_threads(setup.threads);
    // Without AVX-512 BF16, bfloat16 products are slower than those of float.
#if DNNL_VERSION_MAJOR >= 3
    const auto isa = dnnl::get_effective_cpu_isa();
    const bool short_floats = isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx10_1_512 ||
                              isa >= dnnl::cpu_isa::avx512_core_amx;
#else
    const auto isa = dnnl::get_effective_cpu_isa();
    const bool short_floats = isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx512_core_amx;
#endif
    if (short_floats) return std::make_unique<Native<BFloat16>>(file, setup.threads);
    return std::make_unique<Native<float>>(file, setup.threads);
}

} // namespace whisper_bot::whisper
