#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

#include <doctest/doctest.h>

#include <api/unix_socket.h>
#include <base/worker.h>
#include <cli/daemon_link.h>
#include <tests/support/temp_dir.h>

using namespace belfry;
using namespace belfry::cli;
using namespace belfry::tests;
using namespace std::chrono_literals;

namespace {

// A daemon that knows one answer: takes one connection, reads the request, sends the bytes and hangs up.
class OneAnswer {
 public:
  OneAnswer(const std::string& path, std::string answer) : listener_(api::listen_unix(path).value()) {
    worker_.post([this, answer = std::move(answer)] {
      pollfd waiting{.fd = listener_.fd.get(), .events = POLLIN, .revents = 0};
      ::poll(&waiting, 1, 5000);
      const Fd connection{::accept(listener_.fd.get(), nullptr, nullptr)};
      char buffer[4096];
      const auto n = ::recv(connection.get(), buffer, sizeof buffer, 0);
      request_.assign(buffer, n > 0 ? static_cast<std::size_t>(n) : 0);
      (void)::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
      ::shutdown(connection.get(), SHUT_RDWR);
    });
  }

  // Valid once the answer has been received.
  const std::string& request() const { return request_; }

 private:
  api::UnixListener listener_;
  std::string request_;
  Worker worker_{"one-answer"};
};

Error error_of(const std::string& path) { return DaemonLink{.socket_path = path}.get("/healthz").error(); }

}  // namespace

TEST_CASE("cli/daemon_link: a request is HTTP, says that a person asks, and its answer comes back whole") {
  const TempDir dir;
  const OneAnswer daemon(dir / "s", "HTTP/1.1 202 Accepted\r\nX-One: 1\r\nContent-Length: 2\r\n\r\n{}");
  const auto response = DaemonLink{.socket_path = dir / "s"}.send({.method = "POST", .target = "/v1/jobs/a/runs"});
  REQUIRE(response.has_value());
  CHECK(response->status == 202);
  CHECK(response->header("x-one") == "1");
  CHECK(response->body == "{}");
  CHECK(daemon.request().starts_with("POST /v1/jobs/a/runs HTTP/1.1\r\nHost: "));
  CHECK(daemon.request().find("\r\nX-Belfry-Request: manual\r\n") != std::string::npos);
  CHECK(daemon.request().find("\r\nContent-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("cli/daemon_link: a problem document becomes an error of its kind, in its words") {
  struct Row {
    const char* answer;
    ErrorKind kind;
    const char* what;
  };
  for (const Row& row : {
           Row{"HTTP/1.1 404 Not Found\r\n\r\n{\"detail\":\"there is no job 'x'\"}", ErrorKind::not_found,
               "there is no job 'x'"},
           Row{"HTTP/1.1 409 Conflict\r\n\r\n{\"detail\":\"still open\"}", ErrorKind::refused, "still open"},
           Row{"HTTP/1.1 403 Forbidden\r\n\r\n{\"detail\":\"no\"}", ErrorKind::not_allowed, "no"},
           Row{"HTTP/1.1 500 Internal Server Error\r\n\r\n", ErrorKind::failed, "the daemon answered 500"},
       }) {
    const TempDir dir;
    const OneAnswer daemon(dir / "s", row.answer);
    const Error error = error_of(dir / "s");
    CHECK(error.kind == row.kind);
    CHECK(error.what == row.what);
  }
}

TEST_CASE("cli/daemon_link: nobody there is told with the socket, the reason and the cure") {
  const TempDir dir;
  const std::string path = dir / "s";
  Error error = error_of(path);
  CHECK(error.kind == ErrorKind::unreachable);
  CHECK(error.what == "no daemon answers at unix:" + path + ": there is no such socket; start one with: belfry daemon");
  CHECK(says_that_none_runs(error));

  auto listener = api::listen_unix(path);
  REQUIRE(listener.has_value());
  listener->fd.reset();  // the file stays for as long as the listener's other half lives
  error = error_of(path);
  CHECK(error.kind == ErrorKind::unreachable);
  CHECK(error.what.find("the socket is there, but nobody listens on it") != std::string::npos);
  CHECK(says_that_none_runs(error));
}

TEST_CASE("cli/daemon_link: where a service would listen, its manager is asked first") {
  CHECK(error_of("/run/belfry-of-nobody/s").what ==
        "no daemon answers at unix:/run/belfry-of-nobody/s: there is no such socket; see  systemctl status belfry  or "
        "start one with: belfry daemon");
  CHECK(error_of("/run/user/0/belfry-of-nobody/s").what.find("systemctl --user status belfry") != std::string::npos);
}

TEST_CASE("cli/daemon_link: a daemon that hangs up in the middle did not answer") {
  for (const char* torn : {"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"}) {
    const TempDir dir;
    const OneAnswer daemon(dir / "s", torn);
    CHECK(error_of(dir / "s").kind == ErrorKind::unreachable);
  }
}

TEST_CASE("cli/daemon_link: patience has an end, and a wait can be broken off") {
  const TempDir dir;
  const auto silent = api::listen_unix(dir / "s");  // its queue accepts, it never answers
  REQUIRE(silent.has_value());
  const DaemonLink daemon{.socket_path = dir / "s"};
  const auto late = daemon.send({.target = "/healthz", .patience = 20ms});
  CHECK(late.error().kind == ErrorKind::unreachable);
  CHECK_FALSE(says_that_none_runs(late.error()));  // so the file is not asked in its place
  CHECK(late.error().what == "the daemon at unix:" + (dir / "s") + " did not answer within 20ms");

  const auto change = daemon.send({.method = "POST", .target = "/v1/jobs/a/runs", .patience = 20ms});
  CHECK(change.error().what.find("it may still do what it was told") != std::string::npos);

  const Fd broken_off{::eventfd(1, 0)};
  const auto left = daemon.send({.target = "/healthz", .patience = 5s, .break_off_fd = broken_off.get()});
  CHECK(left.error().sys_errno == ECANCELED);
}

TEST_CASE("cli/daemon_link: --host takes a Unix socket, and says so to whoever brings something else") {
  CHECK(check_host("unix:/run/belfry/belfry.sock").empty());
  for (const char* bad : {"http://localhost:8023", "https://x", "/run/belfry/belfry.sock", "unix:", ""}) {
    CAPTURE(bad);
    CHECK(check_host(bad).find("unix:PATH") != std::string::npos);
  }
}
