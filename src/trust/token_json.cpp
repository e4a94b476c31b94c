// SPDX-License-Identifier: MIT
#include "trust/token_json.hpp"

#include <string>
#include <vector>

namespace dd::trust {
namespace {

using nlohmann::json;

// The library's own builder takes the last of two equal keys; a gateway in front of us may take the first.
class TokenBuilder final : public nlohmann::json_sax<json> {
 public:
  explicit TokenBuilder(json& root) : root_(root) {}

  bool null() override { return add(json(nullptr)); }
  bool boolean(bool value) override { return add(json(value)); }
  bool number_integer(number_integer_t value) override { return add(json(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add(json(value)); }
  bool number_float(number_float_t value, const string_t&) override { return add(json(value)); }
  bool string(string_t& value) override { return add(json(std::move(value))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool key(string_t& name) override {
    auto [member, inserted] = open_.back()->get_ref<json::object_t&>().try_emplace(std::move(name), nullptr);
    member_ = &member->second;
    return inserted;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  json* place(json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_array()) {
      auto& elements = open_.back()->get_ref<json::array_t&>();
      elements.push_back(std::move(value));
      return &elements.back();
    }
    *member_ = std::move(value);
    return member_;
  }
  bool add(json value) {
    if (open_.empty() || ++values_ > kMaxTokenValues) return false;
    place(std::move(value));
    return true;
  }
  bool open(json value) {
    if (open_.size() >= kMaxTokenDepth || ++values_ > kMaxTokenValues) return false;
    open_.push_back(place(std::move(value)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  json& root_;
  std::vector<json*> open_;
  json* member_ = nullptr;
  std::size_t values_ = 0;
};

}  // namespace

std::optional<json> parse_token_object(std::string_view text) {
  json root;
  TokenBuilder builder(root);
  if (!json::sax_parse(text.begin(), text.end(), &builder) || !root.is_object()) return std::nullopt;
  return std::optional<json>(std::in_place, std::move(root));
}

}  // namespace dd::trust
