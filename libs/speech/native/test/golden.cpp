// Compares networks, features and alignment with independent implementations (golden.json, made by
// bench/golden/make.py). Prints one line of JSON: by name, the largest difference that was found.
#include "../child.hpp"
#include "../detect/silero.hpp"
#include "../diarize/embedding.hpp"
#include "../diarize/fbank.hpp"
#include "../diarize/segmentation.hpp"
#include "../wav.hpp"
#include "../whisper/native/align.hpp"
#include "../whisper/native/mel.hpp"

#include <cmath>
#include <fstream>
#include <iostream>

namespace whisper_bot {

namespace {

using Rows = std::vector<std::vector<float>>;

// NaN is the largest difference of all.
double difference(const std::vector<float> & found, const std::vector<float> & golden) {
    if (found.size() != golden.size()) throw std::runtime_error("another number of values");
    double most = 0;
    for (size_t i = 0; i < found.size(); ++i) {
        const double apart = std::fabs(double(found[i]) - golden[i]);
        if (!(apart <= most)) most = apart;
    }
    return most;
}

std::vector<float> first_samples(const std::string & path, int64_t count) {
    std::vector<float> samples(static_cast<size_t>(count));
    Wav(path).read(0, count, samples.data());
    return samples;
}

double speech(const std::string & model, const std::string & wav, const json & golden) {
    const auto probabilities = golden.get<std::vector<float>>();
    const int64_t frames = int64_t(probabilities.size());
    std::vector<float> samples(size_t(detect::context_samples), 0.0f);
    const auto recording = first_samples(wav, frames * detect::frame_samples);
    samples.insert(samples.end(), recording.begin(), recording.end());
    std::vector<float> found(probabilities.size());
    detect::Silero::State state;
    detect::Silero(Network(model))(samples.data(), frames, state, found.data());
    return difference(found, probabilities);
}

// The network was exported with its speakers in some order: ours keeps it.
double speakers(const std::string & model, const std::string & wav, const json & golden) {
    using namespace diarize;
    std::vector<float> found(size_t(window_frames * columns));
    Segmentation{Network(model)}(first_samples(wav, window_samples).data(), 1, found.data());
    double most = 0;
    const auto rows = golden.get<Rows>();
    for (size_t i = 0; i < rows.size(); ++i) {
        const auto row = found.begin() + std::ptrdiff_t(i * 12 * columns);
        most = std::max(most, difference({row, row + columns}, rows[i]));
    }
    return most;
}

std::vector<float> kaldi_features(const std::string & wav) {
    std::vector<int64_t> frames;
    for (int64_t i = 0; i < diarize::frame_count(3 * 16000); ++i) frames.push_back(i);
    return diarize::fbank(first_samples(wav, 3 * 16000).data(), frames);
}

double features(const std::string & wav, const json & golden) {
    const auto found = kaldi_features(wav);
    const auto rows = golden.get<Rows>();
    double most = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
        const auto row =
            found.begin() + std::ptrdiff_t(std::array<size_t, 4>{0, 41, 150, 297}.at(i) * diarize::mel_bins);
        most = std::max(most, difference({row, row + diarize::mel_bins}, rows[i]));
    }
    return most;
}

// One less the cosine.
double embedding(const std::string & model, const std::string & wav, const json & golden) {
    const auto given = kaldi_features(wav);
    const auto found =
        diarize::EmbeddingNetwork(Network(model))(given.data(), int64_t(given.size()) / diarize::mel_bins);
    double cosine = 0;
    for (size_t i = 0; i < found.size(); ++i) cosine += double(found[i]) * golden.at(i).get<double>();
    return 1 - cosine;
}

double spectrogram(const std::string & wav, const json & golden) {
    constexpr int mels = 20, bins = 201;
    constexpr int64_t frames = 250;
    std::vector<float> filters(size_t(mels * bins));
    for (int filter = 0; filter < mels; ++filter)
        for (int bin = 0; bin < bins; ++bin)
            filters[size_t(filter * bins + bin)] = std::max(0.0f, 1 - float(std::abs(bin - 10 * filter)) / 10);
    const auto samples = first_samples(wav, 2 * 16000);
    std::vector<float> found(size_t(frames * mels));
    whisper::Mel(filters, mels)(samples.data(), int64_t(samples.size()), frames, found.data());
    double most = 0;
    const auto rows = golden.get<Rows>();
    for (size_t i = 0; i < rows.size(); ++i) {
        const auto row = found.begin() + std::ptrdiff_t(std::array<size_t, 6>{0, 1, 57, 120, 199, 230}.at(i) * mels);
        most = std::max(most, difference({row, row + mels}, rows[i]));
    }
    return most;
}

// In positions.
double starts(const json & attention, const json & golden) {
    std::vector<float> weights;
    for (const auto & token : attention.get<std::vector<Rows>>())
        for (const auto & head : token) weights.insert(weights.end(), head.begin(), head.end());
    const int64_t tokens = int64_t(attention.size()), heads = int64_t(attention[0].size());
    const auto found = whisper::align(weights, tokens, heads, int64_t(attention[0][0].size()));
    return difference({found.begin(), found.end() - 1}, golden.get<std::vector<float>>());
}

} // namespace

} // namespace whisper_bot

int main(int argc, char ** argv) {
    using namespace whisper_bot;
    if (argc != 4) {
        std::cerr << "usage: golden MODELS RECORDING GOLDEN\n";
        return 2;
    }
    const std::string models = argv[1], wav = argv[2];
    const json golden = json::parse(std::ifstream(argv[3]));
    const json found = {
        {"speech", speech(models + "/silero_vad.onnx", wav, golden.at("speech"))},
        {"speakers", speakers(models + "/pyannote-segmentation-3.0.onnx", wav, golden.at("speakers"))},
        {"features", features(wav, golden.at("features"))},
        {"embedding", embedding(models + "/3dspeaker-campplus-zh-en-advanced.onnx", wav, golden.at("embedding"))},
        {"spectrogram", spectrogram(wav, golden.at("spectrogram"))},
        {"starts", starts(golden.at("attention"), golden.at("starts"))},
    };
    std::cout << found << "\n";
}
