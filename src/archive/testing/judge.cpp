// SPDX-License-Identifier: MIT
#include "archive/testing/judge.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <sstream>

#include "archive/testing/tool.hpp"

namespace dd::archive::testing {
namespace {

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}

// The numbers behind `key`, in lines that also hold `mark`.
std::vector<double> numbers(const Lines& lines, const std::string& mark, const std::string& key) {
  std::vector<double> out;
  for (const std::string& line : lines) {
    const auto at = line.find(key);
    if (at != std::string::npos && line.find(mark) != std::string::npos)
      out.push_back(std::strtod(line.c_str() + at + key.size(), nullptr));
  }
  return out;
}

Spans spans(const std::vector<double>& from, const std::vector<double>& to, double last) {
  Spans out;
  for (std::size_t i = 0; i < from.size(); ++i) out.emplace_back(from[i], i < to.size() ? to[i] : last);
  return out;
}

std::vector<double> rises(const std::vector<double>& times, const std::vector<double>& means) {
  std::vector<double> out;
  bool bright = false;
  for (std::size_t i = 0; i < std::min(times.size(), means.size()); ++i) {
    if (means[i] > 220 && !bright) out.push_back(times[i]);
    bright = means[i] > 220;
  }
  return out;
}

// How the two detectors sign their lines: that of nothing at all, and that of the hum, which hears silence for longer.
std::pair<std::string, std::string> silences(const Lines& lines) {
  std::map<std::string, double> total;
  for (const std::string& line : lines) {
    if (line.rfind("[silencedetect @", 0) != 0) continue;
    const std::string sign = line.substr(0, line.find(']') + 1);
    for (const double seconds : numbers({line}, sign, "silence_duration: ")) total[sign] += seconds;
  }
  if (total.empty()) return {"-", "-"};  // no line has them
  const auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto soft = std::max_element(total.begin(), total.end(), less);
  const auto none = std::min_element(total.begin(), total.end(), less);
  return {total.size() < 2 ? "[no line begins so]" : none->first, soft->first};
}

}  // namespace

Verdict judge(const std::filesystem::path& file) {
  Verdict out;
  const auto probed =
      run_tool({"ffprobe", "-v", "error", "-show_entries", "stream=codec_name:format=duration", "-of", "default=nk=1:nw=1", file.string()});
  for (const std::string& line : lines_of(probed.output)) {
    if (!line.empty() && line[0] >= '0' && line[0] <= '9') {
      out.seconds = std::strtod(line.c_str(), nullptr);
    } else {
      out.streams += (out.streams.empty() ? "" : ",") + line;
    }
  }
  const bool pictures = out.streams.find_first_not_of("opus") != std::string::npos;
  const bool sound = out.streams.find("opus") != std::string::npos;
  std::vector<std::string> command = {"ffmpeg", "-hide_banner", "-nostats", "-v", "level+info", "-i", file.string()};
  if (pictures) {
    const char* filter = "blackdetect=d=0.3:pix_th=0.08,signalstats,metadata=print:key=lavfi.signalstats.YAVG";
    command.insert(command.end(), {"-vf", filter, "-fps_mode", "passthrough"});
  }
  if (sound) command.insert(command.end(), {"-af", "silencedetect=n=-80dB:d=0.1,silencedetect=n=-30dB:d=0.3"});
  command.insert(command.end(), {"-f", "null", "-"});
  const ToolResult played = run_tool(command);
  const Lines lines = lines_of(played.output);
  if (played.code != 0) out.errors = "ffmpeg does not play it\n";
  for (const std::string& line : lines) {
    if (line.find("[error]") != std::string::npos || line.find("[warning]") != std::string::npos ||
        line.find("[fatal]") != std::string::npos) {
      out.errors += line + "\n";
    }
  }
  out.black = spans(numbers(lines, "blackdetect", "black_start:"), numbers(lines, "blackdetect", "black_end:"), out.seconds);
  const auto [none, soft] = silences(lines);
  out.silence = spans(numbers(lines, none, "silence_start: "), numbers(lines, none, "silence_end: "), out.seconds);
  out.beeps = numbers(lines, soft, "silence_end: ");
  out.flashes = rises(numbers(lines, "pts_time:", "pts_time:"), numbers(lines, "YAVG", "YAVG="));
  // The last soft silence may end with the file instead of a beep.
  std::erase_if(out.beeps, [&](double beep) { return beep > out.seconds - 0.1; });
  return out;
}

std::vector<double> Verdict::beep_after_flash() const {
  std::vector<double> out;
  for (const double beep : beeps) {
    for (const double flash : flashes) {
      if (std::abs(beep - flash) < 0.5) out.push_back(beep - flash);
    }
  }
  return out;
}

bool has_span(const Spans& spans, double from, double to, double tolerance) {
  return std::any_of(spans.begin(), spans.end(),
                     [&](const auto& it) { return std::abs(it.first - from) <= tolerance && std::abs(it.second - to) <= tolerance; });
}

std::string text_of(const Spans& spans) {
  std::string out;
  for (const auto& it : spans) out += fmt::format("[{:.3f}, {:.3f}] ", it.first, it.second);
  return out;
}

}  // namespace dd::archive::testing
