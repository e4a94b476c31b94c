// SPDX-License-Identifier: MIT
// Drives one easy handle through a multi handle, because only a multi's wait can be woken from another thread.
// The only file that includes libcurl.
#include "net/curl_post.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <atomic>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/clock.hpp"

namespace dd::net {
namespace {

void initialise_curl() {
  // Not thread-safe itself, so it happens once, behind a static's guard.
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  DD_CHECK(result == CURLE_OK, "libcurl does not initialise");
}

// The answer's body is read, so that the connection can be kept, and forgotten.
std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

// Our child processes must not inherit the socket.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

struct HeaderList {
  curl_slist* list = nullptr;
  ~HeaderList() { curl_slist_free_all(list); }
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

}  // namespace

Result<void> check_post_url(const std::string& url) {
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

struct CurlPost::State {
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
};

CurlPost::CurlPost() : state_(std::make_unique<State>()) {}
CurlPost::~CurlPost() = default;

void CurlPost::cancel() {
  state_->cancelled = true;
  curl_multi_wakeup(state_->multi);
}

Result<int> CurlPost::post(const Request& request) {
  if (state_->cancelled) return make_error(Errc::kUnavailable, "cancelled");
  CURL* const easy = state_->easy;
  CURLM* const multi = state_->multi;
  curl_easy_reset(easy);  // options go, the connection and the DNS cache stay
  HeaderList headers;
  for (const std::string& header : request.headers) headers.add(header);
  headers.add("Expect:");  // no waiting for "100 Continue"
  char reason[CURL_ERROR_SIZE] = {};
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);

  curl_multi_add_handle(multi, easy);
  CURLcode outcome = CURLE_ABORTED_BY_CALLBACK;
  // libcurl keeps the deadline; ours, a second later, only guards against a wait that it cannot interrupt.
  const MonotonicTime last = system_clock().now() + request.total_timeout + std::chrono::seconds{1};
  while (!state_->cancelled && system_clock().now() < last) {
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
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  // The handle points to locals of this function until the next reset.
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);
  if (state_->cancelled && outcome != CURLE_OK) return make_error(Errc::kUnavailable, "cancelled");
  if (outcome == CURLE_OK) return static_cast<int>(status);
  const std::string why = reason[0] != 0 ? std::string(reason) : std::string(curl_easy_strerror(outcome));
  return make_error(outcome == CURLE_OPERATION_TIMEDOUT ? Errc::kDeadlineExceeded : Errc::kUnavailable, why);
}

}  // namespace dd::net
