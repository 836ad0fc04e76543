#include <algorithm>
#include <cerrno>
#include <utility>

#include <base/file.h>
#include <base/hash.h>
#include <base/trust.h>
#include <config/crontab_import.h>
#include <config/load.h>
#include <config/load_edited.h>
#include <config/load_whole.h>

namespace belfry::config {

namespace {

std::string hint_for_unreadable(const Error& error) {
  switch (error.sys_errno) {
    case ENOENT:
      return "write one, or name another with -c FILE";
    case EACCES:
      return "let the user who runs this read it";
    case 0:
      return "is it the right file?";
    case EISDIR:
      return "name the file, not its directory";
    default:
      return "";
  }
}

struct Translated {
  std::string text;  // of a schedules.yaml
  std::vector<Problem> warnings;
};

std::expected<Translated, std::vector<Problem>> translate(const std::string& path, std::string text,
                                                          const LoadOptions& options, ZoneCache& zones) {
  if (options.language == Language::schedules) return Translated{.text = std::move(text), .warnings = {}};
  auto imported = import_crontab(path, text, options.crontab_format, zones);
  if (!imported) return std::unexpected(std::vector{std::move(imported).error()});
  if (!imported->errors.empty()) return std::unexpected(std::move(imported->errors));
  if (imported->job_count == 0 && options.empty == EmptyFile::refused) {
    return std::unexpected(std::vector{Problem{
        .file = path, .what = "the crontab has no job", .hint = "an empty one is only believed with  --allow-empty"}});
  }
  return Translated{.text = std::move(imported->schedules), .warnings = std::move(imported->warnings)};
}

std::vector<Problem> doubts_about(const std::vector<FileText>& files, Distrust distrust) {
  std::vector<Problem> doubts;
  for (const FileText& file : files) {
    auto why = why_distrusted(file.name);
    if (!why) continue;
    doubts.push_back({.file = file.name,
                      .severity = distrust == Distrust::refuse ? Severity::error : Severity::warning,
                      .what = std::move(*why)});
  }
  return doubts;
}

}  // namespace

// Jitter and spread differ from machine to machine, so that those that share a file do not all start at once. Without a
// machine id they are alike.
std::uint64_t machine_salt() { return hash_text(read_file("/etc/machine-id", {.size_max = 100}).value_or("")); }

Loaded parse_config(std::string name, std::string text, ZoneCache& zones, ParseOptions options) {
  FileText main{.name = std::move(name), .text = std::move(text)};
  if (auto loaded = load_edited(main, zones, options)) return *std::move(loaded);
  return load_whole(std::move(main), zones, options);
}

Loaded load_config(const std::string& path, ZoneCache& zones, LoadOptions options) {
  // Before it is read: of a file on a way that others may change, what was read need not be what is judged later.
  if (options.distrust == Distrust::refuse) {
    auto doubts = doubts_about({{.name = path, .text = {}}}, options.distrust);
    if (!doubts.empty()) return std::unexpected(std::move(doubts));
  }
  auto text = read_regular(path);
  if (text) return load_text(path, std::move(*text), zones, std::move(options));
  Problem problem{.file = path, .what = text.error().what, .hint = hint_for_unreadable(text.error())};
  return std::unexpected(std::vector<Problem>{std::move(problem)});
}

Loaded load_text(const std::string& path, std::string text, ZoneCache& zones, LoadOptions options) {
  auto translated = translate(path, std::move(text), options, zones);
  if (!translated) return std::unexpected(std::move(translated).error());
  auto loaded = parse_config(path, std::move(translated->text), zones,
                             {.salt = machine_salt(),
                              .salt_in_force = options.salt_in_force,
                              .only_as = options.only_as,
                              .empty = options.empty,
                              .lint_at = options.lint_at,
                              .callables = options.callables,
                              .distrust_of_plugins = Distrust::refuse,
                              .plugins = options.plugins,
                              .last_duration = options.last_duration,
                              .before = options.before,
                              .expand = [&](const std::string& pattern) { return read_included(path, pattern); }});
  if (!loaded) return loaded;
  std::ranges::move(translated->warnings, std::back_inserter(loaded->warnings));
  if (options.distrust == Distrust::ignore) return loaded;
  std::vector<Problem> doubts = doubts_about(loaded->files, options.distrust);
  if (options.distrust == Distrust::refuse && !doubts.empty()) return std::unexpected(std::move(doubts));
  std::ranges::move(doubts, std::back_inserter(loaded->warnings));
  return loaded;
}

}  // namespace belfry::config
