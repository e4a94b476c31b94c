// SPDX-License-Identifier: MIT
#include "studio/tool.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "observe/log.hpp"

namespace dd::studio {
ToolLine parse_tool_line(std::string_view line) {
  ToolLine parsed;
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) {
    parsed.error = line;
    return parsed;
  }
  const auto number = [&](const char* name) { return json.contains(name) && json[name].is_number() ? json[name].get<double>() : -1.0; };
  const auto text = [&](const char* name) {
    return json.contains(name) && json[name].is_string() ? json[name].get<std::string>() : std::string();
  };
  parsed.file = text("file");
  parsed.error = text("error");
  parsed.done = json.contains("done") && json["done"] == true;
  if (number("percent") >= 0) {
    parsed.progress = ToolProgress{std::min(number("percent"), 100.0), std::max(number("speed"), 0.0), std::nullopt};
    if (number("etaSeconds") >= 0 && number("etaSeconds") < 1e9)
      parsed.progress->eta_seconds = static_cast<std::uint64_t>(number("etaSeconds"));
  }
  constexpr std::size_t kMostWishes = 64;  // in one line
  if (const auto wishes = json.find("previews"); wishes != json.end() && wishes->is_object()) {
    for (const auto& [track, smaller] : wishes->items()) {
      if (parsed.previews.size() < kMostWishes && smaller.is_number_unsigned())
        parsed.previews.emplace_back(track, static_cast<unsigned>(std::min<std::uint64_t>(smaller.get<std::uint64_t>(), 8)));
    }
  }
  if (const auto wishes = json.find("keyFrames"); wishes != json.end() && wishes->is_array()) {
    for (const auto& track : *wishes) {
      if (parsed.key_frames.size() < kMostWishes && track.is_string()) parsed.key_frames.push_back(track.get<std::string>());
    }
  }
  return parsed;
}

Result<std::unique_ptr<Tool>> Tool::open(Loop& loop, std::string program, std::vector<std::string> arguments, OnLine on_line,
                                         int niceness) {
  std::unique_ptr<Tool> tool(new Tool(loop, std::move(on_line)));
  Tool* raw = tool.get();
  // The kernel ends the program when the server dies: the next server begins the same work anew, and two would write into one file.
  arguments.insert(arguments.begin(), {"--pdeathsig", "TERM", "--", std::move(program)});
  child::ProcessSettings settings{"recording_tool", "/usr/bin/setpriv", std::move(arguments), {"PATH=/usr/bin:/bin"}};
  settings.on_output = [raw](std::string_view line) { raw->on_line(line); };
  DD_TRY(tool->process_, child::Process::open(loop, std::move(settings), [raw](child::Exit exit) { raw->on_exit(exit); }));
  // Best effort: without it the tool competes with live media, which is worse but works.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(tool->process_->pid()), niceness);
  return tool;
}

void Tool::on_line(std::string_view line) {
  auto parsed = parse_tool_line(line);
  if (hears_) hears_(parsed);
  if (parsed.done) made_ = std::move(parsed.file);
  if (parsed.error.empty()) return;
  complaint_ = std::move(parsed.error);
  observe::log_warn("recording_tool_says", {{"line", complaint_}});
}

void Tool::on_exit(child::Exit exit) {
  if (exit.signal == 0 && exit.code == 0) {
    end_.resolve(Result<std::string>(std::move(made_)));
    return;
  }
  auto how = exit.signal != 0 ? fmt::format("killed by signal {}", exit.signal) : fmt::format("exited with {}", exit.code);
  if (!complaint_.empty()) how = fmt::format("{} ({})", complaint_, how);
  end_.resolve(Result<std::string>(make_error(Errc::kInternal, std::move(how))));
}

}  // namespace dd::studio
