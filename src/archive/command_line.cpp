// SPDX-License-Identifier: MIT
// CLI11 does the parsing; its exceptions end here.
#include "archive/command_line.hpp"

#include <unistd.h>

#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "archive/compose_command.hpp"
#include "archive/disk.hpp"
#include "archive/finish.hpp"
#include "archive/inspect.hpp"
#include "archive/progress_bar.hpp"
#include "archive/recover.hpp"
#include "archive/timeline_svg.hpp"

namespace dd::archive {
namespace {

struct Asked {
  std::string folder;
  std::string svg;
  bool final = false;
  bool json = false;
  bool no_participants = false;
  std::vector<std::string> composer;

  ProgressStyle style() const {
    if (json) return ProgressStyle::kJson;
    return ::isatty(STDERR_FILENO) == 1 ? ProgressStyle::kBar : ProgressStyle::kSilent;
  }
};

int fail(std::string_view doing, const Error& error) {
  fmt::print(stderr, "{}: {}\n", doing, error.message);
  return 1;
}

int do_inspect(const Asked& asked) {
  const auto folder = Folder::open(asked.folder, Access::kRead);
  if (!folder) return fail("inspect", folder.error());
  const auto manifest = folder->manifest();
  if (!manifest) return fail("inspect", manifest.error());
  fmt::print("{}", inspection(*manifest, folder->timeline()));
  if (asked.svg.empty()) return 0;
  if (const auto written = replace_text(asked.svg, timeline_svg(*manifest, folder->timeline())); !written)
    return fail("draw", written.error());
  return 0;
}

int do_recover(const Asked& asked) {
  ProgressBar bar(asked.style());
  const auto recovered = recover(asked.folder, asked.final ? Ending::kFinal : Ending::kInterrupted,
                                 [&](double percent, std::string_view doing) { bar.show(percent, doing); });
  bar.end();
  if (!recovered) return fail("recover", recovered.error());
  for (const std::string& file : recovered->damaged) fmt::print(stderr, "nothing could be used of {}\n", file);
  if (asked.json) return 0;
  fmt::print("{} files were growing, {} torn bytes were cut off; the recording is {}, {} long\n", recovered->files,
             recovered->dropped_bytes, to_string(recovered->manifest.state), clock_text(recovered->manifest.duration));
  return 0;
}

int do_finish(const Asked& asked) {
  ProgressBar bar(asked.style());
  const auto manifest = finish(asked.folder, asked.no_participants ? Participants::kNone : Participants::kEach,
                               [&](double percent, std::string_view doing) { bar.show(percent, doing); });
  bar.end();
  if (!manifest) return fail("finish", manifest.error());
  if (asked.json) return 0;
  for (const auto& output : manifest->outputs) fmt::print("{}  {}\n", output.file, clock_text(output.duration));
  return 0;
}

int do_compose(const Asked& asked) {
  const auto code = run_composer(asked.composer, asked.style());
  return code ? *code : fail("compose", code.error());
}

}  // namespace

int run_command_line(int argc, const char* const* argv, const std::function<int()>& serve) {
  CLI::App app{"Works on the folder of a recording (docs/recording-format.md).", "doordarshan-recorder"};
  app.require_subcommand(1);
  Asked asked;
  const auto command = [&](const char* name, const char* help) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->add_option("FOLDER", asked.folder, "The recording's folder, which holds timeline.jsonl.")->required();
    return sub;
  };
  CLI::App* inspect = command("inspect", "Print tracks, files, gaps and sync, and draw the timeline.");
  inspect->add_option("--svg", asked.svg, "Draw the timeline into this file.");
  CLI::App* recover = command("recover", "Finish what a crash left: cut files to what is whole, and say so in the timeline.");
  recover->add_flag("--final", asked.final, "Nobody will go on: the recording is complete.");
  recover->add_flag("--json", asked.json, "Print progress as JSON lines.");
  CLI::App* finish = command("finish", "Make the participants' files, and checksums of everything.");
  finish->add_flag("--json", asked.json, "Print progress as JSON lines.");
  finish->add_flag("--no-participants", asked.no_participants, "Count checksums only.");
  CLI::App* compose = app.add_subcommand("compose", "Make one programme of a recording; --help says how.");
  compose->prefix_command();
  compose->set_help_flag();
  CLI::App* served = serve ? app.add_subcommand("serve", "Record, as the media server says on descriptors 3 and 4.") : nullptr;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    fmt::print("{}", chosen.empty() ? app.help() : chosen.front()->help());
    return 0;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "{}\nTry --help.\n", error.what());
    return 2;
  }
  if (inspect->parsed()) return do_inspect(asked);
  if (recover->parsed()) return do_recover(asked);
  if (finish->parsed()) return do_finish(asked);
  if (compose->parsed()) {
    asked.composer = compose->remaining();
    asked.json = std::erase(asked.composer, "--json") > 0;
    return do_compose(asked);
  }
  return served != nullptr && served->parsed() ? serve() : 2;
}

}  // namespace dd::archive
