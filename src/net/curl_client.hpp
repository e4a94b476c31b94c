// SPDX-License-Identifier: MIT
// CurlClient: one HTTP request at a time with libcurl, bounded in time and in what it keeps, its connection kept for the next.
// It retries nothing and follows no redirect. Belongs to one thread that may block; only cancel() may come from another.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dd::net {

// Signature Version 4 of AWS for S3, which all compatible stores take.
struct S3Credentials {
  std::string region;
  std::string access_key;
  std::string secret_key;
};

class CurlClient {
 public:
  enum class Reach {
    kAnywhere,
    kPublicOnly,  // refuses to connect to addresses of private networks, whatever name led there, and uses no proxy
  };

  struct Request {
    std::string method = "POST";
    std::string url;
    std::vector<std::string> headers;  // "Name: value"
    std::string_view body;
    std::chrono::milliseconds connect_timeout{2'000};
    std::chrono::milliseconds total_timeout{5'000};
    std::size_t max_answer = 0;  // bytes of the answer's body that are kept; what is beyond is read and forgotten
    std::optional<S3Credentials> sign;
    Reach reach = Reach::kAnywhere;
  };

  struct Answer {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
  };

  CurlClient();
  ~CurlClient();
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  // kUnavailable when there was no answer, kDeadlineExceeded when it took too long, kForbidden when its address is none to go to.
  Result<Answer> send(const Request& request);

  // The running request and every later one end at once.
  void cancel();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// For start-up: is this an http(s) URL that libcurl understands?
Result<void> check_http_url(const std::string& url);

}  // namespace dd::net
