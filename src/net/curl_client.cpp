// SPDX-License-Identifier: MIT
// Drives one easy handle through a multi handle, because only a multi's wait can be woken from another thread.
// The only file that includes libcurl.
#include "net/curl_client.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/clock.hpp"
#include "net/public_address.hpp"

namespace dd::net {
namespace {

void initialise_curl() {
  // Not thread-safe itself, so it happens once, behind a static's guard.
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  DD_CHECK(result == CURLE_OK, "libcurl does not initialise");
}

struct HeaderList {
  curl_slist* list = nullptr;
  ~HeaderList() { curl_slist_free_all(list); }
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

// What the callbacks of one exchange write to.
struct Exchange {
  CurlClient::Answer answer;
  std::size_t max_answer = 0;
  CurlClient::Reach reach = CurlClient::Reach::kAnywhere;
  bool refused_address = false;
};

// The body is read to its end, so that the connection can be kept.
std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::size_t room = exchange.max_answer - exchange.answer.body.size();
  exchange.answer.body.append(bytes, std::min(room, size * count));
  return size * count;
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& headers = static_cast<Exchange*>(user)->answer.headers;
  std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) headers.clear();  // a further answer, after 100 Continue
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || headers.size() >= 100) return size * count;
  std::string name(line.substr(0, colon));
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n' || value.back() == ' ')) value.remove_suffix(1);
  headers[std::move(name)] = value;
  return size * count;
}

// Called with the address that the name resolved to, right before connecting. Our child processes must not inherit the socket.
curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (exchange.reach == CurlClient::Reach::kPublicOnly && !is_public(&address->addr)) {
    exchange.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void set_method(CURL* easy, const CurlClient::Request& request) {
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.method != "GET") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  if (request.method != "POST") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

}  // namespace

Result<void> check_http_url(const std::string& url) {
  initialise_curl();
  CURLU* parsed = curl_url();
  DD_CHECK(parsed != nullptr, "libcurl is out of memory");
  const bool is_url = curl_url_set(parsed, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  char* scheme = nullptr;
  const bool has_scheme = is_url && curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK;
  const bool is_http = has_scheme && (std::string_view(scheme) == "http" || std::string_view(scheme) == "https");
  curl_free(scheme);
  curl_url_cleanup(parsed);
  if (!is_http) return make_error(Errc::kInvalidArgument, "not an http or https URL");
  return ok();
}

struct CurlClient::State {
  CURLM* multi = nullptr;
  CURL* easy = nullptr;
  std::atomic<bool> cancelled{false};

  State() {
    initialise_curl();
    multi = curl_multi_init();
    easy = curl_easy_init();
    DD_CHECK(multi != nullptr && easy != nullptr, "libcurl is out of memory");
  }
  ~State() {
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }

  CURLcode perform(std::chrono::milliseconds limit);
};

CurlClient::CurlClient() : state_(std::make_unique<State>()) {}
CurlClient::~CurlClient() = default;

void CurlClient::cancel() {
  state_->cancelled = true;
  curl_multi_wakeup(state_->multi);
}

CURLcode CurlClient::State::perform(std::chrono::milliseconds limit) {
  curl_multi_add_handle(multi, easy);
  CURLcode outcome = CURLE_ABORTED_BY_CALLBACK;
  // libcurl keeps the deadline; ours, a second later, only guards against a wait that it cannot interrupt.
  const MonotonicTime last = system_clock().now() + limit + std::chrono::seconds{1};
  while (!cancelled && system_clock().now() < last) {
    int running = 0;
    if (curl_multi_perform(multi, &running) != CURLM_OK) break;
    int left = 0;
    if (const CURLMsg* message = curl_multi_info_read(multi, &left); message != nullptr && message->msg == CURLMSG_DONE) {
      outcome = message->data.result;
      break;
    }
    if (curl_multi_poll(multi, nullptr, 0, 1'000, nullptr) != CURLM_OK) break;
  }
  curl_multi_remove_handle(multi, easy);
  return outcome;
}

Result<CurlClient::Answer> CurlClient::send(const Request& request) {
  if (state_->cancelled) return make_error(Errc::kUnavailable, "cancelled");
  CURL* const easy = state_->easy;
  curl_easy_reset(easy);  // options go, the connection and the DNS cache stay
  Exchange exchange;
  exchange.max_answer = request.max_answer;
  exchange.reach = request.reach;
  HeaderList headers;
  for (const std::string& header : request.headers) headers.add(header);
  std::string provider;
  if (request.sign) {
    provider = fmt::format("aws:amz:{}:s3", request.sign->region);
    curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, provider.c_str());
    curl_easy_setopt(easy, CURLOPT_USERNAME, request.sign->access_key.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, request.sign->secret_key.c_str());
    // libcurl 7.88 signs every header it is given, also "Expect:", which only says that there is to be none; so instead of
    // leaving it out, it is not waited for.
    curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
  } else {
    headers.add("Expect:");  // no waiting for "100 Continue"
  }
  char reason[CURL_ERROR_SIZE] = {};
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);  // what is signed and sent is what we wrote
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set_method(easy, request);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &exchange);
  if (request.reach == Reach::kPublicOnly) {
    curl_easy_setopt(easy, CURLOPT_PROXY, "");          // it would connect for us, past our judgement
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);  // and a kept connection was judged for another call
  }

  const CURLcode outcome = state_->perform(request.total_timeout);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  // The handle points to locals of this function until it is reset.
  curl_easy_reset(easy);
  if (state_->cancelled && outcome != CURLE_OK) return make_error(Errc::kUnavailable, "cancelled");
  if (outcome == CURLE_OK) {
    exchange.answer.status = static_cast<int>(status);
    return std::move(exchange.answer);
  }
  if (exchange.refused_address) return make_error(Errc::kForbidden, "the host's address is of a private network");
  const std::string why = reason[0] != 0 ? std::string(reason) : std::string(curl_easy_strerror(outcome));
  return make_error(outcome == CURLE_OPERATION_TIMEDOUT ? Errc::kDeadlineExceeded : Errc::kUnavailable, why);
}

}  // namespace dd::net
