// SPDX-License-Identifier: MIT
// Any bytes as the body of any call: the first byte chooses the parser, the rest is the body. Whatever it is, there is
// either a command or an error that an answer can be written from.
// links: dd_api
#include <array>
#include <cstdint>
#include <string_view>

#include "api/error_mapping.hpp"
#include "api/extension_requests.hpp"
#include "api/media_requests.hpp"
#include "base/check.hpp"

namespace {

using namespace dd;
using namespace dd::api;

template <typename Parsed>
void check(const Parsed& parsed) {
  if (parsed.has_value()) return;
  const Errc code = parsed.error().code;
  DD_CHECK(code == Errc::kInvalidArgument || code == Errc::kPayloadTooLarge, "a malformed body is the caller's mistake");
  const HttpResponse answer = error_response(parsed.error());
  DD_CHECK(answer.status == http_status(code) && parse_json(answer.body).has_value(), "an error is written as JSON");
}

using Parser = void (*)(const Json& body);

constexpr std::array<Parser, 26> kParsers{
    [](const Json& body) { check(parse_create_meeting(body)); },
    [](const Json& body) { check(parse_replace_meetings(body)); },
    [](const Json& body) { check(parse_end_meeting(body)); },
    [](const Json& body) { check(parse_capabilities_request(body, AskedBy::kJoinMeeting)); },
    [](const Json& body) { check(parse_capabilities_request(body, AskedBy::kGetRtpCapabilities)); },
    [](const Json& body) { check(parse_capabilities_request(body, AskedBy::kPreMeetingDetails)); },
    [](const Json& body) { check(parse_get_producers_of_meeting(body)); },
    [](const Json& body) { check(parse_recreate_transport(body, meeting::TransportRole::kProducer)); },
    [](const Json& body) { check(parse_recreate_transport(body, meeting::TransportRole::kConsumer)); },
    [](const Json& body) { check(parse_connect_transport(body)); },
    [](const Json& body) { check(parse_restart_ice(body)); },
    [](const Json& body) { check(parse_create_producer(body)); },
    [](const Json& body) { check(parse_producers_command(body)); },
    [](const Json& body) { check(parse_create_consumer(body)); },
    [](const Json& body) { check(parse_consumers_command(body)); },
    [](const Json& body) { check(parse_leave_meeting(body)); },
    [](const Json& body) { check(parse_participant_query(body)); },
    [](const Json& body) { check(parse_set_preferred_layers(body)); },
    [](const Json& body) { check(parse_set_priority(body)); },
    [](const Json& body) { check(parse_consumer_command(body)); },
    [](const Json& body) { check(parse_producer_command(body)); },
    [](const Json& body) { check(parse_transport_command(body)); },
    [](const Json& body) { check(parse_create_data_producer(body)); },
    [](const Json& body) { check(parse_create_data_consumer(body)); },
    [](const Json& body) { check(parse_close_data(body)); },
    [](const Json& body) { check(parse_json(to_text(OrderedJson(body)))); },
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto parsed = parse_json(body);
  check(parsed);
  if (parsed) kParsers[data[0] % kParsers.size()](parsed->root);
  return 0;
}
