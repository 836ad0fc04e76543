#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include <base/file.h>
#include <base/hash.h>
#include <config/file_entry.h>
#include <config/jobs.h>
#include <config/load.h>
#include <config/yaml.h>

namespace belfry::config {

namespace {

std::string revision_of(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out(16, '0');
  std::uint64_t rest = hash_text(text);
  for (auto it = out.rbegin(); it != out.rend(); ++it, rest >>= 4U) *it = digits[rest & 15U];
  return out;
}

void report_duplicates(const Tree& tree, const FileEntry& file, Problems& problems) {
  for (const Duplicate& duplicate : tree.duplicates()) {
    const bool is_job = file.jobs && file.jobs->map.at() == duplicate.map_at;
    problems.error(
        duplicate.again_at,
        (is_job ? "job " : "key ") + quote(duplicate.key) + (is_job ? " is defined twice" : " is given twice"),
        "remove one of them; the first is on line " + std::to_string(problems.line_of(duplicate.first_at)));
  }
}

std::shared_ptr<const Zone> zone_of(const FileEntry& file, Reader& reader, Problems& problems) {
  if (file.zone) return file.zone;
  auto zone = reader.zones().system_zone();
  if (zone) return std::move(*zone);
  problems.error_in_file("the time zone of this machine: " + zone.error().what, "name one:  timezone: Europe/Berlin");
  return Zone::utc();
}

struct Content {
  JobSet set;
  DaemonSettings daemon;
};

// Meaningless if there are problems.
Content read_content(const Tree& tree, ZoneCache& zones, Problems& problems, std::uint64_t salt) {
  Reader reader(tree, zones, problems);
  FileEntry file;
  read_fields(reader, tree.root(), file_table, file);
  report_duplicates(tree, file, problems);
  FileSurroundings around{.zone = zone_of(file, reader, problems),
                          .calendars = std::move(file.calendars),
                          .queues = std::move(file.queues),
                          .defaults = {},
                          .salt = salt};
  if (file.defaults) around.defaults = read_defaults(reader, file.defaults->map, around.queues);

  Content content{.set = {.jobs = {}, .queues = around.queues, .revision = {}, .zone_name = around.zone->name()},
                  .daemon = file.daemon};
  if (!file.jobs) return content;
  Shared shared;
  for (const Entry& entry : file.jobs->map.entries()) {
    if (auto job = read_job(reader, entry, around, shared)) content.set.jobs.push_back(std::move(*job));
  }
  shared.references.check(reader);
  return content;
}

std::optional<Content> read_source(const Source& source, ZoneCache& zones, Problems& problems, std::uint64_t salt) {
  const auto tree = parse_yaml(source, Limits{}, problems);
  if (!tree) return std::nullopt;
  const Kind kind = tree->root().kind();
  if (kind == Kind::list || kind == Kind::scalar) {
    problems.error(tree->root().at(),
                   "the file must be a map of keys, not a " + std::string(kind == Kind::list ? "list" : "text"),
                   "write  jobs:  and the jobs below it, indented");
    return std::nullopt;
  }
  Content content = read_content(*tree, zones, problems, salt);
  if (!problems.empty()) return std::nullopt;
  return content;
}

// Jitter and spread differ from machine to machine, so that those that share a file do not all start at once. Without a
// machine id they are alike.
std::uint64_t machine_salt() { return hash_text(read_file("/etc/machine-id", {.size_max = 100}).value_or("")); }

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

}  // namespace

Loaded load_config(const std::string& path, ZoneCache& zones) {
  auto text = read_file(path);
  if (text) return parse_config(path, std::move(*text), zones, {.salt = machine_salt()});
  Problem problem{.file = path, .what = text.error().what, .hint = hint_for_unreadable(text.error())};
  return std::unexpected(std::vector<Problem>{std::move(problem)});
}

Loaded parse_config(std::string name, std::string text, ZoneCache& zones, ParseOptions options) {
  const Source source(std::move(name), text);
  Problems problems(source);
  auto content = read_source(source, zones, problems, options.salt);
  if (!content) return std::unexpected(problems.take());
  content->set.revision = revision_of(text);
  return LoadedConfig{.set = std::make_shared<const JobSet>(std::move(content->set)),
                      .daemon = content->daemon,
                      .warnings = {},
                      .text = std::move(text)};
}

}  // namespace belfry::config
