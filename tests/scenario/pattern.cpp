// SPDX-License-Identifier: MIT
#include "tests/scenario/pattern.hpp"

#include <cctype>
#include <sstream>

namespace dd::scenario {
namespace {

std::size_t end_of_name(std::string_view text, std::size_t begin) {
  while (begin < text.size() && (std::isalnum(static_cast<unsigned char>(text[begin])) != 0 || text[begin] == '_')) ++begin;
  return begin;
}

}  // namespace

Words split_words(std::string_view text) {
  std::istringstream stream{std::string(text)};
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string join_words(const Words& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string Names::expand(const std::string& text) const {
  std::string expanded;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      expanded += text[at++];
      continue;
    }
    const std::size_t end = end_of_name(text, at + 1);
    auto known = known_.find(text.substr(at + 1, end - at - 1));
    expanded += known == known_.end() ? text.substr(at, end - at) : known->second;
    at = end;
  }
  return expanded;
}

bool Names::matches_start(const Words& expected, const Words& actual) {
  if (expected.size() > actual.size()) return false;
  const auto before = known_;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::string wanted = expand(expected[i]);
    if (wanted == actual[i]) continue;
    // A name without a meaning ends its word: "bob.video=$c".
    const auto dollar = wanted.find('$');
    const bool binds = dollar != std::string::npos && end_of_name(wanted, dollar + 1) == wanted.size() &&
                       actual[i].compare(0, dollar, wanted, 0, dollar) == 0 && actual[i].size() > dollar;
    if (!binds) {
      known_ = before;
      return false;
    }
    known_[wanted.substr(dollar + 1)] = actual[i].substr(dollar);
  }
  return true;
}

bool Names::matches(const Words& expected, const Words& actual) {
  return expected.size() == actual.size() && matches_start(expected, actual);
}

}  // namespace dd::scenario
