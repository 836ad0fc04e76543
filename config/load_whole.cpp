#include <algorithm>
#include <map>
#include <utility>

#include <base/hash.h>
#include <base/trust.h>
#include <config/file_entry.h>
#include <config/jobs.h>
#include <config/load_whole.h>
#include <config/sharing.h>
#include <config/yaml.h>

namespace belfry::config {

namespace {

// One file on its way in. It stays where it is: its tree and its problems point into it.
struct File {
  explicit File(FileText file) : content(std::move(file)), source(content.name, content.text), problems(source) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  FileText content;
  Source source;
  Problems problems;
  std::optional<Tree> tree;  // of a file that is a map, or empty
  FileEntry entry;
};

// The first place of each name, over all files. Names that stand twice in one file are found by the tree.
class Names {
 public:
  explicit Names(std::string_view kind) : kind_(kind) {}

  void add(Reader& reader, Node key) {
    const auto [first, is_new] = first_.emplace(key.text(), key);
    if (is_new || &first->second.problems() == &key.problems()) return;
    reader.error(key, std::string(kind_) + quote(key.text()) + " is defined twice",
                 "rename one of them; the first is " + reader.place_of(first->second, key));
  }

 private:
  std::string_view kind_;
  std::map<std::string_view, Node> first_;
};

class Loader {
 public:
  Loader(ZoneCache& zones, const ParseOptions& options) : zones_(zones), options_(options) {}

  Loaded load(FileText main) {
    add(std::move(main), MapOf::one_thing);
    include();
    LoadedConfig loaded = read();
    std::vector<Problem> errors;
    for (const auto& file : files_) {
      std::ranges::move(file->problems.take(Severity::error), std::back_inserter(errors));
      std::ranges::move(file->problems.take(Severity::warning), std::back_inserter(loaded.warnings));
    }
    if (!errors.empty()) return std::unexpected(std::move(errors));
    finish(loaded);
    return loaded;
  }

 private:
  void add(FileText content, MapOf map_of);
  void include();
  LoadedConfig read();
  void finish(LoadedConfig& loaded);
  std::optional<Linter> linter();
  std::uint64_t salt();
  FileSurroundings surroundings();
  void collect_calendars(Calendars& calendars);
  void collect_queues(std::vector<QueueDefinition>& queues);
  void collect_secrets(std::vector<SecretEntry>& secrets);
  void load_plugins(CallableScope& scope);
  void check_not_empty();
  void read_jobs(JobSet& set, const FileSurroundings& around);
  std::shared_ptr<const Zone> zone();
  bool is_loaded(std::string_view name) const {
    return std::ranges::any_of(files_, [&](const auto& file) { return file->content.name == name; });
  }

  File& main() { return *files_.front(); }
  Reader reader_of(File& file) { return Reader(file.tree->root(), zones_); }

  ZoneCache& zones_;
  const ParseOptions& options_;
  std::vector<std::unique_ptr<File>> files_;  // the main one first
  JobSet jobs_;
};

void report_duplicates(File& file) {
  for (const Duplicate& duplicate : file.tree->duplicates()) {
    const bool is_job = file.entry.jobs && file.entry.jobs->map.at() == duplicate.map_at;
    file.problems.error(
        duplicate.again_at,
        (is_job ? "job " : "key ") + quote(duplicate.key) + (is_job ? " is defined twice" : " is given twice"),
        "remove one of them; the first is on line " + std::to_string(file.problems.line_of(duplicate.first_at)));
  }
}

void Loader::add(FileText content, MapOf map_of) {
  File& file = *files_.emplace_back(std::make_unique<File>(std::move(content)));
  auto tree = parse_yaml(file.source, Limits{}, file.problems);
  if (!tree) return;
  const Kind kind = tree->root().kind();
  if (kind == Kind::list || kind == Kind::scalar) {
    constexpr std::string_view crontab_hint = "; a crontab becomes that by  belfry import crontab FILE";
    file.problems.error(
        tree->root().at(), "the file must be a map of keys, not a " + std::string(kind == Kind::list ? "list" : "text"),
        "write  jobs:  and the jobs below it, indented" + std::string(kind == Kind::scalar ? crontab_hint : ""));
    return;
  }
  file.tree = std::move(tree);
  Reader reader = reader_of(file);
  // Its jobs may all stand in other files.
  if (map_of == MapOf::one_thing && (file.tree->root().entry("include") || options_.empty == EmptyFile::allowed)) {
    map_of = MapOf::part;
  }
  read_fields(reader, file.tree->root(), file_table, file.entry, map_of);
  report_duplicates(file);
}

void Loader::include() {
  if (!main().tree) return;
  Reader reader = reader_of(main());
  const std::vector<MarkedText> patterns = main().entry.include;
  for (const MarkedText& pattern : patterns) {
    auto files = options_.expand ? options_.expand(std::string(pattern.text))
                                 : std::unexpected(Error::failed("there are no other files here"));
    if (!files) {
      reader.error(pattern.node, "cannot include " + quote(pattern.text) + ": " + files.error().what,
                   "a name is relative to this file; a pattern with * may stand for no file at all");
      continue;
    }
    for (FileText& file : *files) {
      if (!is_loaded(file.name)) add(std::move(file), MapOf::included_file);
    }
  }
}

std::shared_ptr<const Zone> Loader::zone() {
  if (main().entry.zone) return main().entry.zone;
  auto zone = zones_.system_zone();
  if (zone) return std::move(*zone);
  main().problems.error_in_file("the time zone of this machine: " + zone.error().what,
                                "name one:  timezone: Europe/Berlin");
  return Zone::utc();
}

void Loader::collect_calendars(Calendars& calendars) {
  Names names("calendar ");
  for (const auto& file : files_) {
    for (CalendarEntry& entry : file->entry.calendars) {
      Reader reader = reader_of(*file);
      names.add(reader, entry.key);
      calendars.emplace(std::string(entry.key.text()), std::move(entry.calendar));
    }
  }
}

void Loader::collect_queues(std::vector<QueueDefinition>& queues) {
  Names names("queue ");
  for (const auto& file : files_) {
    for (QueueEntry& entry : file->entry.queues) {
      Reader reader = reader_of(*file);
      names.add(reader, entry.key);
      queues.push_back(std::move(entry.queue));
    }
  }
}

std::uint64_t Loader::salt() {
  const auto& own = main().entry.daemon.salt;
  return options_.salt_in_force.value_or(own ? hash_text(*own) : options_.salt);
}

void Loader::collect_secrets(std::vector<SecretEntry>& secrets) {
  Names names("secret ");
  for (const auto& file : files_) {
    for (SecretEntry& entry : file->entry.secrets) {
      Reader reader = reader_of(*file);
      names.add(reader, entry.key);
      secrets.push_back(std::move(entry));
    }
  }
}

// A plug-in is code that runs as the daemon: it is believed even less than a file that only says what to run.
void Loader::load_plugins(CallableScope& scope) {
  scope.callables = options_.callables;
  if (options_.callables == nullptr || !main().tree) return;
  Reader reader = reader_of(main());
  for (const MarkedText& plugin : main().entry.plugins) {
    const std::string path(plugin.text);
    if (!path.starts_with('/')) {
      reader.error(plugin.node, quote(path) + " must be an absolute path");
      continue;
    }
    const auto why = options_.distrust_of_plugins == Distrust::ignore ? std::nullopt : why_distrusted(path);
    if (why) {
      reader.error(plugin.node, "the plug-in cannot be trusted: " + *why);
    } else if (options_.plugins == Plugins::unseen) {
      scope.has_unseen = true;
    } else if (const auto loaded = options_.callables->load_plugin(path); !loaded) {
      reader.error(plugin.node, "cannot load the plug-in: " + loaded.error().what);
    }
    scope.plugins.insert(path);
  }
}

FileSurroundings Loader::surroundings() {
  FileSurroundings around{.zone = zone(),
                          .calendars = {},
                          .queues = {},
                          .secrets = {},
                          .defaults_map = {},
                          .defaults = {},
                          .callables = {},
                          .salt = salt(),
                          .only_as = options_.only_as};
  load_plugins(around.callables);
  collect_calendars(around.calendars);
  collect_queues(around.queues);
  collect_secrets(around.secrets);
  if (main().entry.defaults) {
    Reader reader = reader_of(main());
    around.defaults_map = main().entry.defaults->map;
    around.defaults = read_defaults(reader, main().entry.defaults->map, around.queues);
  }
  return around;
}

std::optional<Linter> Loader::linter() {
  if (!options_.lint_at || !main().tree) return std::nullopt;
  Linter linter(*options_.lint_at, options_.last_duration);
  Reader reader = reader_of(main());
  reader.set_key("ignore_warnings");
  for (const MarkedText& name : main().entry.ignore_warnings) linter.ignore(reader, name);
  return linter;
}

void Loader::check_not_empty() {
  const auto has_jobs = [](const auto& file) { return file->entry.jobs && !file->entry.jobs->map.entries().empty(); };
  if (options_.empty == EmptyFile::allowed || std::ranges::any_of(files_, has_jobs)) return;
  const auto& jobs = main().entry.jobs;
  if (!jobs && main().entry.include.empty()) return;  // that `jobs:` is missing has been said
  Reader reader = reader_of(main());
  reader.error(
      jobs ? jobs->map : main().tree->root(),
      main().entry.include.empty() ? "'jobs' names no job" : "neither this file nor those that it includes have a job",
      std::string(no_jobs_hint));
}

void Loader::read_jobs(JobSet& set, const FileSurroundings& around) {
  Shared shared{.schedules = {}, .references = {}, .linter = linter()};
  Names names("job ");
  for (const auto& file : files_) {
    if (!file->entry.jobs) continue;
    Reader reader = reader_of(*file);
    const std::vector<Entry> entries = file->entry.jobs->map.entries();
    set.jobs.reserve(set.jobs.size() + entries.size());
    for (const Entry& entry : entries) {
      if (files_.size() > 1) names.add(reader, entry.key);
      if (auto job = read_job(reader, entry, around, shared)) set.jobs.push_back(std::move(*job));
    }
  }
  if (!main().tree) return;
  check_not_empty();
  Reader reader = reader_of(main());
  shared.references.check(reader);
  if (!shared.linter) return;
  for (const SecretEntry& secret : around.secrets) shared.linter->secret(reader, secret);
  shared.linter->finish(reader, around.queues);
}

// Meaningless if there are errors.
LoadedConfig Loader::read() {
  const FileSurroundings around = surroundings();
  JobSet set{.jobs = {}, .queues = around.queues, .revision = {}, .zone_name = around.zone->name()};
  read_jobs(set, around);
  LoadedConfig loaded{
      .set = {}, .daemon = main().entry.daemon, .warnings = {}, .files = {}, .patterns = {}, .salt = around.salt};
  loaded.has_unseen_plugins = around.callables.has_unseen;
  for (const MarkedText& pattern : main().entry.include) loaded.patterns.emplace_back(pattern.text);
  jobs_ = std::move(set);
  return loaded;
}

// When nothing is wrong, and nobody looks at the trees any more.
void Loader::finish(LoadedConfig& loaded) {
  auto pieces = loaded.patterns.empty() ? pieces_of(*main().tree) : std::nullopt;
  if (pieces) loaded.pieces = std::make_shared<const Pieces>(*std::move(pieces));
  for (const auto& file : files_) loaded.files.push_back(std::move(file->content));
  jobs_.revision = revision_of(loaded.files);
  if (options_.before.set) share_with(*options_.before.set, jobs_);
  loaded.set = std::make_shared<const JobSet>(std::move(jobs_));
}

}  // namespace

Loaded load_whole(FileText main, ZoneCache& zones, const ParseOptions& options) {
  return Loader(zones, options).load(std::move(main));
}

std::string revision_of(std::span<const FileText> files) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::uint64_t rest = 0;
  for (const FileText& file : files) rest = hash_text(file.text, rest);
  std::string out(16, '0');
  for (auto it = out.rbegin(); it != out.rend(); ++it, rest >>= 4U) *it = digits[rest & 15U];
  return out;
}

}  // namespace belfry::config
