// SPDX-License-Identifier: MIT
#include "portal/recordings.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

#include "api/object_reader.hpp"
#include "base/completion.hpp"
#include "portal/caller.hpp"

namespace dd::portal {
namespace {

using api::Json;
using api::JsonText;

constexpr std::size_t kMaxRemembered = 10'000;
constexpr std::size_t kAskedAtOnce = 16;
constexpr std::size_t kMaxAnswer = 8U << 20U;
constexpr std::chrono::seconds kReadLimit{5};

struct Round {
  std::vector<Result<JsonText>> answers;
  std::size_t open = 0;
};

Result<std::string> plain_text(const Json& entry, std::string_view name) {
  DD_TRY(auto reader, api::ObjectReader::open(entry));
  return reader.optional_text(name, 256);
}

// "<started>~<recording>": where the entry stands in the order of every server's list.
std::string position_of(const Json& entry) {
  const auto started = plain_text(entry, "started");
  const auto id = plain_text(entry, "recordingId");
  return started && id ? *started + "~" + *id : std::string{};
}

TenantId tenant_in(const Json& entry) {
  std::string tenant = plain_text(entry, "tenant").value_or("");
  tenant.erase(0, std::min(tenant.find_first_not_of(' '), tenant.size()));
  return tenant.empty() ? kDefaultTenant : TenantId(std::move(tenant));
}

}  // namespace

std::string percent_encoded(std::string_view text, bool keep_slashes) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~").find(c) != std::string_view::npos || (keep_slashes && c == '/');
    if (plain) {
      out.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Task<Result<std::string>> read_body(Loop& loop, api::HttpResponse response, std::size_t limit) {
  if (!response.stream) {
    if (response.content().size() > limit) co_return make_error(Errc::kPayloadTooLarge, "the answer is too large");
    co_return std::string(response.content());
  }
  // The stream wakes whoever waits now; what it says after that is said to nobody.
  auto waiting = std::make_shared<std::optional<Completion<bool>>>();
  response.stream->on_ready([waiting] {
    if (*waiting) (*waiting)->resolve(true);
  });
  const MonotonicTime end = loop.now() + kReadLimit;
  std::string text;
  while (true) {
    const std::size_t before = text.size();
    Completion<bool> woken(loop);
    *waiting = woken;
    const auto state = response.stream->read(text, 256 * 1024);
    if (state == api::BodyStream::State::kFailed) co_return unavailable("a media server's answer broke off");
    if (text.size() > limit) co_return make_error(Errc::kPayloadTooLarge, "the answer is too large");
    if (state == api::BodyStream::State::kEnded) co_return text;
    if (text.size() > before) continue;
    woken.resolve_after(end - loop.now(), false);
    const bool more = co_await woken;
    if (!more) co_return make_error(Errc::kDeadlineExceeded, "a media server's answer takes too long");
  }
}

std::vector<ContainerId> Recordings::servers() const {
  std::vector<ContainerId> living;
  for (const auto& server : watch_.servers()) {
    if (watch_.living(server.server, loop_.now())) living.push_back(server.server);
  }
  return living;
}

Task<Result<JsonText>> Recordings::ask_one(ContainerId server, std::string target) {
  api::HttpRequest request;
  request.method = "GET";
  request.target = std::move(target);
  DD_CO_TRY(auto response, co_await fleet_.forward(std::move(server), std::move(request)));
  const int status = response.status;
  // 409: nothing is recorded on that server, so it has none.
  if (status == 404 || status == 409) co_return make_error(Errc::kNotFound, "the server has no such recording");
  if (status != 200) co_return unavailable("a media server refused");
  DD_CO_TRY(auto text, co_await read_body(loop_, std::move(response), kMaxAnswer));
  auto parsed = api::parse_json(text);
  co_return parsed;
}

Task<std::vector<Result<JsonText>>> Recordings::ask_all(std::vector<ContainerId> servers, std::string target) {
  std::vector<Result<JsonText>> all;
  for (std::size_t first = 0; first < servers.size(); first += kAskedAtOnce) {
    const std::size_t count = std::min(kAskedAtOnce, servers.size() - first);
    auto round = std::make_shared<Round>();
    round->answers.assign(count, Result<JsonText>(unavailable("not asked yet")));
    round->open = count;
    Completion<bool> done(loop_);
    const auto one = [](Recordings* self, ContainerId server, std::string path, std::shared_ptr<Round> shared, std::size_t place,
                        Completion<bool> finished) -> Task<void> {
      shared->answers[place] = co_await self->ask_one(std::move(server), std::move(path));
      if (--shared->open == 0) finished.resolve(true);
    };
    for (std::size_t i = 0; i < count; ++i) spawn(one(this, servers[first + i], target, round, i, done));
    co_await done;
    for (auto& answer : round->answers) all.push_back(std::move(answer));
  }
  co_return all;
}

Task<Result<RecordingPage>> Recordings::list(RecordingQuery query) {
  std::string target = fmt::format("/v1/recordings?limit={}", query.limit);
  if (query.tenant) target += "&tenant=" + percent_encoded(query.tenant->str(), false);
  if (query.meeting) target += "&meetingId=" + percent_encoded(query.meeting->str(), false);
  if (!query.state.empty()) target += "&state=" + percent_encoded(query.state, false);
  if (!query.cursor.empty()) target += "&cursor=" + percent_encoded(query.cursor, false);

  const auto asked = servers();
  const auto answers = co_await ask_all(asked, std::move(target));
  RecordingPage page;
  std::vector<std::pair<std::string, const Json*>> found;
  std::size_t answered = 0;
  bool more = false;
  // Behind the end of a page that goes on, its server may have further ones that belong before another's.
  std::string bound;
  for (const auto& answer : answers) {
    if (!answer) {
      if (answer.error().code == Errc::kNotFound) {
        ++answered;
      } else {
        ++page.missing_servers;
      }
      continue;
    }
    ++answered;
    const auto list = answer->root.is_object() ? answer->root.find("recordings") : answer->root.end();
    if (list == answer->root.end() || !list->is_array()) continue;
    for (const auto& entry : *list) {
      std::string position = position_of(entry);
      if (!position.empty()) found.emplace_back(std::move(position), &entry);
    }
    const auto next = plain_text(answer->root, "next");
    if (next && !next->empty()) {
      more = true;
      bound = std::max(bound, *next);
    }
  }
  if (answered == 0 && !asked.empty()) co_return unavailable("no media server answers");
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [position, entry] : found) {
    const bool behind = more && position < bound;
    if (behind || page.recordings.size() >= query.limit) {
      more = true;
      break;
    }
    page.next = position;
    // A server that does not know the parameter answered with every tenant's.
    if (query.tenant && tenant_in(*entry) != *query.tenant) continue;
    page.recordings.push_back(*entry);
  }
  if (!more) page.next.clear();
  co_return page;
}

Task<Result<RecordingHome>> Recordings::find(RecordingId recording) {
  const auto cached = known_.find(recording);
  if (cached != known_.end()) {
    order_.splice(order_.begin(), order_, cached->second);
    co_return cached->second->second;
  }
  const auto asked = servers();
  const auto answers = co_await ask_all(asked, "/v1/recordings/" + percent_encoded(recording.str(), false));
  bool unsure = false;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) {
      unsure = unsure || answers[i].error().code != Errc::kNotFound;
      continue;
    }
    RecordingHome home;
    home.server = asked[i];
    home.tenant = tenant_in(answers[i]->root);
    home.meeting = MeetingId(plain_text(answers[i]->root, "meetingId").value_or(""));
    remember(recording, home);
    co_return home;
  }
  if (unsure) co_return unavailable("a media server that may have the recording does not answer");
  co_return make_error(Errc::kNotFound, "there is no such recording");
}

void Recordings::remember(RecordingId recording, RecordingHome home) {
  forget(recording);
  order_.emplace_front(recording, std::move(home));
  known_.emplace(std::move(recording), order_.begin());
  if (order_.size() <= kMaxRemembered) return;
  known_.erase(order_.back().first);
  order_.pop_back();
}

void Recordings::forget(const RecordingId& recording) {
  const auto found = known_.find(recording);
  if (found == known_.end()) return;
  order_.erase(found->second);
  known_.erase(found);
}

}  // namespace dd::portal
