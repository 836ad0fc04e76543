// Theory of operation: date reads the changes that a zone file lists; we read the rule in its last line, which date
// ignores (without it daylight saving would end in 2037, with slim files today), and lay out 400 years of it.
//
// date takes a broken file badly: it asserts, or throws from the depth of a stream. So nothing reaches it before its
// structure was checked here: `timezone: zone.tab` must not end the daemon.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <date/tz.h>
#include <date/tz_private.h>

#include <base/ascii.h>
#include <base/file.h>
#include <base/os.h>
#include <base/posix_rule.h>
#include <base/text.h>
#include <base/try.h>
#include <base/zones.h>

namespace belfry {

namespace {

using std::chrono::sys_seconds;

constexpr std::chrono::years cycle{400};

// ---- The file's structure (RFC 8536) ----

struct Header {
  char version = 0;
  std::size_t utc_marks = 0, standard_marks = 0, leaps = 0, times = 0, types = 0, characters = 0;
  static constexpr std::size_t size = 44;

  std::size_t body_size(std::size_t time_size) const {
    return times * (time_size + 1) + types * 6 + characters + leaps * (time_size + 4) + standard_marks + utc_marks;
  }
};

std::size_t big_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

std::optional<Header> read_header(std::string_view bytes) {
  if (bytes.size() < Header::size || !bytes.starts_with("TZif")) return std::nullopt;
  const auto count = [&](std::size_t i) { return big_endian(bytes.substr(20 + 4 * i)); };
  return Header{.version = bytes[4],
                .utc_marks = count(0),
                .standard_marks = count(1),
                .leaps = count(2),
                .times = count(3),
                .types = count(4),
                .characters = count(5)};
}

// Whether the indices inside a body of 64-bit times stay inside it.
bool is_body_sound(const Header& header, std::string_view body) {
  const std::string_view type_of_time = body.substr(header.times * 8, header.times);
  const std::string_view types = body.substr(header.times * 9, header.types * 6);
  if (header.types == 0 || header.characters == 0) return false;
  for (const char c : type_of_time) {
    if (static_cast<unsigned char>(c) >= header.types) return false;
  }
  for (std::size_t i = 0; i < header.types; ++i) {
    if (static_cast<unsigned char>(types[i * 6 + 5]) >= header.characters) return false;
  }
  return body[header.times * 9 + header.types * 6 + header.characters - 1] == '\0';
}

// The rule in the last line of a zone file whose structure is sound; nothing where it is not.
std::optional<std::string_view> last_line_of_sound_file(std::string_view bytes) {
  const auto narrow = read_header(bytes);
  if (!narrow || narrow->version < '2') return std::nullopt;
  const std::size_t second = Header::size + narrow->body_size(4);
  if (second > bytes.size()) return std::nullopt;
  const std::string_view rest = bytes.substr(second);
  const auto wide = read_header(rest);
  if (!wide || wide->body_size(8) > rest.size() - Header::size) return std::nullopt;
  if (!is_body_sound(*wide, rest.substr(Header::size, wide->body_size(8)))) return std::nullopt;
  const std::string_view footer = rest.substr(Header::size + wide->body_size(8));
  if (footer.size() < 2 || footer.front() != '\n' || footer.back() != '\n') return std::nullopt;
  return footer.substr(1, footer.size() - 2);
}

// ---- The table ----

// date looks in its own directory only; a path may lead anywhere from there.
std::string path_for_date(const std::string& path) {
  std::string relative;
  for (int i = 0; i < 8; ++i) relative += "../";
  return relative + std::filesystem::absolute(path).lexically_normal().relative_path().string();
}

Result<std::vector<Zone::Change>> listed_changes(const std::string& path) {
  constexpr sys_seconds end_of_time = std::chrono::sys_days{std::chrono::year{9999} / 1 / 1};
  try {
    const date::time_zone zone(path_for_date(path), date::detail::undocumented{});
    std::vector<Zone::Change> changes;
    sys_seconds at = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
    while (at < end_of_time) {
      const date::sys_info info = zone.get_info(at);
      changes.push_back(
          {.at = at, .offset = info.offset, .abbreviation = info.abbrev, .is_dst = info.save != info.save.zero()});
      at = info.end;
    }
    return changes;
  } catch (const std::exception& problem) {
    return std::unexpected(Error::failed(path + ": " + problem.what()));
  }
}

// Lays out the rule from the last listed change on, until the calendar repeats itself.
void append_rule(const PosixRule& rule, Zone::Table& table) {
  const sys_seconds listed_until = table.changes.back().at;
  const auto first_year = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(listed_until)}.year();
  const auto repeats_year = first_year + std::chrono::years{2};
  for (auto year = first_year; year <= repeats_year + cycle + std::chrono::years{1}; ++year) {
    for (Zone::Change& change : rule.changes_of(year)) {
      if (change.at <= listed_until) continue;
      // A rule that means "always daylight saving" ends it in the instant in which it begins again.
      if (change.at <= table.changes.back().at) continue;
      table.changes.push_back(std::move(change));
    }
  }
  table.repeats_from = std::chrono::sys_days{repeats_year / 1 / 1};
}

// A name is a path below the directory, and never leads out of it.
bool is_plausible_name(std::string_view name) {
  const auto is_fine = [](char c) { return is_alphanumeric(c) || c == '/' || c == '_' || c == '+' || c == '-'; };
  return !name.empty() && name.size() < 256 && name.front() != '/' && std::all_of(name.begin(), name.end(), is_fine);
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (std::filesystem::recursive_directory_iterator it(directory, ignored), end; it != end; it.increment(ignored)) {
    const std::string name = it->path().lexically_relative(directory).string();
    // posix/ and right/ hold the same zones once more, the latter with leap seconds.
    if (name == "posix" || name == "right") it.disable_recursion_pending();
    if (is_plausible_name(name) && name.front() >= 'A' && name.front() <= 'Z' && !it->is_directory(ignored))
      names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The name that somebody who wrote `name` may have meant: another case, only the city, a slip of the finger.
std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& names) {
  const std::string wanted = lower(name);
  std::vector<std::string> lowered;
  for (const std::string& candidate : names) lowered.push_back(lower(candidate));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (lowered[i] == wanted || lowered[i].ends_with("/" + wanted)) return names[i];
  }
  if (wanted.size() < 4) return std::nullopt;  // `PST` is not a slip for `EST`
  const std::vector<std::string_view> views(lowered.begin(), lowered.end());
  const auto found = nearest(wanted, views);
  if (!found) return std::nullopt;
  return names[static_cast<std::size_t>(std::find(lowered.begin(), lowered.end(), *found) - lowered.begin())];
}

}  // namespace

Result<ZoneCache::Stamp> ZoneCache::stamp_of(const std::string& path) const {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::unexpected(system_error("stat", path));
  if (!S_ISREG(status.st_mode)) return std::unexpected(Error::bad_input(path + " is not a file"));
  return Stamp{.modified_ns = status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec,
               .inode = status.st_ino,
               .size = status.st_size};
}

Result<std::shared_ptr<const Zone>> ZoneCache::load(const std::string& name, const std::string& path) const {
  const std::string bytes = TRY(read_file(path, {.size_max = 1U << 20U}));
  const auto last_line = last_line_of_sound_file(bytes);
  if (!last_line) return std::unexpected(Error::bad_input(path + " is not a time zone file, or a damaged one"));
  auto changes = TRY(listed_changes(path));
  Zone::Table table{.name = name, .changes = std::move(changes), .repeats_from = {}};
  if (!last_line->empty()) {
    const PosixRule rule = TRY(PosixRule::parse(*last_line));
    if (rule.has_dst()) append_rule(rule, table);
  }
  return std::make_shared<const Zone>(std::move(table));
}

Error ZoneCache::unknown(std::string_view name) const {
  std::string what = "there is no time zone '" + std::string(name) + "'";
  const std::vector<std::string> names = names_in(options_.directory);
  if (names.empty()) {
    what += ": " + options_.directory + " holds no zones at all; install the package tzdata";
  } else if (const auto suggestion = nearest_name(name, names)) {
    what += "; did you mean '" + *suggestion + "'?";
  } else {
    what += "; write a name like Europe/Berlin (timedatectl list-timezones shows them all)";
  }
  return Error::not_found(std::move(what));
}

Result<std::shared_ptr<const Zone>> ZoneCache::find(std::string_view name) {
  if (name == "UTC") return Zone::utc();
  if (!is_plausible_name(name)) return std::unexpected(unknown(name));
  const std::string path = options_.directory + "/" + std::string(name);
  const auto known = entries_.find(name);
  const auto stamp = stamp_of(path);
  if (known != entries_.end() && (!stamp || *stamp == known->second.stamp)) return known->second.zone;
  if (!stamp) return std::unexpected(unknown(name));
  auto loaded = load(std::string(name), path);
  if (!loaded) {
    if (known != entries_.end()) return known->second.zone;
    return std::unexpected(loaded.error().kind == ErrorKind::bad_input ? unknown(name) : std::move(loaded).error());
  }
  entries_.insert_or_assign(std::string(name), Entry{*loaded, *stamp});
  return *loaded;
}

Result<std::shared_ptr<const Zone>> ZoneCache::system_zone() {
  if (const char* tz = std::getenv("TZ")) {
    std::string_view name(tz);
    if (name.starts_with(':')) name.remove_prefix(1);
    if (name.empty()) return Zone::utc();
    if (name.starts_with(options_.directory + "/")) name.remove_prefix(options_.directory.size() + 1);
    return find(name);
  }
  std::error_code error;
  const std::filesystem::path target = std::filesystem::read_symlink(options_.localtime, error);
  if (!error) {
    constexpr std::string_view root = "zoneinfo/";
    const std::string text = target.string();
    const auto at = text.find(root);
    if (at != std::string::npos) return find(text.substr(at + root.size()));
  }
  if (!std::filesystem::exists(options_.localtime, error)) return Zone::utc();
  return load("localtime", options_.localtime);
}

std::vector<std::string> ZoneCache::files() const {
  std::vector<std::string> files{options_.localtime};
  for (const auto& [name, entry] : entries_) files.push_back(options_.directory + "/" + name);
  return files;
}

std::string ZoneCache::database_version() const {
  constexpr std::string_view prefix = "# version ";
  const auto text = read_file(options_.directory + "/tzdata.zi", {.size_max = 4U << 20U});
  if (!text || !text->starts_with(prefix)) return "unknown";
  return text->substr(prefix.size(), text->find('\n') - prefix.size());
}

}  // namespace belfry
