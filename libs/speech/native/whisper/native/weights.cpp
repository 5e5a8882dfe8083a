#include "weights.hpp"

#include <ggml.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace whisper_bot::whisper {

namespace {

constexpr uint32_t magic = 0x67676d6c;

template <class T> T take(std::ifstream & file) {
    T value{};
    if (!file.read(reinterpret_cast<char *>(&value), sizeof value))
        throw std::runtime_error("the model's file breaks off");
    return value;
}

// whisper.cpp's numbering: after the text come end, start, the languages, then tasks and timestamps.
void find_special(Vocabulary & vocabulary, int size) {
    vocabulary.multilingual = size >= 51865;
    vocabulary.languages = vocabulary.multilingual ? size - 51765 - 1 : 99;
    vocabulary.end = vocabulary.multilingual ? 50257 : 50256;
    vocabulary.start = vocabulary.end + 1;
    const int shift = vocabulary.multilingual ? vocabulary.languages - 98 : 0;
    vocabulary.translate = 50357 + shift;
    vocabulary.transcribe = 50358 + shift;
    vocabulary.previous = 50360 + shift;
    vocabulary.no_speech = 50361 + shift;
    vocabulary.no_timestamps = 50362 + shift;
    vocabulary.first_timestamp = 50363 + shift;
}

// Half precision to floats; GGML's own loop is compiled for any processor. No weight is infinite.
void halves_to_floats(const char * bytes, int64_t count, float * values) {
    // The exponent's bias is 112 greater.
    constexpr float bias = 5192296858534827628530496329220096.0f;
    for (int64_t i = 0; i < count; ++i) {
        uint16_t half;
        std::memcpy(&half, bytes + 2 * i, sizeof half);
        const uint32_t bits = uint32_t(half & 0x7FFF) << 13;
        float value;
        std::memcpy(&value, &bits, sizeof value);
        value *= bias;
        values[i] = (half & 0x8000) != 0 ? -value : value;
    }
}

// `bytes` hold that many numbers of a type of GGML's.
void to_floats(const char * bytes, int32_t type, int64_t count, float * values) {
    if (type == GGML_TYPE_F32) {
        std::memcpy(values, bytes, size_t(count) * sizeof(float));
        return;
    }
    if (type == GGML_TYPE_F16) {
        halves_to_floats(bytes, count, values);
        return;
    }
    const auto * traits = ggml_get_type_traits(ggml_type(type));
    if (traits->to_float == nullptr) throw std::runtime_error("the model's weights are in a form that is not known");
    traits->to_float(bytes, values, count);
}

} // namespace

WeightFile::WeightFile(const std::string & from) : path(from) {
    std::ifstream file(path, std::ios::binary);
    if (!file || take<uint32_t>(file) != magic) throw std::runtime_error("not a model of whisper.cpp: " + path);
    for (int32_t * each :
         {&shape.vocabulary, &shape.audio_context, &shape.audio_state, &shape.audio_heads, &shape.audio_layers,
          &shape.text_context, &shape.text_state, &shape.text_heads, &shape.text_layers, &shape.mels})
        *each = take<int32_t>(file);
    take<int32_t>(file);
    const int mels = take<int32_t>(file);
    bins = take<int32_t>(file);
    if (mels != shape.mels || bins != 201 || shape.audio_state != shape.audio_heads * 64 ||
        shape.text_state != shape.audio_state)
        throw std::runtime_error("this model has a shape that is not known: " + path);
    filters.resize(size_t(mels) * size_t(bins));
    for (float & each : filters) each = take<float>(file);

    const int32_t words = take<int32_t>(file);
    for (int32_t i = 0; i < words; ++i) {
        std::string text(take<uint32_t>(file), '\0');
        file.read(text.data(), std::streamsize(text.size()));
        vocabulary.id.emplace(text, i);
        vocabulary.text.push_back(std::move(text));
    }
    find_special(vocabulary, shape.vocabulary);
    vocabulary.text.resize(size_t(shape.vocabulary));

    while (file.peek() != std::ifstream::traits_type::eof()) {
        const int32_t dimensions = take<int32_t>(file), length = take<int32_t>(file), type = take<int32_t>(file);
        if (dimensions < 1 || dimensions > 4 || length < 1 || length > 200 || type < 0 || type >= GGML_TYPE_COUNT)
            throw std::runtime_error("the model's file is damaged: " + path);
        int64_t elements = 1, first = 1;
        for (int32_t i = 0; i < dimensions; ++i) {
            const int32_t size = take<int32_t>(file);
            if (i == 0) first = size;
            elements *= size;
        }
        std::string name(size_t(length), '\0');
        file.read(name.data(), length);
        const int64_t bytes = int64_t(ggml_row_size(ggml_type(type), first)) * (elements / std::max<int64_t>(first, 1));
        places.emplace(name, Place{int64_t(file.tellg()), type, elements});
        file.seekg(bytes, std::ios::cur);
    }
}

const WeightFile::Place & WeightFile::place_of(const std::string & name) const {
    const auto found = places.find(name);
    if (found == places.end()) throw std::runtime_error("the model lacks " + name + ": " + path);
    return found->second;
}

std::vector<float> WeightFile::tensor(const std::string & name) const {
    const auto & [offset, type, elements] = place_of(name);
    std::vector<char> bytes(ggml_row_size(ggml_type(type), elements));
    std::ifstream file(path, std::ios::binary);
    file.seekg(offset);
    if (!file.read(bytes.data(), std::streamsize(bytes.size())))
        throw std::runtime_error("the model's file breaks off: " + path);
    std::vector<float> values(static_cast<size_t>(elements));
    to_floats(bytes.data(), type, elements, values.data());
    return values;
}

TensorRows WeightFile::rows(const std::string & name, int64_t width) const {
    const auto & place = place_of(name);
    return {path, place.offset, place.type, width};
}

TensorRows::TensorRows(const std::string & path, int64_t from, int32_t kind, int64_t wide)
    : file(open(path.c_str(), O_RDONLY | O_CLOEXEC)), offset(from), width(wide), type(kind),
      row_bytes(ggml_row_size(ggml_type(kind), wide)) {
    if (file < 0) throw std::runtime_error("the model's file cannot be opened: " + path);
}

TensorRows::TensorRows(TensorRows && other) noexcept
    : file(std::exchange(other.file, -1)), offset(other.offset), width(other.width), type(other.type),
      row_bytes(other.row_bytes) {}

TensorRows::~TensorRows() {
    if (file >= 0) close(file);
}

void TensorRows::read(int64_t row, float * values) const {
    thread_local std::vector<char> bytes;
    bytes.resize(row_bytes);
    if (pread(file, bytes.data(), row_bytes, offset + row * int64_t(row_bytes)) != ssize_t(row_bytes))
        throw std::runtime_error("the model's file breaks off");
    to_floats(bytes.data(), type, width, values);
}

std::vector<int> Vocabulary::tokens_of(const std::string & given) const {
    std::vector<int> tokens;
    for (size_t at = 0; at < given.size();) {
        size_t length = std::min<size_t>(given.size() - at, 40);
        // A token does not cross the border to the next word.
        const size_t space = given.find(' ', at + 1);
        if (space != std::string::npos) length = std::min(length, space - at);
        auto found = id.end();
        for (; length > 0 && found == id.end(); --length) {
            found = id.find(given.substr(at, length));
            if (found != id.end()) {
                tokens.push_back(found->second);
                at += length;
                break;
            }
        }
        if (found == id.end()) ++at;
    }
    return tokens;
}

} // namespace whisper_bot::whisper
