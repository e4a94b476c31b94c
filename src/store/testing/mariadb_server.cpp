// SPDX-License-Identifier: MIT
#include "store/testing/mariadb_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "store/connection.hpp"

namespace dd::store::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* kPrefix = "doordarshan-mariadb-";
constexpr const char* kUser = "doordarshan";
constexpr const char* kPassword = "p'a\\ss w\"ord";  // whatever breaks careless quoting

Error failed(std::string what) { return make_error(Errc::kInternal, std::move(what)); }

// A test program that was killed could not remove its folder; its process id is in the name.
void remove_abandoned_folders(const fs::path& parent) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    const auto name = entry.path().filename().string();
    if (name.rfind(kPrefix, 0) != 0) continue;
    const auto* begin = name.data() + std::string(kPrefix).size();
    pid_t owner = 0;
    const auto parsed = std::from_chars(begin, name.data() + name.size(), owner);
    if (parsed.ec == std::errc{} && owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), ignored);
  }
}

// The output of `arguments` goes to `log`; the child dies with this thread.
pid_t spawn_process(const std::vector<std::string>& arguments, const std::string& log) {
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int in = ::open("/dev/null", O_RDONLY);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

std::string as_user() { return ::geteuid() == 0 ? "--user=root" : "--skip-symbolic-links"; }

std::string sql_text(std::string_view value) {
  std::string text = "'";
  for (char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

}  // namespace

Result<std::unique_ptr<MariadbServer>> MariadbServer::start() {
  const auto parent = fs::temp_directory_path();
  remove_abandoned_folders(parent);
  const auto folder = (parent / fmt::format("{}{}", kPrefix, ::getpid())).string();
  fs::remove_all(folder);
  fs::create_directory(folder);
  std::unique_ptr<MariadbServer> server(new MariadbServer(folder, free_port()));

  const pid_t prepare = spawn_process({DD_SOURCE_DIR "/tools/mariadb.sh", "prepare", folder}, folder + "/prepare-output.log");
  int status = 0;
  ::waitpid(prepare, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return failed(fmt::format("tools/mariadb.sh prepare failed with {}; is mariadb-server-core installed?", status));
  }
  // The client programs are another package, so the server creates its user itself, at each start.
  std::ofstream(folder + "/init.sql") << "CREATE USER IF NOT EXISTS " << kUser << "@'%' IDENTIFIED BY " << sql_text(kPassword) << ";\n"
                                      << "GRANT ALL ON *.* TO " << kUser << "@'%';\n";
  auto started = server->start_again();
  if (!started) return std::move(started.error());
  return server;
}

MariadbServer::~MariadbServer() {
  resume();
  kill();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Settings MariadbServer::settings_for(const std::string& database) const {
  Settings settings;
  settings.kind = DatabaseKind::kMysql;
  settings.unix_socket = folder_ + "/socket";
  settings.user = kUser;
  settings.password = kPassword;
  settings.database = database;
  return settings;
}

Settings MariadbServer::over_tcp(Settings settings) const {
  settings.unix_socket.clear();
  settings.host = "127.0.0.1";
  settings.port = port_;
  return settings;
}

Result<Settings> MariadbServer::create_database(const std::string& name) {
  const auto administration = settings_for("mysql");
  Connection connection(administration);
  DD_TRY_VOID(connection.open());
  DD_TRY_VOID(connection.execute("DROP DATABASE IF EXISTS " + name));
  DD_TRY_VOID(connection.execute("CREATE DATABASE " + name));
  return settings_for(name);
}

void MariadbServer::kill() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

Result<void> MariadbServer::start_again() {
  kill();
  // Without syncing: what is tested survives the death of the server, not of the machine, and tables are made in a moment.
  process_ = spawn_process(
      {"/usr/sbin/mariadbd", "--no-defaults", "--datadir=" + folder_ + "/data", "--socket=" + folder_ + "/socket",
       "--pid-file=" + folder_ + "/pid", "--bind-address=127.0.0.1", fmt::format("--port={}", port_), "--skip-name-resolve",
       "--skip-log-bin", "--performance-schema=OFF", "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M",
       "--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=2", "--init-file=" + folder_ + "/init.sql", as_user()},
      folder_ + "/server.log");
  const auto settings = settings_for("mysql");
  Connection connection(settings);
  for (int attempt = 0; attempt < 600; ++attempt) {
    if (connection.open()) return ok();
    if (::waitpid(process_, nullptr, WNOHANG) != 0) {
      process_ = -1;
      return failed("mariadbd ended at its start");
    }
    std::this_thread::sleep_for(50ms);  // another program starts; there is nothing to be told by
  }
  return failed("mariadbd did not accept connections within 30 s");
}

void MariadbServer::suspend() {
  if (process_ <= 0) return;
  ::kill(process_, SIGSTOP);
  // The signal takes effect thread by thread; only when the last one stands does nothing answer any more.
  siginfo_t stopped{};
  ::waitid(P_PID, static_cast<id_t>(process_), &stopped, WSTOPPED | WEXITED | WNOWAIT);
}

void MariadbServer::resume() {
  if (process_ > 0) ::kill(process_, SIGCONT);
}

}  // namespace dd::store::testing
