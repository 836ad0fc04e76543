#include <algorithm>
#include <utility>

#include <base/ascii.h>
#include <base/text.h>
#include <base/utf8.h>
#include <config/crontab.h>
#include <config/crontab_line.h>
#include <triggers/parse.h>

namespace belfry::config {

namespace {

constexpr std::string_view never_hint = "cron reads it and never runs it: it becomes a job that is only run by hand";

// The first byte that no text may have: one that is not UTF-8, or NUL. Other controls a command may contain.
std::optional<std::size_t> find_unfit_byte(std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t at = text.size() - rest.size();
    const auto c = take_utf8(rest);
    if (!c || *c == 0) return at;
  }
  return std::nullopt;
}

class CrontabReader {
 public:
  CrontabReader(const Source& source, CrontabFormat format, ZoneCache& zones, Problems& problems)
      : source_(source), format_(format), zones_(zones), problems_(problems) {}

  Crontab read() {
    const std::string_view text = source_.text();
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      ++line_number_;
      read_line(begin, trim_end(text.substr(begin, end - begin)));
      begin = end + 1;
    }
    out_.comments = std::exchange(comments_, {});
    while (!out_.comments.empty() && out_.comments.back().empty()) out_.comments.pop_back();
    return std::move(out_);
  }

 private:
  static std::string_view trim_end(std::string_view line) { return line.substr(0, line.find_last_not_of(" \t\r") + 1); }

  void read_line(std::size_t begin, std::string_view line) {
    const std::size_t indent = std::min(line.find_first_not_of(" \t"), line.size());
    begin += indent;
    line.remove_prefix(indent);
    if (line.empty()) return end_comment();
    if (line.front() == '#') {
      comments_.emplace_back(trim(line.substr(1)));
      ++comment_lines_;
      return;
    }
    if (const auto variable = read_assignment(line)) {
      end_comment();
      return set(begin, *variable);
    }
    read_job(begin, line);
    comment_lines_ = 0;
  }

  void end_comment() {
    comment_lines_ = 0;
    if (!comments_.empty() && !comments_.back().empty()) comments_.emplace_back();
  }

  void set(std::size_t at, const EnvironmentVariable& variable);
  void set_zone(std::size_t at, const std::string& name);
  void set_delay(std::size_t at, const std::string& minutes);
  void read_job(std::size_t begin, std::string_view line);
  bool check_schedule(std::size_t begin, const CrontabLine& line, CrontabJob& job);
  bool take_user(std::size_t at, std::string_view& rest, CrontabJob& job);
  void take_comments(CrontabJob& job);

  void leave_out(std::string_view line, std::size_t at, std::string what, std::string hint) {
    out_.left_out.push_back("line " + std::to_string(line_number_) + ": " + std::string(line) + "  (" + what + ")");
    problems_.error(at, std::move(what), std::move(hint));
  }

  const Source& source_;
  CrontabFormat format_;
  ZoneCache& zones_;
  Problems& problems_;
  Crontab out_;
  std::size_t line_number_ = 0;
  std::vector<std::string> comments_;  // since the last job
  std::size_t comment_lines_ = 0;      // of them right above the next line
  std::vector<EnvironmentVariable> env_;
  std::string shell_ = "/bin/sh";
  std::string zone_;
  std::string spread_;
};

// What cron itself reads; everything else, and SHELL and HOME too, is for the jobs.
void CrontabReader::set(std::size_t at, const EnvironmentVariable& variable) {
  const auto& [name, value] = variable;
  if (name == "CRON_TZ") return set_zone(at, value);
  if (name == "RANDOM_DELAY") return set_delay(at, value);
  if (name == "MAILTO" && !value.empty()) {
    problems_.warning(at, {}, "no mail is sent to " + quote(value),
                      "what a job writes is kept instead: belfry logs JOB, belfry runs --failed");
  }
  if (name.starts_with("MAIL") || name.starts_with("CONTENT_")) return;
  if (name == "LOGNAME") return problems_.warning(at, {}, "LOGNAME cannot be set, in cron either", "remove it");
  if (!is_variable_name(name) || !is_utf8(value) || value.contains('\0')) {
    return problems_.warning(at, {}, quote(name) + " cannot be handed to a job",
                             "its name must be letters, digits and _, and its value a text");
  }
  if (name == "SHELL") shell_ = value.empty() ? "/bin/sh" : value;
  if (name == "HOME" && !value.starts_with('/')) {
    return problems_.warning(at, {}, "HOME " + quote(value) + " is no absolute path", "begin it with a /");
  }
  const auto known = std::ranges::find(env_, name, &EnvironmentVariable::name);
  if (known == env_.end()) {
    env_.push_back(variable);
  } else {
    known->value = value;
  }
}

void CrontabReader::set_zone(std::size_t at, const std::string& name) {
  const auto zone = zones_.find(name);
  if (!name.empty() && !zone) return leave_out(source_.line_around(at), at, zone.error().what, {});
  zone_ = name;
}

void CrontabReader::set_delay(std::size_t at, const std::string& minutes) {
  const auto count = parse_unsigned(minutes);
  if (!count || *count > 1440) {
    return problems_.warning(at, {}, "RANDOM_DELAY " + quote(minutes) + " is no number of minutes",
                             "write  spread: 10m  into the schedules");
  }
  spread_ = *count == 0 ? "" : std::to_string(*count) + "m";
}

bool CrontabReader::check_schedule(std::size_t begin, const CrontabLine& line, CrontabJob& job) {
  job.schedule = line.schedule;
  if (job.schedule == "@reboot") return true;
  const auto parsed = parse_cron(job.schedule, {.zone = Zone::utc(), .job = "job"});
  if (parsed) return true;
  const ParseProblem& problem = parsed.error();
  const std::size_t at = begin + line.place_of(problem.offset);
  if (problem.what.contains("never happens")) {
    problems_.warning(at, {}, problem.what, std::string(never_hint));
    job.remark = problem.what;
    job.schedule = "manual";
    return true;
  }
  leave_out(source_.line_around(begin), at, problem.what, problem.hint);
  return false;
}

// `root`, or FreeBSD's `root:wheel`.
bool CrontabReader::take_user(std::size_t at, std::string_view& rest, CrontabJob& job) {
  const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
  const std::string_view user = rest.substr(0, end);
  const std::size_t colon = std::min(user.find(':'), user.size());
  job.user = user.substr(0, colon);
  job.group = colon < user.size() ? user.substr(colon + 1) : "";
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t", end), rest.size()));
  const auto is_sound = [](std::string_view name) {
    return std::ranges::all_of(
               name, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '/' && c != ',' && c != ':'; }) &&
           is_utf8(name);
  };
  if (!job.user.empty() && job.user.front() != '-' && is_sound(job.user) && is_sound(job.group)) return true;
  leave_out(source_.line_around(at), at, quote(user) + " is no user",
            "in a crontab of the system a user stands before each command");
  return false;
}

void CrontabReader::take_comments(CrontabJob& job) {
  constexpr std::size_t description_max = 100;
  if (comment_lines_ == 1 && comments_.back().size() <= description_max && is_utf8(comments_.back()) &&
      !find_bad_character(comments_.back())) {
    job.description = std::move(comments_.back());
    comments_.pop_back();
  }
  job.comments = std::exchange(comments_, {});
}

void CrontabReader::read_job(std::size_t begin, std::string_view line) {
  const auto cut = cut_crontab_line(line);
  if (!cut) {
    return leave_out(line, begin, "this is neither NAME=VALUE nor five times and a command",
                     "minute hour day month weekday, or @daily and its like, then the command");
  }
  CrontabJob job{.line = line_number_, .zone = zone_, .spread = spread_, .shell = shell_, .env = env_};
  if (!check_schedule(begin, *cut, job)) return;
  std::string_view rest = line.substr(cut->rest_at);
  const std::size_t rest_at = begin + cut->rest_at;
  if (format_ == CrontabFormat::system && !take_user(rest_at, rest, job)) return;
  if (const auto unfit = find_unfit_byte(rest)) {
    return leave_out(line, rest_at + *unfit, "this byte is not UTF-8", "save the crontab as UTF-8");
  }
  CommandAndInput parts = split_at_percent(rest);
  if (trim(parts.command).empty()) return leave_out(line, rest_at, "there is no command", "it stands behind the times");
  job.command = std::move(parts.command);
  job.input = std::move(parts.input);
  take_comments(job);
  out_.jobs.push_back(std::move(job));
}

}  // namespace

Crontab read_crontab(const Source& source, CrontabFormat format, ZoneCache& zones, Problems& problems) {
  return CrontabReader(source, format, zones, problems).read();
}

}  // namespace belfry::config
