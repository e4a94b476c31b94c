// SPDX-License-Identifier: MIT
// One keep-alive HTTP connection to the media API, blocking, with the time each call took.
// It is a measuring tool, not a client for production: a failed call ends the benchmark. Owned by one thread.
#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace dd::bench {

struct Answer {
  unsigned status = 0;
  std::string body;
  std::chrono::nanoseconds took{0};

  nlohmann::json json() const {
    if (status >= 400) throw std::runtime_error(fmt::format("status {}: {}", status, body));
    return nlohmann::json::parse(body);
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port) : stream_(context_) {
    stream_.socket().connect({boost::asio::ip::make_address("127.0.0.1"), port});
    stream_.socket().set_option(boost::asio::ip::tcp::no_delay(true));
  }

  Answer post(const std::string& path, const nlohmann::json& body) { return call(boost::beast::http::verb::post, path, body.dump()); }
  Answer get(const std::string& path) { return call(boost::beast::http::verb::get, path, {}); }

 private:
  Answer call(boost::beast::http::verb verb, const std::string& path, std::string body) {
    namespace http = boost::beast::http;
    http::request<http::string_body> request(verb, path, 11);
    request.set(http::field::host, "127.0.0.1");
    request.body() = std::move(body);
    request.prepare_payload();
    const auto begun = std::chrono::steady_clock::now();
    http::write(stream_, request);
    http::response_parser<http::string_body> parser;
    parser.body_limit(64 * 1024 * 1024);
    http::read(stream_, buffer_, parser);
    const auto took = std::chrono::steady_clock::now() - begun;
    auto response = parser.release();
    return {response.result_int(), std::move(response.body()), took};
  }

  boost::asio::io_context context_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
};

}  // namespace dd::bench
