// SPDX-License-Identifier: MIT
// What the composer says while it works: how far it is, how fast, until when; and what came of it. JSON lines or words.
// It measures with the clock it is given and prints nothing: lines go to the sink.
// Used from the composing thread.
#pragma once

#include <functional>
#include <string>

#include "base/clock.hpp"
#include "composer/arguments.hpp"
#include "composer/performance.hpp"

namespace dd::composer {

class Report {
 public:
  using Sink = std::function<void(const std::string& line)>;
  static constexpr Duration kEvery = std::chrono::milliseconds{500};

  Report(Talk talk, const Clock& clock, Sink sink);

  // At most one line every kEvery.
  void progress(Time done, Time whole);
  // For a program that reads us; a person is told nothing.
  void wishes(const std::vector<Performance::Wish>& wishes);
  void done(const ComposeRequest& request, const Composed& composed);
  void failed(const Error& error);

 private:
  double speed(Time done, MonotonicTime now) const;

  Talk talk_;
  const Clock& clock_;
  Sink sink_;
  MonotonicTime began_;
  MonotonicTime said_;
};

}  // namespace dd::composer
