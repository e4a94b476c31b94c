// SPDX-License-Identifier: MIT
#include "rtp/codec_match.hpp"

#include <variant>

#include "rtp/h264_profile.hpp"

namespace dd::rtp {
namespace {

bool is_default(const ParameterValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return !*flag;
  if (const std::string* text = std::get_if<std::string>(&value)) return text->empty();
  return is_number(value, 0);
}

std::optional<double> as_number(const ParameterValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

bool equal(const ParameterValue& a, const ParameterValue& b) {
  const auto x = as_number(a);
  const auto y = as_number(b);
  return x && y ? *x == *y : a == b;
}

bool equal_or_both_default(CodecView a, CodecView b, const std::string& name) {
  const ParameterValue* x = find_parameter(a.parameters, name);
  const ParameterValue* y = find_parameter(b.parameters, name);
  return x == nullptr || y == nullptr ? x == y : equal(*x, *y);
}

// Unlike above, a parameter that is there differs from one that is not, whatever its value.
bool equal_or_both_absent(CodecView a, CodecView b, const std::string& name) {
  const auto x = a.parameters.find(name);
  const auto y = b.parameters.find(name);
  if (x == a.parameters.end() || y == b.parameters.end()) return x == a.parameters.end() && y == b.parameters.end();
  return equal(x->second, y->second);
}

}  // namespace

CodecView::CodecView(const CodecCapability& codec)
    : mime_type(codec.mime_type), clock_rate(codec.clock_rate), channels(codec.channels), parameters(codec.parameters) {}

CodecView::CodecView(const CodecParameters& codec)
    : mime_type(codec.mime_type), clock_rate(codec.clock_rate), channels(codec.channels), parameters(codec.parameters) {}

bool matches(CodecView a, CodecView b, Strictness strictness) {
  const std::string mime_type = to_lower(a.mime_type);
  if (mime_type != to_lower(b.mime_type) || a.clock_rate != b.clock_rate || a.channels != b.channels) return false;
  if (mime_type == "audio/multiopus") {
    return equal_or_both_absent(a, b, "num_streams") && equal_or_both_absent(a, b, "coupled_streams");
  }
  if (strictness == Strictness::kLoose) return true;
  if (mime_type == "video/h264") return equal_or_both_default(a, b, "packetization-mode") && same_profile(a.parameters, b.parameters);
  if (mime_type == "video/vp9") return equal_or_both_default(a, b, "profile-id");
  return true;
}

bool match_and_adopt(CodecParameters& codec, const CodecCapability& capability) {
  if (!matches(codec, capability, Strictness::kStrict)) return false;
  if (to_lower(codec.mime_type) == "video/h264") {
    auto negotiated = answer_profile_level_id(codec.parameters, capability.parameters);
    if (negotiated) {
      codec.parameters["profile-level-id"] = std::move(*negotiated);
    } else {
      codec.parameters.erase("profile-level-id");
    }
  }
  return true;
}

bool is_rtx(std::string_view mime_type) {
  constexpr std::string_view kSuffix = "/rtx";
  return mime_type.size() > kSuffix.size() && to_lower(mime_type.substr(mime_type.size() - kSuffix.size())) == kSuffix;
}

const ParameterValue* find_parameter(const ParameterMap& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  return found == parameters.end() || is_default(found->second) ? nullptr : &found->second;
}

bool is_number(const ParameterValue& value, double number) { return as_number(value) == number; }

bool repairs(const ParameterMap& rtx_parameters, std::uint8_t payload_type) {
  const auto apt = rtx_parameters.find("apt");
  return apt != rtx_parameters.end() && is_number(apt->second, payload_type);
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace dd::rtp
