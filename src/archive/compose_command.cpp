// SPDX-License-Identifier: MIT
#include "archive/compose_command.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "archive/enter_output.hpp"
#include "recording/paths.hpp"

extern char** environ;  // POSIX wants the program to declare it

namespace dd::archive {
namespace {

constexpr std::size_t kMaxLine = 16 * 1024;

Error system_error(std::string_view doing, int number) {
  return make_error(Errc::kInternal, fmt::format("{}: {}", doing, std::strerror(number)));
}

// `FOLDER ...` or `live FOLDER ...`.
std::filesystem::path recording_of(const std::vector<std::string>& arguments) {
  const std::size_t at = !arguments.empty() && arguments.front() == "live" ? 1 : 0;
  return at < arguments.size() ? std::filesystem::path(arguments[at]) : std::filesystem::path();
}

void show_line(const std::string& line, ProgressStyle style, ProgressBar& bar) {
  const auto progress = parse_composer_line(line);
  if (style == ProgressStyle::kJson || !progress) {  // for whoever reads us, as it came
    if (style == ProgressStyle::kBar) bar.end();
    fmt::print(stdout, "{}\n", line);
    std::fflush(stdout);
    return;
  }
  bar.show(progress->percent, fmt::format("{:.1f} x real time, {:.0f} s to go", progress->speed, progress->eta_seconds));
}

// Answers the last line.
std::string show_lines(int descriptor, ProgressStyle style) {
  ProgressBar bar(style);
  std::string last;
  std::string line;
  std::array<char, 4096> piece{};
  for (;;) {
    const ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    for (ssize_t i = 0; i < got; ++i) {
      const char c = piece[static_cast<std::size_t>(i)];
      if (c == '\n') {
        show_line(line, style, bar);
        last = std::move(line);
        line.clear();
      } else if (line.size() < kMaxLine) {
        line += c;
      }
    }
  }
  if (line.empty()) return last;
  show_line(line, style, bar);
  return line;
}

}  // namespace

std::optional<recording::Output> parse_composed(std::string_view line, const std::filesystem::path& folder) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || json.value("done", false) != true) return std::nullopt;
  const auto text = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto number = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
  };
  recording::Output output;
  output.mode = "composite";
  std::error_code error;
  auto made = std::filesystem::weakly_canonical(text("file"), error);
  if (std::filesystem::is_directory(made, error)) made /= "live.mp4";  // what was composed live is a folder for players of HLS, too
  output.file = made.lexically_relative(std::filesystem::weakly_canonical(folder, error)).string();
  if (error || !recording::is_relative_file(output.file)) return std::nullopt;
  output.layout = text("layout");
  output.width = static_cast<std::uint32_t>(number("width"));
  output.height = static_cast<std::uint32_t>(number("height"));
  output.fps = static_cast<std::uint32_t>(number("fps"));
  output.start = recording::Time(number("startUs"));
  output.duration = recording::Time(number("durationUs"));
  return output;
}

std::optional<ComposerProgress> parse_composer_line(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto number = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_number() ? found->get<double>() : 0.0;
  };
  if (!json.contains("percent") || !json["percent"].is_number()) return std::nullopt;
  return ComposerProgress{number("percent"), number("speed"), number("etaSeconds")};
}

Result<int> run_composer(const std::vector<std::string>& arguments, ProgressStyle style) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string program = (error ? std::filesystem::path() : self.parent_path()) / "doordarshan-composer";

  const auto folder = recording_of(arguments);
  // The programme's usual place; the composer makes files, not folders.
  if (!folder.empty()) std::filesystem::create_directory(folder / "composite", error);

  // By setpriv the kernel ends the composer when this program is killed: nobody would read what it says.
  std::vector<std::string> words = {"/usr/bin/setpriv", "--pdeathsig", "TERM", "--", program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.emplace_back("--json");  // we read it, whoever reads us
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return system_error("make a pipe", errno);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  pid_t child = 0;
  const int failure = ::posix_spawn(&child, argv.front(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (failure != 0) {
    ::close(pipe[0]);
    return system_error(fmt::format("start {}", program), failure);
  }
  const std::string last = show_lines(pipe[0], style);
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code == 0 && !folder.empty()) {
    if (auto output = parse_composed(last, folder)) {
      DD_TRY_VOID(enter_output(folder, std::move(*output)));
    }
  }
  return code;
}

}  // namespace dd::archive
