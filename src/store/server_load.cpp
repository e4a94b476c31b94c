// SPDX-License-Identifier: MIT
#include "store/server_load.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace dd::store {
namespace {

using Json = nlohmann::json;

std::uint32_t count_in(const Json& worker, const char* name) {
  const auto found = worker.find(name);
  if (found == worker.end() || !found->is_number_unsigned()) return 0;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(found->get<std::uint64_t>(), UINT32_MAX));
}

}  // namespace

std::string encode_workers(const std::vector<control::WorkerLoad>& workers) {
  Json list = Json::array();
  for (const auto& worker : workers) {
    list.push_back({{"worker", worker.worker.str()},
                    {"alive", worker.alive},
                    {"consumers", worker.consumers},
                    {"transports", worker.transports},
                    {"busyPercent", worker.busy_percent}});
  }
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<control::WorkerLoad> parse_workers(std::string_view text) {
  std::vector<control::WorkerLoad> workers;
  const auto list = Json::parse(text, nullptr, false);
  if (!list.is_array()) return workers;
  for (const auto& item : list) {
    if (!item.is_object()) continue;
    const auto id = item.find("worker");
    if (id == item.end() || !id->is_string() || !is_valid_id(id->get_ref<const std::string&>())) continue;
    const auto alive = item.find("alive");
    control::WorkerLoad worker;
    worker.worker = WorkerId(id->get<std::string>());
    worker.alive = alive == item.end() || !alive->is_boolean() || alive->get<bool>();
    worker.consumers = count_in(item, "consumers");
    worker.transports = count_in(item, "transports");
    worker.busy_percent = count_in(item, "busyPercent");
    workers.push_back(std::move(worker));
  }
  return workers;
}

std::string pool_name(std::string_view tenant) {
  const auto first = tenant.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string() : std::string(tenant.substr(first));
}

}  // namespace dd::store
