// SPDX-License-Identifier: MIT
// The administration's command line: `doordarshan tenant ...` and `doordarshan token ...`, read into a value.
// It does nothing of what is asked; app/admin.hpp does, on the database that the configuration names.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/command_line.hpp"

namespace dd::config {

// Quotas by name; none lifts the bound.
using QuotaChanges = std::map<std::string, std::optional<std::uint64_t>>;

struct CreateTenant {
  std::string tenant;
  std::string name;
  QuotaChanges quotas;
};
struct ListTenants {};
struct ListKeys {
  std::string tenant;
};
struct AddKey {
  std::string tenant;
  std::string algorithm = "HS256";  // as in a token's header
  std::string public_key_file;      // empty: a key is made
};
struct RetireKey {
  std::string tenant;
  std::string key;
  std::chrono::hours in{};
};
struct ChangeQuotas {
  std::string tenant;
  QuotaChanges quotas;  // empty: they are only shown
};
struct ShowUsage {
  std::string tenant;  // empty: everybody's
  std::string from;    // days as 2026-03-01; empty: the first of this month, and today
  std::string to;
};
struct IssueToken {
  std::string tenant = "default";
  std::string meeting;
  std::string participant;
  std::string name;
  std::vector<std::string> grants{"audio", "video", "screenshare", "subscribe", "data"};
  std::chrono::seconds lifetime{};
  bool link = false;  // print where to click instead of the bare token
};

using AdminCommand = std::variant<CreateTenant, ListTenants, ListKeys, AddKey, RetireKey, ChangeQuotas, ShowUsage, IssueToken>;

struct Administration {
  Loaded loaded;
  AdminCommand command;
};

// Whether the first argument is one of this file's words.
bool is_admin_command(int argc, const char* const* argv);

// Ids, quotas' names and days are judged by whoever executes the command; here only what the command line itself can get wrong.
std::variant<Administration, Exit> read_admin_command(int argc, const char* const* argv, const Sources& sources);

}  // namespace dd::config
