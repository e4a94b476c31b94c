// SPDX-License-Identifier: MIT
// CurlPost: one HTTP POST at a time with libcurl, bounded in time, its connection kept for the next one.
// It retries nothing, follows no redirect and keeps no answer but the status. Belongs to one thread that may block;
// only cancel() may be called from another.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace dd::net {

// For start-up: is this an http(s) URL that libcurl understands?
Result<void> check_post_url(const std::string& url);

class CurlPost {
 public:
  CurlPost();
  ~CurlPost();
  CurlPost(const CurlPost&) = delete;
  CurlPost& operator=(const CurlPost&) = delete;

  struct Request {
    std::string url;
    std::vector<std::string> headers;  // "Name: value"
    std::string body;
    std::chrono::milliseconds connect_timeout{2'000};
    std::chrono::milliseconds total_timeout{5'000};
  };

  // The HTTP status; kUnavailable when there was none, kDeadlineExceeded when it took too long.
  Result<int> post(const Request& request);

  // The running post and every later one end at once.
  void cancel();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dd::net
