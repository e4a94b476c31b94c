// SPDX-License-Identifier: MIT
#include "api/json.hpp"

#include <fmt/format.h>
#include <optional>
#include <vector>

namespace dd::api {
namespace {

// Builds the document from the parser's events. The library's own builder accepts any depth and lets the last of two
// equal keys win, so a proxy in front of us and we could read two different requests out of one text.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(Json& root) : root_(root) {}

  Error problem() const { return problem_.value_or(make_error(Errc::kInvalidArgument, "the body is not valid JSON")); }

  bool null() override { return add(Json(nullptr)); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override { return add(Json(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add(Json(value)); }
  bool number_float(number_float_t value, const string_t&) override { return add(Json(value)); }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t&) override { return fail("binary values are not JSON"); }

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool key(string_t& name) override {
    auto [member, inserted] = open_.back()->get_ref<Json::object_t&>().try_emplace(std::move(name), nullptr);
    if (!inserted) return fail("a key appears twice in one object");
    member_ = &member->second;
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    return fail(fmt::format("the body is not valid JSON near byte {}", position));
  }

 private:
  Json* place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_array()) {
      auto& elements = open_.back()->get_ref<Json::array_t&>();
      elements.push_back(std::move(value));
      return &elements.back();
    }
    *member_ = std::move(value);
    return member_;
  }
  bool add(Json value) {
    if (++values_ > kMaxJsonValues) return fail("the body holds too many values", Errc::kPayloadTooLarge);
    place(std::move(value));
    return true;
  }
  bool open(Json value) {
    if (++values_ > kMaxJsonValues) return fail("the body holds too many values", Errc::kPayloadTooLarge);
    if (open_.size() >= kMaxJsonDepth) return fail(fmt::format("the body is nested deeper than {} levels", kMaxJsonDepth));
    open_.push_back(place(std::move(value)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool fail(std::string problem, Errc code = Errc::kInvalidArgument) {
    if (!problem_) problem_ = make_error(code, std::move(problem));
    return false;
  }

  Json& root_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;
  std::size_t values_ = 0;
  std::optional<Error> problem_;
};

}  // namespace

Result<JsonText> parse_json(std::string_view text) {
  JsonText parsed;
  Builder builder(parsed.root);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return builder.problem();
  return parsed;
}

std::string to_text(const OrderedJson& json) { return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace); }

}  // namespace dd::api
