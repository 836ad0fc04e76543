#include <base/file.h>
#include <base/log.h>
#include <base/try.h>
#include <config/accepted.h>
#include <config/difference.h>
#include <daemon/configuration.h>
#include <daemon/moved_jobs.h>

namespace belfry {

namespace {

using How = Configuration::How;
using Reading = Configuration::Reading;

void write_to_log(const std::vector<config::Problem>& warnings) {
  for (const config::Problem& warning : warnings) log::warning(config::one_line(warning));
}

std::string in_short(const std::vector<config::Problem>& problems) {
  const std::size_t more = problems.size() - 1;
  return config::one_line(problems.front()) + (more > 0 ? " (and " + std::to_string(more) + " more)" : "");
}

config::LoadOptions load_options(const How& how) {
  return {.language = how.options.language,
          .crontab_format = how.options.crontab_format,
          .salt_in_force = how.salt_in_force,
          .only_as = how.options.only_as,
          .distrust = how.options.distrust,
          .empty = how.options.empty,
          .lint_at = {},
          .callables = how.options.callables};
}

config::Loaded read_files(const How& how, ZoneCache& zones, config::Earlier before = {}) {
  config::LoadOptions options = load_options(how);
  options.before = std::move(before);
  return config::load_config(how.options.path, zones, std::move(options));
}

Result<std::string> packed_copy(const How& how) {
  return read_file(how.copy_path, {.size_max = std::size_t{1} << 30U});
}

Result<config::LoadedConfig> read_copy(const How& how, ZoneCache& zones) {
  const std::string packed = TRY(packed_copy(how));
  return config::unpack(packed, how.options.path, zones, how.options.callables);
}

// Without the copy everything works but a start with a broken file, and the tale of what was edited before a start.
void keep_copy(const How& how, const std::string& packed) {
  const auto kept = replace_file(how.copy_path, packed, Sync::yes);
  if (!kept) log::warning("no copy of the configuration is kept: " + kept.error().what);
}

std::vector<std::string> watched_for(const How& how, const config::LoadedConfig& loaded) {
  std::vector<std::string> watched = {how.options.path};
  for (const std::string& pattern : loaded.patterns) {
    watched.push_back(config::included_path(how.options.path, pattern));
  }
  for (const config::FileText& file : loaded.files) watched.push_back(file.name);
  return watched;
}

Reading read_anew(const How& how, ZoneCache& zones, const config::Earlier& before, Configuration::Purpose purpose,
                  WallTime now) {
  auto loaded = read_files(how, zones, before);
  if (!loaded)
    return {.trouble = config::render(loaded.error()),
            .trouble_in_short = in_short(loaded.error()),
            .problems = loaded.error()};
  Reading reading{.daemon = loaded->daemon, .watched = watched_for(how, *loaded)};
  if (loaded->set->revision == before.set->revision) return reading;
  if (purpose == Configuration::Purpose::apply) keep_copy(how, config::pack(*loaded));
  reading.changes = config::difference(*before.set, *loaded->set, now);
  reading.jobs = std::move(loaded->set);
  reading.pieces = std::move(loaded->pieces);
  reading.warnings = std::move(loaded->warnings);
  return reading;
}

// Nothing is shared with the jobs before: their schedules know the zones as they were. The file may have been edited
// since, and refused; the copy has what was accepted.
Reading renewed(const How& how, ZoneCache& zones, const JobSet& before, WallTime now) {
  std::shared_ptr<const JobSet> jobs;
  std::shared_ptr<const config::Pieces> pieces;
  if (auto loaded = read_files(how, zones); loaded && loaded->set->revision == before.revision) {
    jobs = std::move(loaded->set);
    pieces = std::move(loaded->pieces);
  }
  if (!jobs) {
    auto copy = read_copy(how, zones);
    if (copy && copy->set->revision == before.revision) jobs = std::move(copy->set);
  }
  if (!jobs) return {.trouble = "a time zone has changed, and the jobs cannot be read again: they keep to the old one"};
  Reading reading{.jobs = jobs, .pieces = pieces};
  for (const std::string& moved : moved_jobs(before, *jobs, now)) {
    reading.moved.push_back("by database " + zones.database_version() + " of the time zones " + moved);
  }
  return reading;
}

// Of files that were edited while no daemon ran. Reading the copy takes as long as reading them, so that is done only
// where it has another text.
Reading found_at_start(const How& how, ZoneCache& zones, const config::LoadedConfig& first, WallTime now) {
  const std::string packed = config::pack(first);
  const auto old_copy = packed_copy(how);
  if (old_copy && *old_copy == packed) return {};
  keep_copy(how, packed);
  if (!old_copy) return {};
  const auto before = config::unpack(*old_copy, how.options.path, zones, how.options.callables);
  if (!before || before->set->revision == first.set->revision) return {};
  return {.jobs = first.set, .changes = config::difference(*before->set, *first.set, now)};
}

}  // namespace

config::Loaded Configuration::read() const { return read_files(how_, *zones_); }

Result<Reading> Configuration::begin(config::Loaded first, std::string copy_path, WallTime now) {
  how_.copy_path = std::move(copy_path);
  Reading found;
  if (first) {
    write_to_log(first->warnings);
    found = found_at_start(how_, *zones_, *first, now);
  } else {
    trouble_ = config::render(first.error());
    problems_ = first.error();
    found.trouble = trouble_;
    found.trouble_in_short = in_short(first.error());
    auto copy = read_copy(how_, *zones_);
    if (!copy) return std::unexpected(Error::bad_input(trouble_));
    first = *std::move(copy);
  }
  daemon_ = first->daemon;
  how_.salt_in_force = first->salt;
  watched_ = watched_for(how_, *first);
  zone_files_ = zones_->files();
  in_force_ = {.set = std::move(first->set), .pieces = std::move(first->pieces)};
  return found;
}

std::function<Configuration::Reading()> Configuration::reading(Purpose purpose, WallTime now) const {
  return [how = how_, zones = zones_, before = in_force_, daemon = daemon_, purpose, now]() -> Reading {
    Reading reading = purpose == Purpose::renew ? renewed(how, *zones, *before.set, now)
                                                : read_anew(how, *zones, before, purpose, now);
    reading.needs_restart = reading.trouble.empty() && reading.daemon != daemon;
    reading.zone_files = zones->files();
    return reading;
  };
}

std::function<std::vector<config::Problem>()> Configuration::check(std::optional<std::string> text,
                                                                   WallTime now) const {
  return [how = how_, zones = zones_, text = std::move(text), now]() -> std::vector<config::Problem> {
    config::LoadOptions options = load_options(how);
    options.lint_at = now;
    options.plugins = config::Plugins::unseen;
    const auto loaded = text ? config::load_text(how.options.path, *text, *zones, std::move(options))
                             : config::load_config(how.options.path, *zones, std::move(options));
    return loaded ? loaded->warnings : loaded.error();
  };
}

std::shared_ptr<const JobSet> Configuration::take_renewed(const Reading& reading) {
  zone_files_ = reading.zone_files;
  if (reading.jobs) in_force_ = {.set = reading.jobs, .pieces = reading.pieces};
  return reading.jobs;
}

std::shared_ptr<const JobSet> Configuration::take(const Reading& reading) {
  trouble_ = reading.trouble;
  problems_ = reading.problems;
  zone_files_ = reading.zone_files;
  if (!reading.jobs) return nullptr;
  write_to_log(reading.warnings);
  if (reading.needs_restart) log::warning("'daemon' has changed: it takes effect when the daemon is started again");
  watched_ = reading.watched;
  in_force_ = {.set = reading.jobs, .pieces = reading.pieces};
  return in_force_.set;
}

}  // namespace belfry
