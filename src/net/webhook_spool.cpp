// SPDX-License-Identifier: MIT
#include "net/webhook_spool.hpp"

#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/durable_file.hpp"
#include "observe/log.hpp"

namespace dd::net {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxDelivery = 256 * 1024;

std::string encode(const Delivery& delivery) {
  nlohmann::ordered_json json;
  json["id"] = delivery.id;
  json["event"] = delivery.event;
  json["target"] = delivery.target;
  json["createdMs"] = delivery.created_ms;
  json["body"] = delivery.body;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::optional<Delivery> parse(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  for (const char* name : {"id", "event", "target", "body"}) {
    if (!json.contains(name) || !json[name].is_string()) return std::nullopt;
  }
  if (!json.contains("createdMs") || !json["createdMs"].is_number_integer()) return std::nullopt;
  return Delivery{json["id"].get<std::string>(), json["event"].get<std::string>(), json["target"].get<std::string>(),
                  json["body"].get<std::string>(), json["createdMs"].get<std::int64_t>()};
}

// Sorts by time. An id and a target are hexadecimal digits and dashes of our own making.
std::string name_of(const Delivery& delivery) {
  return fmt::format("{:015}-{}-{}.json", delivery.created_ms, delivery.target, delivery.id);
}

}  // namespace

Result<WebhookSpool> WebhookSpool::open(fs::path folder, SpoolLimits limits) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return file_error("make", folder, error.value());
  WebhookSpool spool(std::move(folder), limits);
  std::size_t damaged = 0;
  for (auto entry = fs::directory_iterator(spool.folder_, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const auto text = read_small_file(entry->path(), kMaxDelivery);
    auto delivery = text && name.ends_with(".json") ? parse(*text) : std::nullopt;
    if (delivery && name_of(*delivery) == name) {
      spool.waiting_.emplace(name, std::move(*delivery));
      continue;
    }
    std::error_code ignored;
    fs::remove(entry->path(), ignored);  // a draft that was never finished, or nothing of ours
    ++damaged;
  }
  if (error) return file_error("read", spool.folder_, error.value());
  if (damaged > 0) observe::log_warn("webhook_spool_damaged", {{"files", damaged}});
  return spool;
}

Result<std::size_t> WebhookSpool::add(Delivery delivery) {
  const std::string name = name_of(delivery);
  DD_TRY_VOID(replace_file(folder_ / name, encode(delivery)));
  waiting_.insert_or_assign(name, std::move(delivery));
  std::size_t dropped = 0;
  while (waiting_.size() > limits_.max_waiting) {
    remove(std::string(waiting_.begin()->first));
    ++dropped;
  }
  return dropped;
}

void WebhookSpool::remove(const std::string& name) {
  std::error_code error;
  fs::remove(folder_ / name, error);
  waiting_.erase(name);
}

std::size_t WebhookSpool::expire(WallTime now) {
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  std::size_t dropped = 0;
  while (!waiting_.empty() && now_ms - waiting_.begin()->second.created_ms > limits_.max_age.count()) {
    remove(std::string(waiting_.begin()->first));
    ++dropped;
  }
  return dropped;
}

}  // namespace dd::net
