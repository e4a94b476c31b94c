// SPDX-License-Identifier: MIT
#include "net/tls_certificate.hpp"

#include <sys/stat.h>

#include <array>

#include "base/background_thread.hpp"
#include "observe/log.hpp"

namespace dd::net {
namespace {

// Tells one content of a file from the next. Links are followed: renewal tools swap what they point to.
struct FileStamp {
  std::uint64_t inode = 0;
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  std::int64_t size = -1;
  bool operator==(const FileStamp&) const = default;
};
using PairStamp = std::array<FileStamp, 2>;

FileStamp stamp_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size};
}

// What one look at the files found.
struct Sighting {
  PairStamp stamp;
  std::shared_ptr<const TlsContext> context;  // null: nothing new, or broken
  std::string trouble;
};

Result<Sighting> look_at(const TlsFiles& files, const PairStamp& known) {
  Sighting seen{{stamp_of(files.certificate), stamp_of(files.key)}, nullptr, {}};
  if (seen.stamp == known) return seen;
  auto loaded = TlsContext::for_server(files.certificate, files.key);
  if (loaded) {
    seen.context = std::move(*loaded);
  } else {
    seen.trouble = loaded.error().message;
  }
  return seen;
}

}  // namespace

struct TlsCertificate::State {
  State(Loop& home, TlsFiles paths) : loop(home), files(std::move(paths)), thread(home, 1) {}

  static void look_later(const std::shared_ptr<State>& state) {
    state->next_look = state->loop.after(state->files.look_every, [weak = std::weak_ptr(state)] {
      if (auto self = weak.lock()) spawn(look(std::move(self)));
    });
  }

  // Does not keep the state: the thread ends with its owner, on the loop.
  static Task<void> look(std::shared_ptr<State> state) {
    auto work = [files = state->files, known = state->loaded] { return look_at(files, known); };
    const std::weak_ptr<State> weak = state;
    auto looking = state->thread.run(std::move(work));
    state.reset();
    auto seen = co_await std::move(looking);
    state = weak.lock();
    if (!state) co_return;
    if (seen && seen->context) {
      state->context = std::move(seen->context);
      state->loaded = seen->stamp;
      state->broken = {};
      observe::log_info("certificate_reloaded");
    } else if (seen && !seen->trouble.empty() && seen->stamp != state->broken) {
      state->broken = seen->stamp;  // tried again at each look, since its other half may be under way, but said once
      observe::log_error("certificate_not_reloaded", {{"error", seen->trouble}});
    }
    look_later(state);
  }

  Loop& loop;
  TlsFiles files;
  std::shared_ptr<const TlsContext> context;
  PairStamp loaded{};
  PairStamp broken{};
  Timer next_look;
  BackgroundThread thread;
};

TlsCertificate::TlsCertificate(std::shared_ptr<State> state) : state_(std::move(state)) {}
TlsCertificate::~TlsCertificate() = default;

Result<std::unique_ptr<TlsCertificate>> TlsCertificate::open(Loop& loop, const TlsFiles& files) {
  DD_TRY(auto seen, look_at(files, PairStamp{}));
  if (!seen.context) return make_error(Errc::kInvalidArgument, seen.trouble.empty() ? "there is no certificate" : seen.trouble);
  auto state = std::make_shared<State>(loop, files);
  state->context = std::move(seen.context);
  state->loaded = seen.stamp;
  State::look_later(state);
  return std::unique_ptr<TlsCertificate>(new TlsCertificate(std::move(state)));
}

std::shared_ptr<const TlsContext> TlsCertificate::current() const { return state_->context; }

}  // namespace dd::net
