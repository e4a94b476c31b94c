// SPDX-License-Identifier: MIT
// HttpClient: HTTP/1.1 calls to the media servers of our fleet from the control loop, without a thread: a deadline for each,
// connections kept for the next, answers whole or as they come. It follows no redirect and uses no proxy.
// What leaves the fleet (webhooks, buckets) goes through curl_client.hpp. Lives on the control loop's context.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http.hpp"
#include "base/asio_loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace dd::net {

struct HttpClientSettings {
  std::string api_key;  // sent to every server as X-API-Key; empty: none
  std::string ca_file;  // PEM; whom to believe with https. Empty: the system's authorities

  Duration connect_timeout = std::chrono::seconds{2};  // name, connection and handshake
  std::size_t max_connections = 32;                    // to one server, streams included; further calls wait
  std::size_t max_waiting = 1024;                      // calls for one server: kTooManyRequests beyond
  std::size_t max_kept = 8;                            // idle connections to one server
  Duration keep_for = std::chrono::seconds{60};        // shorter than the servers themselves keep them
  std::uint32_t header_limit = 32 * 1024;
};

struct HttpCall {
  enum class Body { kWhole, kStreamed };

  std::string method = "GET";
  std::string origin;  // "http://10.0.0.7:3001"
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // JSON unless the headers say otherwise
  Body answer = Body::kWhole;
  Duration deadline = std::chrono::seconds{5};     // for the answer; for its headers when it streams
  Duration silence = std::chrono::seconds{30};     // streaming: for the next piece
  std::size_t max_answer_bytes = 4 * 1024 * 1024;  // of a whole answer's body
};

struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::unique_ptr<api::BodyStream> stream;  // instead of `body`; dropping it ends the call
  std::optional<std::uint64_t> length;      // as the server declared it

  std::optional<std::string_view> header(std::string_view lower_case_name) const;
};

// The answer as our own, for whoever forwards it: body, status and the headers that are about the content.
api::HttpResponse as_response(HttpAnswer answer);

class HttpClient {
 public:
  // Reads the trusted authorities, and blocks meanwhile. kInvalidArgument when they cannot be read.
  static Result<std::unique_ptr<HttpClient>> open(AsioLoop& loop, HttpClientSettings settings);
  ~HttpClient();  // calls under way end with kUnavailable

  // Any HTTP status is an answer. kUnavailable when there was none, kDeadlineExceeded when it came too late (what was asked may have
  // happened), kPayloadTooLarge, kInvalidArgument for what is no origin. A call that met a kept connection which the server was
  // just closing is sent once more: the media API's calls may be repeated.
  Task<Result<HttpAnswer>> send(HttpCall call);

 private:
  struct State;
  explicit HttpClient(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace dd::net
