// Operating errors: the file is missing, the disk is full, the text makes no sense.
//
// A fallible function returns Result<T>. The message names the subject, the rule that was broken and, where
// there is one, the cure: "schedules.yaml:12:9: hour 25 is above 23". A failed system call carries the name of
// the call and errno. What is *not* an Error: a job that exits 1, a slot that was skipped, a run that was lost.
// Those are domain facts and live in outcome.h; a broken promise inside the program is VERIFY (base/verify.h).
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace belfry {

// What the caller can do about it. The command line maps each kind to one exit code, the API to one status.
enum class ErrorKind {
  failed,       // could not be done: I/O, a resource, another program
  bad_input,    // a file, an expression or a request that breaks a rule
  not_found,    // no such job, run or route
  unreachable,  // nobody listens at the other end
  refused,      // a rule says no for now: overlap, queue full
  not_allowed,  // the caller may not do this
  busy,         // another daemon holds the state directory
};

struct [[nodiscard]] Error {
  ErrorKind kind = ErrorKind::failed;
  std::string what;
  int sys_errno = 0;  // 0: not a system error

  bool operator==(const Error&) const = default;

  static Error bad_input(std::string text) { return {ErrorKind::bad_input, std::move(text)}; }
  static Error not_found(std::string text) { return {ErrorKind::not_found, std::move(text)}; }
  static Error failed(std::string text) { return {ErrorKind::failed, std::move(text)}; }
};

// A type of its own, because a std::expected may be dropped without a word from the compiler: whoever ignores the
// result of a fallible call must say so with a cast to void.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
  using Base = std::expected<T, Error>;

 public:
  using Base::Base;

  // Those of std::expected are ambiguous for a type derived from it.
  friend bool operator==(const Result& a, const Result& b) {
    return static_cast<const Base&>(a) == static_cast<const Base&>(b);
  }
  template <class Other>
  friend bool operator==(const Result& a, const Other& b) {
    return static_cast<const Base&>(a) == b;
  }
};

}  // namespace belfry
