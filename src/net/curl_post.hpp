// SPDX-License-Identifier: MIT
// CurlPost: one HTTP POST at a time whose answer is only its status; what otlp_push and user_session_post need of CurlClient.
// Belongs to one thread that may block; only cancel() may be called from another.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/curl_client.hpp"

namespace dd::net {

class CurlPost {
 public:
  struct Request {
    std::string url;
    std::vector<std::string> headers;  // "Name: value"
    std::string body;
    std::chrono::milliseconds connect_timeout{2'000};
    std::chrono::milliseconds total_timeout{5'000};
  };

  // The HTTP status; kUnavailable when there was none, kDeadlineExceeded when it took too long.
  Result<int> post(const Request& request) {
    CurlClient::Request sent;
    sent.url = request.url;
    sent.headers = request.headers;
    sent.body = request.body;
    sent.connect_timeout = request.connect_timeout;
    sent.total_timeout = request.total_timeout;
    DD_TRY(const auto answer, client_.send(sent));
    return answer.status;
  }

  // The running post and every later one end at once.
  void cancel() { client_.cancel(); }

 private:
  CurlClient client_;
};

}  // namespace dd::net
