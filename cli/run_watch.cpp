#include <signal.h>

#include <algorithm>
#include <cerrno>

#include <base/text.h>
#include <base/try.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <cli/phrases.h>
#include <cli/run_watch.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

constexpr Millis poll_length = std::chrono::seconds{30};  // of one question to the daemon
constexpr Millis bar_pause = std::chrono::seconds{1};     // where somebody watches a bar
constexpr Millis retry_pause = std::chrono::seconds{1};   // while the daemon is away, or the run waits
constexpr int retries_max = 60;                           // a restart takes seconds; a minute is more than that
constexpr int exit_detached = exit_signal_base + SIGINT;

bool is_interrupted(const Error& error) { return error.sys_errno == ECANCELED; }

// The daemon may be back in a moment, and the run does not mind.
bool is_passing(const Error& error) {
  return error.kind == ErrorKind::unreachable || error.kind == ErrorKind::failed || error.kind == ErrorKind::refused;
}

// How often the daemon may be away in a row.
class Patience {
 public:
  // False: it has been away for too long, or this is no matter of patience.
  bool bears(const Error& error) { return is_passing(error) && ++away_ <= retries_max; }
  void refresh() { away_ = 0; }

 private:
  int away_ = 0;
};

std::uint64_t number_in(const HttpResponse& head, std::string_view name) {
  return parse_unsigned(head.header(name).value_or("")).value_or(0);
}

// Reads a run's output, attempt by attempt. Each attempt has an output of its own, and the position counts in it; so a
// connection that breaks, or is silent for too long, is taken up again where it ended.
class Follower {
 public:
  Follower(const DaemonLink& daemon, const RunId& run, const LogQuestion& question, const Interrupt& interrupt,
           ProgressBar* bar)
      : daemon_(daemon), run_(run), question_(question), interrupt_(interrupt), bar_(bar) {}

  Waited follow(const std::function<void(std::string_view)>& write) {
    for (;;) {
      const Piece piece = TRY(read_piece(write));
      if (piece == Piece::interrupted) return std::nullopt;
      if (piece == Piece::silent) {
        draw_bar();
        continue;
      }
      auto now = daemon_.get("/v1/runs/" + run_.text());
      if (now) {
        const Run standing = TRY(decode_run(now->body));
        if (standing.attempt > attempt_ && attempt_ != 0) {
          attempt_ = standing.attempt;
          offset_ = 0;
          continue;
        }
        if (piece == Piece::whole && !standing.is_open()) return std::move(now->body);
      } else if (!patience_.bears(now.error())) {
        return std::unexpected(now.error());
      }
      if (interrupt_.arrives_within(retry_pause)) return std::nullopt;
    }
  }

 private:
  enum class Piece { whole, broken, silent, interrupted };

  Result<Piece> read_piece(const std::function<void(std::string_view)>& write) {
    bool has_begun = false;
    const auto read = [&](const HttpResponse& head, std::string_view bytes) {
      if (!std::exchange(has_begun, true)) begin(head);
      offset_ += bytes.size();
      if (bytes.empty()) return;
      if (bar_ != nullptr) bar_->erase();
      write(bytes);
    };
    const auto piece = daemon_.send({.target = target(),
                                     .patience = bar_ != nullptr ? bar_pause : poll_length,
                                     .break_off_fd = interrupt_.fd(),
                                     .on_body = read});
    if (piece) {
      if (!has_begun) begin(*piece);
      patience_.refresh();
      return Piece::whole;
    }
    if (is_interrupted(piece.error())) return Piece::interrupted;
    if (has_begun && piece.error().sys_errno == ETIMEDOUT) return Piece::silent;
    if (!patience_.bears(piece.error())) return std::unexpected(piece.error());
    return Piece::broken;
  }

  // Between two lines of output there is time for it.
  void draw_bar() {
    if (bar_ == nullptr) return;
    const auto now = daemon_.get("/v1/runs/" + run_.text());
    const auto run = now ? decode_run(now->body) : Result<Run>{std::unexpected(now.error())};
    if (run) bar_->draw(run->progress);
  }

  void begin(const HttpResponse& head) {
    if (attempt_ != 0) return;
    attempt_ = number_in(head, "X-Belfry-Log-Attempt");
    offset_ = number_in(head, "X-Belfry-Log-From");
  }

  std::string target() const {
    std::string target = "/v1/runs/" + run_.text() + "/log?follow=1";
    if (!question_.stream.empty()) target += "&stream=" + question_.stream;
    if (attempt_ != 0) {
      target += "&attempt=" + std::to_string(attempt_) + "&from=" + std::to_string(offset_);
    } else if (question_.tail) {
      target += "&tail=" + std::to_string(*question_.tail);
    }
    return target;
  }

  const DaemonLink& daemon_;
  RunId run_;
  LogQuestion question_;
  const Interrupt& interrupt_;
  ProgressBar* bar_;  // null: nobody sees it
  Patience patience_;
  std::uint64_t attempt_ = 0;  // 0: the present one, whichever that is
  std::uint64_t offset_ = 0;
};

}  // namespace

Waited wait_for_run(const DaemonLink& daemon, const RunId& run, const Interrupt& interrupt, std::optional<Millis> limit,
                    ProgressBar* bar) {
  const bool is_seen = bar != nullptr && bar->is_seen();
  const Millis usual = is_seen ? bar_pause : poll_length;
  const Millis length = limit ? std::min(*limit, usual) : usual;
  const HttpRequest question{.target = "/v1/runs/" + run.text() + "?wait=" + format_duration(length),
                             .patience = length + std::chrono::seconds{30},
                             .break_off_fd = interrupt.fd()};
  Patience patience;
  for (Millis waited{0}; !limit || waited < *limit; waited += length) {
    auto response = daemon.send(question);
    if (!response && is_interrupted(response.error())) return std::nullopt;
    if (!response) {
      if (!patience.bears(response.error())) return std::unexpected(response.error());
      if (interrupt.arrives_within(retry_pause)) return std::nullopt;
      continue;
    }
    patience.refresh();
    const Run now = TRY(decode_run(response->body));
    if (!now.is_open()) return std::move(response->body);
    if (is_seen) bar->draw(now.progress);
  }
  return std::nullopt;
}

Waited follow_run(const DaemonLink& daemon, const RunId& run, const LogQuestion& question, const Interrupt& interrupt,
                  const std::function<void(std::string_view)>& write, ProgressBar* bar) {
  const bool is_seen = bar != nullptr && bar->is_seen();
  return Follower(daemon, run, question, interrupt, is_seen ? bar : nullptr).follow(write);
}

std::string ending_line(const Context& context, const Run& run) {
  const Terminal terminal = Terminal::of_stdout(context, Surroundings::of_this_process());
  const Sign sign = sign_of(run);
  std::string line = terminal.paint(sign.mark, sign.emphasis) + " " + run.job.text() + ": " + standing_phrase(run);
  if (run.started && run.finished) line += " after " + took_phrase(std::max(Millis{0}, *run.finished - *run.started));
  if (!run.detail.empty()) line += ": " + printable(run.detail);
  return line + "\n";
}

int detach(const Context& context, const RunId& run) {
  hint(context, "\nNot waiting any longer; run " + run.text() + " goes on.  Its output: belfry logs " + run.text() +
                    "  Stop it: belfry cancel " + run.text());
  return exit_detached;
}

}  // namespace belfry::cli
