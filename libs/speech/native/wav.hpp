// Reads slices of a 16 kHz mono 16-bit WAV by sample index, so that an hour-long file costs no memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace whisper_bot {

class Wav {
  public:
    explicit Wav(const std::string & path) : file(path, std::ios::binary) {
        if (!file) throw std::runtime_error("cannot open the recording: " + std::string(std::strerror(errno)));
        char riff[12];
        if (!file.read(riff, 12) || std::memcmp(riff, "RIFF", 4) != 0 || std::memcmp(riff + 8, "WAVE", 4) != 0)
            throw std::runtime_error("not a WAV file");
        char header[8];
        bool known = false;
        while (file.read(header, 8)) {
            const uint32_t size = word32(header + 4);
            if (std::memcmp(header, "fmt ", 4) == 0) {
                char format[16];
                if (size < 16 || !file.read(format, 16)) break;
                if (word16(format + 2) != 1 || word32(format + 4) != 16000 || word16(format + 14) != 16)
                    throw std::runtime_error("not 16 kHz mono 16-bit PCM");
                known = true;
                file.seekg(size - 16 + (size & 1), std::ios::cur);
            } else if (std::memcmp(header, "data", 4) == 0) {
                if (!known) break;
                data = file.tellg();
                file.seekg(0, std::ios::end);
                // A streamed file has 0 or 4 GiB here; the end of the file counts then.
                const int64_t rest = int64_t(file.tellg()) - data;
                total = std::min<int64_t>(rest, size == 0 ? rest : size) / 2;
                if (size == 0xFFFFFFFFu) total = rest / 2;
                return;
            } else {
                file.seekg(size + (size & 1), std::ios::cur);
            }
        }
        throw std::runtime_error("the WAV file has no samples");
    }

    // Samples [from, to) as floats in [-1, 1); what lies past the end of the file is silence.
    void read(int64_t from, int64_t to, float * target) {
        std::fill(target, target + (to - from), 0.0f);
        const int64_t count = std::min(to, total) - from;
        if (count <= 0) return;
        std::vector<char> bytes(size_t(count) * 2);
        file.clear();
        file.seekg(data + from * 2);
        file.read(bytes.data(), std::streamsize(bytes.size()));
        const int64_t got = file.gcount() / 2;
        for (int64_t i = 0; i < got; ++i) target[i] = float(int16_t(word16(&bytes[size_t(i) * 2]))) / 32768.0f;
    }

    // Samples.
    int64_t length() const { return total; }

  private:
    static uint16_t word16(const char * at) { return uint16_t(uint8_t(at[0]) | uint8_t(at[1]) << 8); }
    static uint32_t word32(const char * at) { return uint32_t(word16(at)) | uint32_t(word16(at + 2)) << 16; }

    std::ifstream file;
    int64_t data = 0;
    int64_t total = 0;
};

} // namespace whisper_bot
