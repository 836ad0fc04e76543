#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <base/log.h>
#include <base/text.h>
#include <daemon/service_manager.h>

namespace belfry {

namespace {

// A third of what it waits for: one datagram may be late.
std::optional<Millis> watchdog_period(const ServiceManager::Environment& environment) {
  const auto pid = environment("WATCHDOG_PID");
  if (pid && *pid != std::to_string(::getpid())) return std::nullopt;
  const auto usec = parse_unsigned(environment("WATCHDOG_USEC").value_or(""));
  if (!usec || *usec == 0) return std::nullopt;
  const std::chrono::microseconds patience{static_cast<std::int64_t>(*usec)};
  return std::max(Millis{1}, std::chrono::floor<Millis>(patience) / 3);
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

ServiceManager ServiceManager::find(const Environment& environment) {
  ServiceManager manager;
  const auto path = environment("NOTIFY_SOCKET");
  if (!path || path->empty()) return manager;
  auto sender = DatagramSender::open(*path);
  if (!sender) {
    log::warning("the service manager cannot be told anything: " + sender.error().what);
    return manager;
  }
  manager.sender_ = *std::move(sender);
  manager.watchdog_ = watchdog_period(environment);
  return manager;
}

void ServiceManager::show(std::string status) { status_ = one_line(std::move(status)); }

void ServiceManager::ask_for_time(BootTime now) {
  if (asked_for_time_at_ && now < *asked_for_time_at_ + time_pause) return;
  asked_for_time_at_ = now;
  note("EXTEND_TIMEOUT_USEC=" + std::to_string(std::chrono::microseconds(time_asked_for).count()) + "\n");
}

void ServiceManager::add_what_is_due(BootTime now) {
  const bool is_first = shown_.empty();
  if (status_ != shown_ && (is_first || now >= shown_at_ + status_pause)) {
    note("STATUS=" + status_ + "\n");
    shown_ = status_;
    shown_at_ = now;
  }
  if (watchdog_ && now >= fed_at_ + *watchdog_) {
    note("WATCHDOG=1\n");
    fed_at_ = now;
  }
}

void ServiceManager::take_turn(BootTime now) {
  if (!is_there()) return;
  if (!has_no_room_) add_what_is_due(now);
  has_no_room_ = false;
  if (unsaid_.empty()) return;
  const auto sent = sender_->send(unsaid_);
  has_no_room_ = !sent && (sent.error().sys_errno == EAGAIN || sent.error().sys_errno == ENOBUFS);
  if (has_no_room_) return;
  if (!sent) log::warning("the service manager could not be told: " + sent.error().what);
  unsaid_.clear();
}

std::optional<Millis> ServiceManager::wakes_in(BootTime now) const {
  if (!is_there()) return std::nullopt;
  if (has_no_room_) return retry_pause;
  if (!unsaid_.empty()) return Millis{0};
  std::optional<Millis> wish;
  const auto at_most = [&](BootTime due) { wish = std::min(wish.value_or(Millis::max()), due - now); };
  if (watchdog_) at_most(fed_at_ + *watchdog_);
  if (status_ != shown_) at_most(shown_at_ + status_pause);
  return wish ? std::optional(std::max(Millis{0}, *wish)) : std::nullopt;
}

}  // namespace belfry
