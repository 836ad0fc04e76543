// Zones of this machine: loads them from the system's database (/usr/share/zoneinfo), and keeps them until their
// file changes. Behind it stands Howard Hinnant's date; zones.cpp is the only file that names its tz.
//
// A zone that was handed out stays valid and unchanged for as long as somebody holds it; after a change of the
// database (S15) find() hands out a new one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>
#include <belfry/zone.h>

namespace belfry {

// THREADS: one.
class ZoneCache {
 public:
  struct Options {
    std::string directory = "/usr/share/zoneinfo";
    std::string localtime = "/etc/localtime";
  };

  ZoneCache() : ZoneCache(Options{}) {}
  explicit ZoneCache(Options options) : options_(std::move(options)) {}

  // The zone of that name, as `Europe/Berlin`, spelled as in the database. Unknown: not_found, with the nearest name.
  // `UTC` is always there. When a file that was loaded before is gone or broken, the zone that was loaded last stays
  // (F39); the first load has nothing to fall back on and fails.
  Result<std::shared_ptr<const Zone>> find(std::string_view name);

  // The zone of this machine: $TZ where it names one, else the target of /etc/localtime, else UTC.
  Result<std::shared_ptr<const Zone>> system_zone();

  // What says how these zones are, and which one is this machine's: to be watched.
  std::vector<std::string> files() const;

  // The version of the database, "2025b"; "unknown" where it does not say.
  std::string database_version() const;

 private:
  // When a file was last written, and which file it is. A package upgrade renames a new file into place.
  struct Stamp {
    std::int64_t modified_ns = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Entry {
    std::shared_ptr<const Zone> zone;
    Stamp stamp;
  };

  Result<Stamp> stamp_of(const std::string& path) const;
  Result<std::shared_ptr<const Zone>> load(const std::string& name, const std::string& path) const;
  Error unknown(std::string_view name) const;

  Options options_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace belfry
