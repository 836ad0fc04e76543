#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <CLI/CLI.hpp>
#include <base/file.h>
#include <base/try.h>
#include <base/words.h>
#include <base/zones.h>
#include <cli/crontab_option.h>
#include <cli/exit_code.h>
#include <cli/import_command.h>
#include <cli/import_document.h>
#include <cli/output.h>
#include <config/crontab_import.h>
#include <config/files.h>
#include <config/systemd_import.h>

namespace belfry::cli {

namespace {

struct CrontabOptions {
  std::string path = "-";
  std::optional<config::CrontabFormat> format;
};

// The file. What is not carried over goes beside it, because stdout may be redirected: not with --json, which holds
// both.
template <class Imported>
Result<int> answer(const Context& context, const Imported& imported, const char* nothing) {
  const bool is_json = context.form == OutputForm::json;
  if (!is_json) {
    std::fputs((config::render(imported.errors) + config::render(imported.warnings)).c_str(), stderr);
  }
  if (imported.job_count == 0 && !is_json) return std::unexpected(Error::bad_input(nothing));
  const std::string schedules = imported.job_count == 0 ? "" : imported.schedules;
  print(is_json ? encode_import({.jobs = imported.job_count,
                                 .schedules = schedules,
                                 .errors = imported.errors,
                                 .warnings = imported.warnings})
                : schedules);
  return imported.job_count > 0 && imported.errors.empty() ? exit_ok : exit_bad_input;
}

Result<int> import_crontab(const Context& context, const CrontabOptions& options) {
  const bool is_stdin = options.path == "-";
  const std::string text = TRY(is_stdin ? read_file("/dev/stdin") : config::read_regular(options.path));
  ZoneCache zones;
  const auto imported = config::import_crontab(is_stdin ? "crontab" : options.path, text, options.format, zones);
  if (!imported) return std::unexpected(Error::bad_input(config::one_line(imported.error())));
  const int code = TRY(answer(context, *imported, "the crontab has no job that could be taken over"));
  const bool is_system = imported->format == config::CrontabFormat::system;
  hint(context, counted(imported->job_count, "job") + " of a crontab " +
                    (is_system ? "of the system (a user before each command)" : "of one user") +
                    (options.format ? "" : "; if that is wrong, say --format"));
  return code;
}

void add_import_crontab(CLI::App& parent, Context& context) {
  auto options = std::make_shared<CrontabOptions>();
  CLI::App* command = parent.add_subcommand("crontab", "Of a user, or of the system.");
  command->footer(
      "  crontab -l | belfry import crontab - > schedules.yaml\n"
      "  belfry import crontab /etc/crontab");
  command->add_option("FILE", options->path, "The crontab; - is standard input")->type_name("");
  add_crontab_format(*command, options->format);
  command->callback(
      [&context, options] { context.chosen = [options](Context& c) { return import_crontab(c, *options); }; });
}

// ---- systemd ----

// Where units are, the person's own before the distribution's.
constexpr std::array unit_directories{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
                                      "/usr/lib/systemd/system", "/lib/systemd/system"};

// The unit's file: as it is named, beside `near`, or where systemd looks. An instance is made from its template.
std::string find_unit_file(const std::string& name, const std::filesystem::path& near) {
  if (name.contains('/')) return name;
  const auto at = name.find('@');
  const std::string of_template = at == std::string::npos ? "" : name.substr(0, at + 1) + name.substr(name.rfind('.'));
  std::vector<std::filesystem::path> directories(unit_directories.begin(), unit_directories.end());
  directories.insert(directories.begin(), near);
  std::error_code ignored;
  for (const std::string& candidate : {name, of_template}) {
    if (candidate.empty()) continue;
    for (const auto& directory : directories) {
      if (std::filesystem::exists(directory / candidate, ignored)) return (directory / candidate).string();
    }
  }
  return (near / name).string();
}

// With its drop-ins, in the order of their names.
Result<config::Unit> read_unit(const std::string& file, const std::string& name) {
  config::Unit unit(name);
  unit.add(file, TRY(config::read_regular(file)));
  std::set<std::string> drop_ins;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(file + ".d", ignored)) {
    if (entry.path().extension() == ".conf") drop_ins.insert(entry.path().string());
  }
  for (const std::string& drop_in : drop_ins) unit.add(drop_in, TRY(config::read_regular(drop_in)));
  return unit;
}

Result<std::vector<config::Unit>> read_named_units(const std::vector<std::string>& names) {
  std::vector<config::Unit> units;
  for (const std::string& name : names) {
    const std::string file = find_unit_file(name, std::filesystem::current_path());
    units.push_back(TRY(read_unit(file, std::filesystem::path(name).filename().string())));
    if (!units.back().name().ends_with(".timer")) continue;
    const std::string service = config::service_of(units.back());
    const std::string service_file = find_unit_file(service, std::filesystem::path(file).parent_path());
    auto read = read_unit(service_file, service);
    if (read) units.push_back(*std::move(read));  // that it is missing is told with its timer
  }
  return units;
}

Result<int> import_systemd(const Context& context, const std::vector<std::string>& names) {
  const bool is_stdin = names == std::vector<std::string>{"-"};
  const auto units = is_stdin ? config::read_units(TRY(read_file("/dev/stdin"))) : TRY(read_named_units(names));
  ZoneCache zones;
  const auto imported = config::import_units(units, zones);
  const int code = TRY(answer(context, imported, "there is no timer that could be taken over"));
  hint(context, counted(imported.job_count, "job"));
  return code;
}

void add_import_systemd(CLI::App& parent, Context& context) {
  auto names = std::make_shared<std::vector<std::string>>();
  CLI::App* command = parent.add_subcommand("systemd", "Timers of systemd, with the services that they start.");
  command->footer(
      "  belfry import systemd backup.timer\n"
      "  systemctl cat backup.timer backup.service | belfry import systemd -");
  command->add_option("UNIT", *names, "Timers, by name or by file; - is what  systemctl cat  prints")
      ->required()
      ->type_name("");
  command->callback([&context, names] { context.chosen = [names](Context& c) { return import_systemd(c, *names); }; });
}

}  // namespace

void add_import(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("import", "Turn the jobs of another system into a schedules.yaml, on stdout.");
  command->footer(
      "  belfry import crontab /etc/crontab > schedules.yaml\n"
      "  belfry import systemd backup.timer > schedules.yaml");
  command->require_subcommand(1);
  add_import_crontab(*command, context);
  add_import_systemd(*command, context);
}

}  // namespace belfry::cli
