// SPDX-License-Identifier: MIT
// Patterns of scenario files: words compared one by one, where `$name` stands for an id that the first match fixes.
// It knows neither commands nor events. Owned by one running scenario.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dd::scenario {

using Words = std::vector<std::string>;

Words split_words(std::string_view text);
std::string join_words(const Words& words);

class Names {
 public:
  // Every `$name` replaced by what it stands for; names nobody has met stay as they are.
  std::string expand(const std::string& text) const;

  // Whether `actual` begins with what `expected` says; binds the names that only now get a meaning, but only on success.
  bool matches_start(const Words& expected, const Words& actual);
  bool matches(const Words& expected, const Words& actual);

 private:
  std::map<std::string, std::string, std::less<>> known_;
};

}  // namespace dd::scenario
