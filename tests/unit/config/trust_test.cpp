#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/trust.h>
#include <config/accepted.h>
#include <config/load.h>
#include <jobs/registry.h>
#include <tests/support/temp_dir.h>

using namespace belfry;
using namespace belfry::config;

namespace {

constexpr const char* one_job = "jobs: { a: { schedule: manual, run: x } }\n";

void set_mode(const std::string& path, mode_t mode) { REQUIRE(::chmod(path.c_str(), mode) == 0); }

// Below /tmp, which everybody may write to and which is sticky; the test's directories are 0700 at first.
struct Place {
  Place() {
    REQUIRE(make_directories(dir / "d").has_value());
    REQUIRE(replace_file(file, one_job).has_value());
    set_mode(dir / "d", 0755);
    set_mode(file, 0644);
  }
  tests::TempDir dir;
  std::string file = dir / "d/schedules.yaml";
};

}  // namespace

// What may be the matter with a file, each by itself: how the place is changed, which path is named then, and what is
// said. Those that take root to arrange are left out where nobody is root.
TEST_CASE("config/trust: S37 F45 who else may change the file, or the way to it") {
  struct Row {
    const char* what;
    std::function<std::string(const Place&)> arrange;  // the path that is named
    const char* says;                                  // empty: nothing is wrong
    bool takes_root = false;
  };
  const auto link_to = [](const std::string& target, const std::string& link) {
    std::filesystem::create_symlink(target, link);
    return link;
  };
  const auto give_away = [](const std::string& path) { REQUIRE(::lchown(path.c_str(), 12345, 12345) == 0); };
  const std::vector<Row> rows{
      {"nothing", [](const Place& p) { return p.file; }, ""},
      {"everybody may write the file",
       [](const Place& p) {
         set_mode(p.file, 0646);
         return p.file;
       },
       "d/schedules.yaml (mode 0646): chmod go-w /"},
      {"the group may write the file",
       [](const Place& p) {
         set_mode(p.file, 0664);
         return p.file;
       },
       "(mode 0664)"},
      {"somebody else's file",
       [&](const Place& p) {
         give_away(p.file);
         return p.file;
       },
       "d/schedules.yaml belongs to user 12345", true},
      {"everybody may write the directory",
       [](const Place& p) {
         set_mode(p.dir / "d", 0777);
         return p.file;
       },
       "/d (mode 0777): chmod go-w /"},
      {"everybody may write the directory above it",
       [](const Place& p) {
         set_mode(p.dir / "", 0777);
         return p.file;
       },
       "(mode 0777)"},
      {"somebody else's directory",
       [&](const Place& p) {
         give_away(p.dir / "d");
         return p.file;
       },
       "/d belongs to user 12345", true},
      {"a sticky directory, where nobody can touch what is others'",
       [](const Place& p) {
         set_mode(p.dir / "d", 01777);
         return p.file;
       },
       ""},
      {"a second name, made where others may add names",
       [](const Place& p) {
         set_mode(p.dir / "d", 01777);
         REQUIRE(::link(p.file.c_str(), (p.dir / "second").c_str()) == 0);
         return p.file;
       },
       "has 2 names, and others may add names to "},
      {"a link to a good file", [&](const Place& p) { return link_to(p.file, p.dir / "link"); }, ""},
      {"a link to a bad file",
       [&](const Place& p) {
         set_mode(p.file, 0666);
         return link_to("d/schedules.yaml", p.dir / "link");
       },
       "d/schedules.yaml (mode 0666)"},
      {"a link that stands where others may change it",
       [&](const Place& p) {
         REQUIRE(make_directories(p.dir / "open").has_value());
         set_mode(p.dir / "open", 0777);
         return link_to(p.file, p.dir / "open/link");
       },
       "/open (mode 0777)"},
      {"somebody else's link",
       [&](const Place& p) {
         const std::string link = link_to(p.file, p.dir / "link");
         give_away(link);
         return link;
       },
       "chown -h ", true},
      {"a directory behind a link that others may change",
       [&](const Place& p) {
         REQUIRE(make_directories(p.dir / "open").has_value());
         set_mode(p.dir / "open", 0777);
         return link_to("../d", p.dir / "open/d") + "/schedules.yaml";
       },
       "/open (mode 0777)"},
      {"a file without a name any more, by way of /proc",
       [](const Place& p) {
         static int fd = -1;
         fd = ::open(p.file.c_str(), O_RDONLY | O_CLOEXEC);
         REQUIRE(::unlink(p.file.c_str()) == 0);
         return "/proc/self/fd/" + std::to_string(fd);
       },
       "cannot be followed"},
      {"nothing is there, which is for the reader to miss", [](const Place& p) { return p.dir / "nothing"; }, ""},
  };
  std::size_t tried = 0;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    if (row.takes_root && ::geteuid() != 0) continue;
    const Place place;
    const std::string path = row.arrange(place);
    const auto why = why_distrusted(path);
    CHECK(why.has_value() == (*row.says != '\0'));
    CHECK_MESSAGE(why.value_or("").find(row.says) != std::string::npos, why.value_or(""));
    ++tried;
    if (!why) continue;
    // And a service does not run it.
    ZoneCache zones;
    const auto refused = load_config(path, zones, {.distrust = Distrust::refuse});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error()[0].what == *why);
  }
  CHECK(tried >= (::geteuid() == 0 ? 16 : 13));
}

TEST_CASE("config/trust: S37 F45 a file that is included is judged like the one that includes it") {
  const Place place;
  ZoneCache zones;
  REQUIRE(replace_file(place.dir / "d/more.yaml", "jobs: { b: { schedule: manual, run: x } }\n").has_value());
  REQUIRE(replace_file(place.file, std::string("include: [more.yaml]\n") + one_job).has_value());
  CHECK(load_config(place.file, zones, {.distrust = Distrust::refuse}).has_value());
  set_mode(place.dir / "d/more.yaml", 0666);
  const auto refused = load_config(place.file, zones, {.distrust = Distrust::refuse});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error()[0].file == place.dir / "d/more.yaml");
}

TEST_CASE("config/trust: S37 a service refuses such a file, and in the foreground it is a warning") {
  const Place place;
  ZoneCache zones;
  CHECK(load_config(place.file, zones, {.distrust = Distrust::refuse})->warnings.empty());
  set_mode(place.file, 0666);
  CHECK(load_config(place.file, zones)->warnings.empty());
  const auto warned = load_config(place.file, zones, {.distrust = Distrust::warn});
  REQUIRE(warned.has_value());
  REQUIRE(warned->warnings.size() == 1);
  CHECK(warned->warnings[0].severity == Severity::warning);
  const auto refused = load_config(place.file, zones, {.distrust = Distrust::refuse});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error()[0].what == warned->warnings[0].what);
}

TEST_CASE("config/trust: S37 a plug-in that others may change is refused, also in the foreground, with the cure") {
  const Place place;
  ZoneCache zones;
  Registry callables;
  const std::string plugin = place.dir / "d/plugin.so";
  REQUIRE(replace_file(plugin, "no plug-in at all").has_value());
  REQUIRE(replace_file(place.file, "plugins: ['" + plugin + "']\n" + one_job).has_value());
  const auto said = [&] {
    const auto loaded = load_config(place.file, zones, {.distrust = Distrust::warn, .callables = &callables});
    REQUIRE_FALSE(loaded.has_value());
    return loaded.error()[0].what;
  };
  set_mode(plugin, 0646);
  CHECK(said() == "the plug-in cannot be trusted: others may change " + plugin + " (mode 0646): chmod go-w " + plugin);
  set_mode(plugin, 0644);
  CHECK(said().starts_with("cannot load the plug-in: " + plugin + ": "));  // trusted, and looked at
}

TEST_CASE(
    "config/trust: S37 F45 a FIFO, a socket, a device or a directory is no configuration, and nobody waits for it") {
  const Place place;
  ZoneCache zones;
  const std::string fifo = place.dir / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const std::string socket = place.dir / "socket";
  REQUIRE(::mknod(socket.c_str(), S_IFSOCK | 0600, 0) == 0);
  const std::string link = place.dir / "link";
  std::filesystem::create_symlink(fifo, link);
  for (const std::string& path : {fifo, socket, link, std::string("/dev/zero"), std::string("/dev/null")}) {
    CAPTURE(path);
    const auto loaded = load_config(path, zones);
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error()[0].what == path + " is no regular file");
    REQUIRE(replace_file(place.file, "include: [" + path + "]\n" + one_job).has_value());
    CHECK_FALSE(load_config(place.file, zones).has_value());
  }
  CHECK_FALSE(load_config(place.dir / "d", zones).has_value());
}

TEST_CASE("config/accepted: S34 a copy of everything that was accepted is read back the same") {
  const Place place;
  ZoneCache zones;
  REQUIRE(replace_file(place.dir / "d/1.yaml", "jobs: { b: { schedule: every 5m, run: y } }\n").has_value());
  REQUIRE(replace_file(place.file, std::string("include: [1.yaml, 'none*']\n") + one_job).has_value());
  const auto accepted = load_config(place.file, zones);
  REQUIRE(accepted.has_value());
  const std::string packed = pack(*accepted);
  const auto again = unpack(packed, place.file, zones);
  REQUIRE_MESSAGE(again.has_value(), again.error().what);
  CHECK(again->set->revision == accepted->set->revision);
  CHECK(again->files == accepted->files);
  CHECK(again->set->jobs.size() == 2);

  CHECK_FALSE(unpack(packed, "/other.yaml", zones).has_value());
  for (std::size_t size = 0; size < packed.size(); ++size)
    CHECK_FALSE(unpack(packed.substr(0, size), place.file, zones));
}
