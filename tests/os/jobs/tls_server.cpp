#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/os/jobs/bench.h>
#include <tests/os/jobs/tls_server.h>

namespace belfry::tests {

namespace {

pid_t start_shell(const std::string& script) {
  std::string shell = "sh";
  std::string option = "-c";
  std::string text = script;
  char* argv[] = {shell.data(), option.data(), text.data(), nullptr};
  pid_t pid = 0;
  REQUIRE(::posix_spawnp(&pid, "sh", nullptr, nullptr, argv, environ) == 0);
  return pid;
}

}  // namespace

TlsServer::TlsServer() {
  const std::string key = directory_ / "key.pem";
  const std::string said = directory_ / "said";
  pid_ =
      start_shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout " + key +
                  " -out " + certificate() + " -subj /CN=test -addext subjectAltName=IP:127.0.0.1 2>/dev/null && " +
                  "exec openssl s_server -accept 127.0.0.1:0 -www -cert " + certificate() + " -key " + key + " >" +
                  said + " 2>&1 </dev/null");
  const std::string listens = "ACCEPT 127.0.0.1:";
  REQUIRE(eventually([&] {
    const std::string text = read_file(said).value_or("");
    const std::size_t at = text.find(listens);
    const std::size_t end = text.find('\n', at);
    if (at == std::string::npos || end == std::string::npos) return false;
    port_ = text.substr(at + listens.size(), end - at - listens.size());
    return true;
  }));
}

TlsServer::~TlsServer() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace belfry::tests
