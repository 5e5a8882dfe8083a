// Whisper's weights as whisper.cpp's files hold them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace whisper_bot::whisper {

struct Shape {
    int32_t vocabulary, audio_context, audio_state, audio_heads, audio_layers, text_context, text_state, text_heads,
        text_layers, mels;
};

// Tokens, the special ones by name.
struct Vocabulary {
    std::vector<std::string> text;
    std::unordered_map<std::string, int> id;
    bool multilingual;
    int languages;
    int end, start, translate, transcribe, previous, no_speech, no_timestamps, first_timestamp;
    int language(int index) const { return start + 1 + index; }
    // Greedy: the longest token first, as whisper.cpp does; spaces begin words.
    std::vector<int> tokens_of(const std::string & text) const;
};

// Rows of a tensor that stays in its file: the embedding would be a sixth of the memory of all weights, and decoding
// reads a few rows a second. The file stays open; replacing the model creates another file.
class TensorRows {
  public:
    TensorRows(const std::string & path, int64_t offset, int32_t type, int64_t width);
    TensorRows(TensorRows && other) noexcept;
    ~TensorRows();
    // A row as floats. Several threads may read at once. Throws std::runtime_error where the file breaks off.
    void read(int64_t row, float * values) const;

  private:
    int file;
    int64_t offset, width;
    int32_t type;
    size_t row_bytes;
};

class WeightFile {
  public:
    // Throws std::runtime_error where the file is not whisper.cpp's or breaks off.
    explicit WeightFile(const std::string & path);

    Shape shape;
    Vocabulary vocabulary;
    // [mels][bins], row by row.
    std::vector<float> filters;
    int bins;

    // A tensor as floats, row by row. Throws std::runtime_error where there is none.
    std::vector<float> tensor(const std::string & name) const;
    bool has(const std::string & name) const { return places.count(name) > 0; }

    // A tensor whose rows are read one at a time.
    TensorRows rows(const std::string & name, int64_t width) const;

  private:
    struct Place {
        int64_t offset;
        int32_t type;
        int64_t elements;
    };
    const Place & place_of(const std::string & name) const;
    std::string path;
    std::map<std::string, Place> places;
};

} // namespace whisper_bot::whisper
