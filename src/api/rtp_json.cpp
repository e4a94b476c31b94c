// SPDX-License-Identifier: MIT
// Reading RTP values; rtp_json_write.cpp writes them.
#include "api/rtp_json.hpp"

#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <limits>
#include <optional>
#include <utility>

#include "rtp/validation.hpp"

namespace dd::api {
namespace {

Error refuse(std::string path, std::string_view problem) {
  std::string message = fmt::format("{} {}", path, problem);
  return invalid_field(std::move(path), std::move(message));
}

// An error of the value at `path`, whose own field is the rest of the way.
Error beneath(const std::string& path, Error error) {
  error.field = error.field.empty() ? path : fmt::format("{}.{}", path, error.field);
  error.message = fmt::format("{} {}", error.field, error.message);
  return error;
}

// What JavaScript's `if (value)` passes over.
bool is_falsy(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null: return true;
    case Json::value_t::boolean: return !value.get<bool>();
    case Json::value_t::string: return value.get_ref<const std::string&>().empty();
    case Json::value_t::number_integer: return value.get<std::int64_t>() == 0;
    case Json::value_t::number_unsigned: return value.get<std::uint64_t>() == 0;
    case Json::value_t::number_float: return value.get<double>() == 0;
    default: return false;
  }
}

// JavaScript has one kind of number, so 96.0 is 96.
std::optional<std::int64_t> whole_number(const Json& value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const double real = value.get<double>();
  if (!(std::fabs(real) <= kExact) || std::trunc(real) != real) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

template <typename Number>
Result<Number> parse_number(const Json& value, std::string path) {
  const auto number = whole_number(value);
  constexpr std::int64_t kMax = std::numeric_limits<Number>::max();
  if (!number || *number < 0 || *number > kMax) return refuse(std::move(path), fmt::format("must be an integer from 0 to {}", kMax));
  return static_cast<Number>(*number);
}

Result<std::string> parse_string(const Json& value, std::string path) {
  if (!value.is_string()) return refuse(std::move(path), "must be a string");
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() > RtpLimits::kStringLength) {
    return refuse(std::move(path), fmt::format("may be at most {} bytes long", RtpLimits::kStringLength));
  }
  return text;
}

// One JSON object and where it stands in the request.
class RtpObject {
 public:
  static Result<RtpObject> open(const Json& value, std::string path) {
    if (!value.is_object()) return refuse(std::move(path), "must be an object");
    return RtpObject(value, std::move(path));
  }

  const std::string& path() const { return path_; }
  std::string path_of(std::string_view name) const { return fmt::format("{}.{}", path_, name); }

  const Json* find(std::string_view name) const {
    const auto& members = object_->get_ref<const Json::object_t&>();
    const auto found = members.find(name);
    return found == members.end() ? nullptr : &found->second;
  }
  const Json* find_truthy(std::string_view name) const {
    const Json* value = find(name);
    return value == nullptr || is_falsy(*value) ? nullptr : value;
  }

  template <typename Number>
  Result<Number> number(std::string_view name) const {
    const Json* value = find(name);
    if (value == nullptr) return refuse(path_of(name), "is missing");
    return parse_number<Number>(*value, path_of(name));
  }
  // Zero is a value; the other falsy things are not.
  template <typename Number>
  Result<std::optional<Number>> optional_number(std::string_view name) const {
    const Json* value = find(name);
    if (value == nullptr || (is_falsy(*value) && !value->is_number())) return std::optional<Number>{};
    DD_TRY(const Number number, parse_number<Number>(*value, path_of(name)));
    return std::optional<Number>(number);
  }

  Result<std::string> text(std::string_view name) const {
    const Json* value = find_truthy(name);
    if (value == nullptr) return refuse(path_of(name), "is missing");
    return parse_string(*value, path_of(name));
  }
  Result<std::optional<std::string>> optional_text(std::string_view name) const {
    const Json* value = find_truthy(name);
    if (value == nullptr) return std::optional<std::string>{};
    DD_TRY(std::string text, parse_string(*value, path_of(name)));
    return std::optional<std::string>(std::move(text));
  }

  Result<bool> flag(std::string_view name) const {
    const Json* value = find_truthy(name);
    if (value == nullptr) return false;
    if (!value->is_boolean()) return refuse(path_of(name), "must be true or false");
    return true;
  }

  // `parse(element, path)` for each element; an absent list is empty.
  template <typename Element, typename Parse>
  Result<std::vector<Element>> list(std::string_view name, std::size_t max, Parse parse) const {
    std::vector<Element> elements;
    const Json* value = find_truthy(name);
    if (value == nullptr) return elements;
    if (!value->is_array()) return refuse(path_of(name), "must be an array");
    if (value->size() > max) return refuse(path_of(name), fmt::format("may have at most {} entries", max));
    elements.reserve(value->size());
    for (std::size_t i = 0; i < value->size(); ++i) {
      DD_TRY(Element element, parse((*value)[i], fmt::format("{}[{}]", path_of(name), i)));
      elements.push_back(std::move(element));
    }
    return elements;
  }

 private:
  RtpObject(const Json& object, std::string path) : object_(&object), path_(std::move(path)) {}

  const Json* object_;
  std::string path_;
};

std::optional<rtp::ParameterValue> parameter_value(const Json& value) {
  if (value.is_boolean()) return rtp::ParameterValue(value.get<bool>());
  if (value.is_string()) return rtp::ParameterValue(value.get<std::string>());
  if (!value.is_number()) return std::nullopt;
  if (const auto whole = whole_number(value)) return rtp::ParameterValue(*whole);
  return rtp::ParameterValue(value.get<double>());
}

enum class UnknownValues { kRefuse, kDrop };

Result<rtp::ParameterMap> parse_parameters(const RtpObject& owner, UnknownValues unknown) {
  rtp::ParameterMap parameters;
  const Json* json = owner.find("parameters");
  const std::string path = owner.path_of("parameters");
  if (json == nullptr || (!json->is_object() && !json->is_array())) return parameters;
  if (json->is_array()) {
    if (json->empty() || unknown == UnknownValues::kDrop) return parameters;
    return refuse(path, "must be an object");
  }
  if (json->size() > RtpLimits::kParameters) return refuse(path, fmt::format("may have at most {} entries", RtpLimits::kParameters));
  for (const auto& [name, value] : json->get_ref<const Json::object_t&>()) {
    if (name.size() > RtpLimits::kStringLength) return refuse(path, "has a name that is too long");
    auto parsed = parameter_value(value);
    if (!parsed && unknown == UnknownValues::kDrop) continue;
    if (!parsed) return refuse(fmt::format("{}.{}", path, name), "must be a string, a number or a boolean");
    if (value.is_string() && value.get_ref<const std::string&>().size() > RtpLimits::kStringLength) {
      return refuse(fmt::format("{}.{}", path, name), fmt::format("may be at most {} bytes long", RtpLimits::kStringLength));
    }
    parameters.emplace(name, std::move(*parsed));
  }
  return parameters;
}

Result<std::vector<rtp::RtcpFeedback>> parse_feedback(const RtpObject& codec) {
  const Json* list = codec.find("rtcpFeedback");
  if (list == nullptr || !list->is_array()) return std::vector<rtp::RtcpFeedback>{};
  const auto parse_one = [](const Json& json, std::string path) -> Result<rtp::RtcpFeedback> {
    DD_TRY(const RtpObject object, RtpObject::open(json, std::move(path)));
    rtp::RtcpFeedback feedback;
    DD_TRY(feedback.type, object.text("type"));
    const Json* parameter = object.find("parameter");
    if (parameter != nullptr && parameter->is_string()) {
      DD_TRY(feedback.parameter, parse_string(*parameter, object.path_of("parameter")));
    }
    return feedback;
  };
  return codec.list<rtp::RtcpFeedback>("rtcpFeedback", RtpLimits::kFeedback, parse_one);
}

// Members that codecs of capabilities and of parameters share.
template <typename Codec>
Result<void> parse_codec(const RtpObject& object, Codec& codec) {
  DD_TRY(codec.mime_type, object.text("mimeType"));
  DD_TRY(codec.clock_rate, object.number<std::uint32_t>("clockRate"));
  // Video has no channels, whatever it says; audio that does not say so in a number has one.
  const bool video = !codec.mime_type.empty() && (codec.mime_type[0] == 'v' || codec.mime_type[0] == 'V');
  const Json* channels = object.find("channels");
  if (!video && channels != nullptr && channels->is_number()) {
    DD_TRY(codec.channels, parse_number<std::uint8_t>(*channels, object.path_of("channels")));
  }
  DD_TRY(codec.parameters, parse_parameters(object, UnknownValues::kRefuse));
  DD_TRY(codec.rtcp_feedback, parse_feedback(object));
  return ok();
}

Result<rtp::CodecCapability> parse_codec_capability(const Json& json, std::string path) {
  DD_TRY(const RtpObject object, RtpObject::open(json, std::move(path)));
  rtp::CodecCapability codec;
  DD_TRY_VOID(parse_codec(object, codec));
  DD_TRY(codec.preferred_payload_type, object.optional_number<std::uint8_t>("preferredPayloadType"));
  return codec;
}

Result<rtp::CodecParameters> parse_codec_parameters(const Json& json, std::string path) {
  DD_TRY(const RtpObject object, RtpObject::open(json, std::move(path)));
  rtp::CodecParameters codec;
  DD_TRY_VOID(parse_codec(object, codec));
  DD_TRY(codec.payload_type, object.number<std::uint8_t>("payloadType"));
  return codec;
}

// A direction nobody knows is none we could use.
rtp::Direction direction_of(std::string_view text) {
  if (text == "sendrecv") return rtp::Direction::kSendRecv;
  if (text == "sendonly") return rtp::Direction::kSendOnly;
  if (text == "recvonly") return rtp::Direction::kRecvOnly;
  return rtp::Direction::kInactive;
}

Result<rtp::HeaderExtensionCapability> parse_extension_capability(const Json& json, std::string path) {
  DD_TRY(const RtpObject object, RtpObject::open(json, std::move(path)));
  rtp::HeaderExtensionCapability extension;
  const Json* kind = object.find("kind");
  if (kind == nullptr) return refuse(object.path_of("kind"), "is missing");
  DD_TRY(extension.kind, parse_media_kind(*kind, object.path_of("kind")));
  DD_TRY(extension.uri, object.text("uri"));
  DD_TRY(extension.preferred_id, object.number<std::uint16_t>("preferredId"));
  DD_TRY(extension.preferred_encrypt, object.flag("preferredEncrypt"));
  DD_TRY(const auto direction, object.optional_text("direction"));
  if (direction) extension.direction = direction_of(*direction);
  return extension;
}

Result<rtp::HeaderExtensionParameters> parse_extension_parameters(const Json& json, std::string path) {
  DD_TRY(const RtpObject object, RtpObject::open(json, std::move(path)));
  rtp::HeaderExtensionParameters extension;
  DD_TRY(extension.uri, object.text("uri"));
  DD_TRY(extension.id, object.number<std::uint16_t>("id"));
  DD_TRY(extension.encrypt, object.flag("encrypt"));
  DD_TRY(extension.parameters, parse_parameters(object, UnknownValues::kDrop));
  return extension;
}

Result<rtp::EncodingParameters> parse_encoding(const Json& json, std::string path) {
  DD_TRY(const RtpObject object, RtpObject::open(json, std::move(path)));
  rtp::EncodingParameters encoding;
  DD_TRY(encoding.ssrc, object.optional_number<std::uint32_t>("ssrc"));
  if (encoding.ssrc == 0u) encoding.ssrc.reset();  // no SSRC of a real stream, and "none" to the worker
  DD_TRY(encoding.rid, object.optional_text("rid"));
  DD_TRY(encoding.codec_payload_type, object.optional_number<std::uint8_t>("codecPayloadType"));
  if (const Json* rtx = object.find_truthy("rtx")) {
    DD_TRY(const RtpObject rtx_object, RtpObject::open(*rtx, object.path_of("rtx")));
    DD_TRY(encoding.rtx_ssrc, rtx_object.number<std::uint32_t>("ssrc"));
  }
  const Json* dtx = object.find("dtx");
  encoding.dtx = dtx != nullptr && dtx->is_boolean() && dtx->get<bool>();
  DD_TRY(encoding.scalability_mode, object.optional_text("scalabilityMode"));
  DD_TRY(encoding.max_bitrate, object.optional_number<std::uint32_t>("maxBitrate"));
  return encoding;
}

}  // namespace

Result<rtp::Capabilities> parse_rtp_capabilities(const Json& json, const std::string& field) {
  DD_TRY(const RtpObject object, RtpObject::open(json, field));
  rtp::Capabilities capabilities;
  DD_TRY(capabilities.codecs, object.list<rtp::CodecCapability>("codecs", RtpLimits::kCodecs, parse_codec_capability));
  DD_TRY(capabilities.header_extensions,
         object.list<rtp::HeaderExtensionCapability>("headerExtensions", RtpLimits::kHeaderExtensions, parse_extension_capability));
  auto valid = rtp::validate(capabilities);
  if (!valid) return beneath(field, std::move(valid.error()));
  return capabilities;
}

Result<rtp::Parameters> parse_rtp_parameters(const Json& json, const std::string& field) {
  DD_TRY(const RtpObject object, RtpObject::open(json, field));
  rtp::Parameters parameters;
  DD_TRY(parameters.mid, object.optional_text("mid"));
  const Json* codecs = object.find("codecs");
  if (codecs == nullptr || !codecs->is_array()) return refuse(object.path_of("codecs"), "must be an array");
  DD_TRY(parameters.codecs, object.list<rtp::CodecParameters>("codecs", RtpLimits::kCodecs, parse_codec_parameters));
  DD_TRY(parameters.header_extensions,
         object.list<rtp::HeaderExtensionParameters>("headerExtensions", RtpLimits::kHeaderExtensions, parse_extension_parameters));
  DD_TRY(parameters.encodings, object.list<rtp::EncodingParameters>("encodings", RtpLimits::kEncodings, parse_encoding));
  const Json* rtcp = object.find_truthy("rtcp");
  if (rtcp != nullptr && !(rtcp->is_array() && rtcp->empty())) {
    DD_TRY(const RtpObject rtcp_object, RtpObject::open(*rtcp, object.path_of("rtcp")));
    DD_TRY(parameters.rtcp.cname, rtcp_object.optional_text("cname"));
  }
  DD_TRY(parameters.msid, object.optional_text("msid"));
  auto valid = rtp::validate(parameters);
  if (!valid) return beneath(field, std::move(valid.error()));
  return parameters;
}

Result<rtp::SctpStreamParameters> parse_sctp_stream_parameters(const Json& json, const std::string& field) {
  DD_TRY(const RtpObject object, RtpObject::open(json, field));
  rtp::SctpStreamParameters stream;
  DD_TRY(stream.stream_id, object.number<std::uint16_t>("streamId"));
  const Json* ordered = object.find("ordered");
  const bool ordered_given = ordered != nullptr && ordered->is_boolean();
  if (ordered_given) stream.ordered = ordered->get<bool>();
  DD_TRY(stream.max_packet_life_time, object.optional_number<std::uint16_t>("maxPacketLifeTime"));
  DD_TRY(stream.max_retransmits, object.optional_number<std::uint16_t>("maxRetransmits"));
  auto valid = rtp::validate(stream, ordered_given);
  if (!valid) return beneath(field, std::move(valid.error()));
  return stream;
}

Result<std::vector<rtp::CodecCapability>> parse_media_codecs(const Json& json, const std::string& field) {
  if (!json.is_array()) return refuse(field, "must be an array");
  if (json.size() > RtpLimits::kCodecs) return refuse(field, fmt::format("may have at most {} entries", RtpLimits::kCodecs));
  std::vector<rtp::CodecCapability> codecs;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string path = fmt::format("{}[{}]", field, i);
    DD_TRY(rtp::CodecCapability codec, parse_codec_capability(json[i], path));
    auto valid = rtp::validate(codec);
    if (!valid) return beneath(path, std::move(valid.error()));
    codecs.push_back(std::move(codec));
  }
  return codecs;
}

Result<rtp::MediaKind> parse_media_kind(const Json& json, const std::string& field) {
  if (json == "audio") return rtp::MediaKind::kAudio;
  if (json == "video") return rtp::MediaKind::kVideo;
  return refuse(field, "must be \"audio\" or \"video\"");
}

}  // namespace dd::api
