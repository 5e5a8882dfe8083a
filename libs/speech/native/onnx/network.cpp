#include "network.hpp"

#include <cstring>
#include <fstream>
#include <stdexcept>

namespace whisper_bot {

namespace {

constexpr int float_type = 1;

std::vector<float> numbers_of(const onnx::Tensor & tensor, std::initializer_list<int64_t> shape) {
    const bool fits = std::equal(tensor.dims().begin(), tensor.dims().end(), shape.begin(), shape.end());
    size_t count = 1;
    for (const int64_t size : shape) count *= size_t(size);
    if (!fits || tensor.data_type() != float_type || tensor.raw_data().size() != count * sizeof(float))
        throw std::runtime_error("the network is of another kind: " + tensor.name());
    std::vector<float> numbers(count);
    std::memcpy(numbers.data(), tensor.raw_data().data(), count * sizeof(float));
    return numbers;
}

} // namespace

Network::Network(const std::string & path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot open the network " + path + ": " + std::strerror(errno));
    if (!model.ParseFromIstream(&file)) throw std::runtime_error("not an ONNX file: " + path);
    for (const onnx::Tensor & tensor : model.graph().initializer()) tensors[tensor.name()] = &tensor;
}

const onnx::Node & Network::next(const std::string & kind) {
    const auto & nodes = model.graph().node();
    for (int & at = reached[kind]; at < nodes.size();)
        if (nodes[at++].op_type() == kind) return nodes[at - 1];
    throw std::runtime_error("the network is of another kind: no more " + kind);
}

bool Network::has_weights(const onnx::Node & node, int input) const {
    return input < node.input_size() && tensors.count(node.input(input)) > 0;
}

const onnx::Tensor & Network::tensor(const onnx::Node & node, int input) const {
    if (!has_weights(node, input)) throw std::runtime_error("the network is of another kind: a node without weights");
    return *tensors.at(node.input(input));
}

std::vector<float> Network::weights(const onnx::Node & node, int input, std::initializer_list<int64_t> shape) const {
    return numbers_of(tensor(node, input), shape);
}

std::vector<float> Network::weights(const std::string & name, std::initializer_list<int64_t> shape) const {
    const auto found = tensors.find(name);
    if (found == tensors.end()) throw std::runtime_error("the network is of another kind: no " + name);
    return numbers_of(*found->second, shape);
}

} // namespace whisper_bot
