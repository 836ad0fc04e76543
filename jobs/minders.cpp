#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <base/try.h>
#include <jobs/line.h>
#include <jobs/minders.h>
#include <jobs/process.h>
#include <jobs/spawn.h>

namespace belfry {
namespace {

bool say(const Fd& line, const std::string& message) {
  return ::send(line.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

bool bury(Minder& minder) {
  if (!wait_for_end(minder.process, Millis{0})) return false;
  (void)reap_child(minder.process);
  return true;
}

}  // namespace

MinderWord listen_to(const Minder& minder) {
  char letter = 0;
  ssize_t n = 0;
  do n = ::recv(minder.line.get(), &letter, 1, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n == 1 && letter == line::free) return MinderWord::free;
  return n < 0 && errno == EAGAIN ? MinderWord::nothing : MinderWord::gone;
}

Result<Minders> Minders::open(const std::string& program, std::size_t lines_max) {
  Fd line_place{::open("/dev/null", O_PATH | O_CLOEXEC)};
  if (!line_place) return std::unexpected(system_error("open", "/dev/null"));
  Fd opened{::open(program.c_str(), O_PATH | O_CLOEXEC)};
  if (!opened) return std::unexpected(system_error("open", program));
  return Minders(std::move(opened), std::move(line_place), lines_max);
}

Minders::Minders(Fd program, Fd line_place, std::size_t lines_max)
    : line_place_(std::move(line_place)), program_(std::move(program)), lines_max_(lines_max) {}

Result<Minder> Minders::start(const std::string& directory, const Fd& secrets) {
  Minder minder{.line = secrets ? Fd{} : open_line()};
  minder.process =
      TRY(spawn_minder(program_, directory, {.secrets = secrets.get(), .line = minder.line ? line_place_.get() : -1}));
  if (minder.line) ++lines_;
  return minder;
}

// The minder's end is put where it inherits it; ours is given. Without a line it works as well.
Fd Minders::open_line() {
  if (lines_ >= lines_max_) return {};
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return {};
  Fd ours{ends[0]};
  const Fd theirs{ends[1]};
  return ::dup3(theirs.get(), line_place_.get(), O_CLOEXEC) >= 0 ? std::move(ours) : Fd{};
}

// The one that came last: what it needs is still in the processor's caches, and the others may go.
std::optional<Minder> Minders::send(const std::string& name) {
  while (!resting_.empty()) {
    Minder minder = std::move(resting_.back().minder);
    resting_.pop_back();
    if (say(minder.line, line::run + name)) return minder;
    hang_up(minder);
    leaving_.push_back(std::move(minder));
  }
  return std::nullopt;
}

void Minders::tell_to_stop(const Minder& minder) {
  if (!minder.process) return;
  if (!minder.line || !say(minder.line, {line::stop})) signal_process(minder.process, SIGTERM);
}

void Minders::hang_up(Minder& minder) {
  if (!minder.line) return;
  minder.line.reset();
  --lines_;
}

void Minders::rest(Minder minder, BootTime now) {
  minder.has_rested = true;
  resting_.push_back({.minder = std::move(minder), .since = now});
}

void Minders::let_go(BootTime then) {
  const auto first_to_stay = std::ranges::find_if(resting_, [&](const Resting& one) { return one.since > then; });
  for (auto one = resting_.begin(); one != first_to_stay; ++one) {
    hang_up(one->minder);
    leaving_.push_back(std::move(one->minder));
  }
  resting_.erase(resting_.begin(), first_to_stay);
}

void Minders::look_at(std::uint64_t token) {
  std::erase_if(leaving_, [&](Minder& one) { return one.token == token && bury(one); });
  std::erase_if(resting_, [&](Resting& one) {
    if (one.minder.token != token || !bury(one.minder)) return false;
    hang_up(one.minder);
    return true;
  });
}

}  // namespace belfry
