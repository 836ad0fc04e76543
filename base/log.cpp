#include <sys/stat.h>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <base/ascii.h>
#include <base/journal.h>
#include <base/json_text.h>
#include <base/log.h>

namespace belfry::log {

namespace {

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%e%z %-7l %v";
constexpr const char* json_pattern = "{\"time\":\"%Y-%m-%dT%H:%M:%S.%e%z\",\"level\":\"%l\",%v}";

struct Log {
  Form form = Form::text;
  std::optional<Journal> journal;
  std::shared_ptr<spdlog::logger> stderr_lines;

  Log() : stderr_lines(std::make_shared<spdlog::logger>("belfry", std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
    stderr_lines->set_pattern(text_pattern);
    stderr_lines->flush_on(spdlog::level::info);
  }
};

Log& instance() {
  static Log log;
  return log;
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      break;
  }
  return spdlog::level::err;
}

// As syslog counts.
int priority(Level level) {
  switch (level) {
    case Level::info:
      return 6;
    case Level::warning:
      return 4;
    case Level::error:
      break;
  }
  return 3;
}

std::string json_line(std::string_view line, const Fields& fields) {
  std::string members = "\"message\":" + json_quote(line);
  for (const Field& field : fields) {
    members += "," + json_quote(field.name) + ":";
    members += field.kind == Field::Kind::number ? field.value : json_quote(field.value);
  }
  return members;
}

std::string journal_name(std::string_view name) { return "BELFRY_" + upper(name); }

bool write_to_journal(const Journal& journal, Level level, std::string_view line, const Fields& fields) {
  JournalEntry entry;
  entry.add("MESSAGE", line).add("PRIORITY", std::to_string(priority(level))).add("SYSLOG_IDENTIFIER", "belfry");
  for (const Field& field : fields) entry.add(journal_name(field.name), field.value);
  return journal.send(entry).has_value();
}

}  // namespace

Form usual_form(const std::function<std::optional<std::string>(const char* name)>& environment) {
  struct stat info{};
  const auto stream = environment("JOURNAL_STREAM");
  if (!stream || ::fstat(2, &info) != 0) return Form::text;
  const bool is_stderr = *stream == std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
  return is_stderr ? Form::journal : Form::text;
}

void use_form(Form form) {
  Log& log = instance();
  log.form = form;
  log.journal.reset();
  if (form == Form::journal) {
    if (auto opened = Journal::open()) log.journal = *std::move(opened);
  }
  log.stderr_lines->set_pattern(form == Form::json ? json_pattern : text_pattern);
}

bool keeps_fields() { return instance().form != Form::text; }

// The line is data, not a format string.
void write(Level level, std::string_view line, const Fields& fields) {
  Log& log = instance();
  if (log.journal && write_to_journal(*log.journal, level, line, fields)) return;
  if (log.form == Form::json) {
    log.stderr_lines->log(spdlog_level(level), "{}", json_line(line, fields));
  } else {
    log.stderr_lines->log(spdlog_level(level), "{}", visible(line));
  }
}

}  // namespace belfry::log
