// SPDX-License-Identifier: MIT
#include "app/paths.hpp"

#include <initializer_list>

namespace dd::app {
namespace {

namespace fs = std::filesystem;

void fill(std::string& path, const fs::path& folder, std::initializer_list<const char*> candidates) {
  if (!path.empty()) return;
  for (const char* candidate : candidates) {
    std::error_code error;
    const fs::path found = fs::weakly_canonical(folder / candidate, error);
    if (!error && fs::exists(found, error)) {
      path = found.string();
      return;
    }
  }
}

}  // namespace

void find_paths(config::Settings& settings) {
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  if (!error) find_paths(settings, executable.parent_path());
}

void find_paths(config::Settings& settings, const fs::path& folder) {
  // In a build tree the program is <root>/build/bin/doordarshan; installed it is <prefix>/bin/doordarshan.
  fill(settings.rtc.worker_path, folder, {"mediasoup-worker", "../libexec/doordarshan/mediasoup-worker"});
  fill(settings.recordings.recorder_path, folder, {"doordarshan-recorder", "../libexec/doordarshan/doordarshan-recorder"});
  fill(settings.http.swagger_ui_dir, folder, {"../../node_modules/swagger-ui-dist", "../share/doordarshan/swagger-ui-dist"});
  fill(settings.control.web_app_dir, folder, {"../../web/app/dist", "../share/doordarshan/app"});
  fill(settings.http.try_page_dir, folder, {"../../web/try/dist", "../share/doordarshan/try"});
}

}  // namespace dd::app
