// The journal of calls: how the next daemon knows what became of the callables of this one, which die with it.
//
// Theory of operation. A callable has no process of its own that could outlive the daemon, so there is nobody to adopt,
// and one file serves them all: runs/calls. Before a call executes, its claim is appended; when it has ended, its end.
// Both are single writes, whole when the call goes on; a kill -9 in the middle of one leaves a torn tail, which counts
// as not written, and nothing is ever appended behind it: each daemon begins a journal of its own. So after a restart
//
//   an end is there              -> it ended so, whatever the ledger has heard of it
//   a claim is there             -> it executed, and nobody knows how far it came: lost
//   neither is there             -> it never executed and never can: the daemon that could have is dead, which the lock
//   of
//                                   the state directory proves; it is started again under a new launch number
//   neither, and another boot    -> a power cut may have lost the claim: lost
//
// begin() keeps what is known of the runs that the ledger holds open, and drops the rest; a death in it changes
// nothing. A journal that has grown becomes runs/calls.old, and a new one begins with the calls that are on. What the
// old one before that says is in the ledger long since: every batch of starts is recorded after the ends that came
// before it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <belfry/names.h>
#include <belfry/outcome.h>
#include <belfry/run.h>

#include <base/os.h>

namespace belfry {

struct CallEnd {
  int exit_code = 0;
  Reason reason = Reason::none;  // why it was told to return
  std::string detail;
  WallTime started;
  WallTime finished;
  Usage usage;
};

// What an earlier daemon says of a call.
struct CallTrace {
  WallTime started;
  std::optional<CallEnd> end;
};

struct EndOfCall {
  AttemptId id;
  CallEnd end;
};

class CallJournal {
 public:
  // Reads what earlier daemons have left.
  static Result<std::unique_ptr<CallJournal>> open(const std::string& runs_path);

  // Null: it never executed. Until begin().
  const CallTrace* find(const AttemptId& id) const;

  // A new journal, with what is known of these.
  Result<void> begin(const std::vector<AttemptId>& open);

  // REQUIRES: begin(). THREADS: any.
  Result<void> claim(const AttemptId& id, WallTime at);
  Result<void> note_ends(std::span<const EndOfCall> ends);  // in one write

  static constexpr std::size_t records_max = 65'536;  // of a journal, before the next one begins

 private:
  explicit CallJournal(const std::string& runs_path)
      : path_(runs_path + "/calls"), old_path_(runs_path + "/calls.old") {}

  Result<void> read(const std::string& path);
  Result<void> append(std::string_view records, std::size_t count);
  Result<void> turn_over();
  Result<void> write_new(const std::string& content);

  const std::string path_;
  const std::string old_path_;
  std::map<AttemptId, CallTrace> known_;

  std::mutex mutex_;
  Fd file_;
  std::size_t records_ = 0;
  std::size_t size_ = 0;
  std::map<AttemptId, WallTime> on_;
};

}  // namespace belfry
