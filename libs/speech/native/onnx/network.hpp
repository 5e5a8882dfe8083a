// The nodes of an ONNX file in order, with their weights.
#pragma once

#include <onnx/onnx.pb.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace whisper_bot {

class Network {
  public:
    // Throws std::runtime_error where the file cannot be read.
    explicit Network(const std::string & path);
    Network(const Network &) = delete;
    Network & operator=(const Network &) = delete;

    // The next node of a kind; its inputs that are weights are given by the functions below. Throws where there are no
    // more.
    const onnx::Node & next(const std::string & kind);
    // The node's n-th input, of the expected shape. Throws std::runtime_error where the shape differs: an unknown
    // network.
    std::vector<float> weights(const onnx::Node & node, int input, std::initializer_list<int64_t> shape) const;
    std::vector<float> weights(const std::string & name, std::initializer_list<int64_t> shape) const;
    bool has_weights(const onnx::Node & node, int input) const;

  private:
    const onnx::Tensor & tensor(const onnx::Node & node, int input) const;

    onnx::Model model;
    std::map<std::string, const onnx::Tensor *> tensors;
    std::map<std::string, int> reached;
};

} // namespace whisper_bot
