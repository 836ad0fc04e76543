// The daemon's log: one line per event, for the administrator at three in the morning; and beside it the same in
// fields, for programs. Behind it stand the journal's protocol and spdlog, and this pair of files is the only place
// that names the latter.
//
// THREADS: use_form() before there is a second one; the others any.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::log {

enum class Level { info, warning, error };

// What a line is about: {"job", "nightly-backup"}. Names are lower case words, joined by _. In the journal this one is
// BELFRY_JOB.
struct Field {
  enum class Kind { text, number };

  std::string_view name;
  std::string value;
  Kind kind = Kind::text;  // how JSON has it
};
using Fields = std::vector<Field>;

enum class Form {
  text,     // on stderr, with the time and the level in front
  json,     // on stderr, an object on each line: time, level, message, and the fields
  journal,  // systemd's, with the fields; text where it does not answer
};

// journal, if that is what stderr is connected to ($JOURNAL_STREAM); else text.
Form usual_form(const std::function<std::optional<std::string>(const char* name)>& environment);

// Until then the form is text.
void use_form(Form form);

// The form has a place for fields: else nobody needs to collect them.
bool keeps_fields();

void write(Level level, std::string_view line, const Fields& fields = {});

inline void info(std::string_view line) { write(Level::info, line); }
inline void warning(std::string_view line) { write(Level::warning, line); }
inline void error(std::string_view line) { write(Level::error, line); }

}  // namespace belfry::log
