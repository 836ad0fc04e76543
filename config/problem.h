// What is wrong with a configuration, said so that the reader can mend it: where, what, and what to write instead.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <config/source.h>

namespace belfry::config {

enum class Severity { error, warning };

struct Problem {
  std::string file;
  std::size_t line = 0;    // from 1; 0: the file as a whole
  std::size_t column = 0;  // from 1, in characters
  Severity severity = Severity::error;
  std::string name;       // of a warning, by which it is switched off; else empty
  std::string what;       // the cause: the subject and the rule
  std::string hint;       // the cure; may be empty
  std::string excerpt;    // the line, fit for a terminal: cut around the place, nothing invisible in it
  std::size_t caret = 0;  // which character of the excerpt is meant, from 0
};

// `schedules.yaml:61:5: unknown key 'time_out' in job 'backup'; did you mean 'timeout'?`: for logs and status.
std::string one_line(const Problem& problem);

// All of them for a terminal, each with its line of the file and a caret:
//
//   schedules.yaml:45:13  error  the cron expression must be in quotes: a leading * means something else in YAML
//      45 |       cron: */5 * * * *
//         |             ^ write  cron: "*/5 * * * *"
std::string render(std::span<const Problem> problems);

// A key or value from the file in a message: in quotes, cut to a bearable length, visible.
std::string quote(std::string_view text);

// Fit for a terminal: without control characters, and without bytes that are not UTF-8.
std::string printable(std::string text);

// Collects the problems of one file, and makes visible what their words quote from it. Beyond `problems_max` they are
// only counted: the last one says how many.
class Problems {
 public:
  static constexpr std::size_t problems_max = 100;

  // REQUIRES: source outlives this.
  explicit Problems(const Source& source) : source_(source) {}

  void error(std::size_t offset, std::string what, std::string hint = {});
  // `name` is what switches it off: "dst-change".
  void warning(std::size_t offset, std::string_view name, std::string what, std::string hint);
  void error_in_file(std::string what, std::string hint);  // about the file as a whole

  bool empty() const { return errors_.empty(); }
  const std::string& file() const { return source_.name(); }
  std::size_t line_of(std::size_t offset) const { return source_.position(offset).line; }

  // Those of one kind, in the order of the file.
  std::vector<Problem> take(Severity severity = Severity::error);

 private:
  Problem problem_at(std::size_t offset, std::string what, std::string hint) const;

  const Source& source_;
  std::vector<Problem> errors_;
  std::vector<Problem> warnings_;
  std::size_t dropped_ = 0;
};

}  // namespace belfry::config
