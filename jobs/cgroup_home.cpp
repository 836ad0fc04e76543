#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>

#include <base/file.h>
#include <base/log.h>
#include <base/os.h>
#include <base/text.h>
#include <base/try.h>
#include <jobs/cgroup_home.h>
#include <jobs/write_control.h>

namespace belfry {

namespace {

constexpr const char* leaf = "/daemon";
constexpr const char* trial = "/trial";

// A limit that no trial comes near; as it is written, and as the end of what is read back says it.
struct TrialLimit {
  Controllers::One one;
  const char* file;
  const char* text;
};
constexpr std::array trial_limits{TrialLimit{Controllers::One::cpu, "/cpu.max", "200000 100000"},
                                  TrialLimit{Controllers::One::io, "/io.weight", "200"},
                                  TrialLimit{Controllers::One::io, "/io.bfq.weight", "200"},
                                  TrialLimit{Controllers::One::memory, "/memory.max", "1073741824"},
                                  TrialLimit{Controllers::One::pids, "/pids.max", "1000"}};
constexpr std::array every_controller{Controllers::One::cpu, Controllers::One::io, Controllers::One::memory,
                                      Controllers::One::pids};

Error no_home(std::string why) { return Error::not_found(std::move(why)); }

// Of "0::/system.slice/belfry.service".
Result<std::string> group_of(const std::string& process, const CgroupFiles& files) {
  const std::string text = TRY(read_file(files.proc + "/" + process + "/cgroup"));
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with("0::")) return std::string(line.substr(3));
  }
  return std::unexpected(no_home("this machine has no cgroup v2"));
}

struct Mount {
  std::string root;   // the group that is seen there
  std::string point;  // where
};

// Of "31 24 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw".
std::optional<Mount> mount_of(std::string_view line) {
  const auto dash = line.find(" - ");
  if (dash == std::string_view::npos || !line.substr(dash + 3).starts_with("cgroup2 ")) return std::nullopt;
  const std::vector<std::string_view> words = split(line.substr(0, dash), ' ');
  if (words.size() < 5) return std::nullopt;
  return Mount{.root = std::string(words[3]), .point = std::string(words[4])};
}

// As this process sees it: another's mounts are not for everybody to look at.
Result<Mount> find_mount(const CgroupFiles& files) {
  const std::string text = TRY(read_file(files.proc + "/self/mountinfo", {.size_max = 16U << 20U}));
  for (const std::string_view line : split(text, '\n')) {
    if (auto mount = mount_of(line)) return *std::move(mount);
  }
  return std::unexpected(no_home("cgroup v2 is not mounted here"));
}

bool is_marked(const std::string& path) {
  for (const char* name : {"user.delegate", "trusted.delegate"}) {
    std::array<char, 8> value{};
    if (::getxattr(path.c_str(), name, value.data(), value.size()) == 1 && value[0] == '1') return true;
  }
  return false;
}

bool is_own(const std::string& path) {
  struct stat info{};
  if (::geteuid() == 0 || ::stat(path.c_str(), &info) != 0 || info.st_uid != ::geteuid()) return false;
  const auto members = read_file(path + "/cgroup.procs");
  return members && (trim(*members).empty() || trim(*members) == std::to_string(::getpid()));
}

// A container's whole hierarchy belongs to its first process, if anybody's.
bool is_container_root(const std::string& group, const std::string& process) {
  return group == "/" && (process == "1" || (process == "self" && ::getpid() == 1));
}

}  // namespace

// systemd marks what it delegates; its own groups it owns itself, although root could write to them. A user's manager
// may set no mark: what it gives away belongs to that user, and nobody else is in there.
bool is_delegated(const std::string& path) { return is_marked(path) || is_own(path); }

Result<std::string> find_cgroup_home(const std::string& process, const CgroupFiles& files) {
  std::string group = TRY(group_of(process, files));
  const Mount mount = TRY(find_mount(files));
  if (group.ends_with(leaf)) group.resize(group.size() - std::string_view(leaf).size());
  if (group.empty()) group = "/";
  if (mount.root != "/" && !group.starts_with(mount.root)) {
    return std::unexpected(no_home("its control group cannot be seen from here"));
  }
  std::string path = mount.point + group.substr(mount.root == "/" ? 0 : mount.root.size());
  if (path.ends_with('/')) path.pop_back();
  if (!files.is_delegated(path) && !is_container_root(group, process)) {
    return std::unexpected(no_home("its control group, " + group + ", was not given to it"));
  }
  if (process == "self" && ::access((path + "/cgroup.procs").c_str(), W_OK) != 0) {
    return std::unexpected(no_home(system_error("write", path + "/cgroup.procs").what));
  }
  return path;
}

CgroupHome CgroupHome::none(std::string why) {
  CgroupHome home;
  home.why_none_ = std::move(why);
  return home;
}

CgroupHome CgroupHome::settle(std::string path) {
  const std::string own = path + leaf;
  if (::mkdir(own.c_str(), 0755) != 0 && errno != EEXIST) return none(system_error("mkdir", own).what);
  const auto moved = write_control(own + "/cgroup.procs", "0");  // 0: whoever writes it
  if (!moved) return none(moved.error().what);
  CgroupHome home;
  home.available_ = Controllers::parse(read_file(path + "/cgroup.controllers").value_or(""));
  home.handed_on_ = Controllers::parse(read_file(path + "/cgroup.subtree_control").value_or(""));
  home.path_ = std::move(path);
  return home;
}

CgroupHome CgroupHome::of_this_process() {
  auto path = find_cgroup_home("self");
  if (!path) return none(std::move(path.error().what));
  CgroupHome home = settle(*std::move(path));
  home.try_out();
  return home;
}

void CgroupHome::try_out() {
  if (path_.empty()) return;
  const std::string group = path_ + trial;
  const Controllers before = handed_on_;
  Controllers all = available_;
  all.add(before);
  hand_on(all);
  if (::mkdir(group.c_str(), 0755) != 0 && errno != EEXIST) {
    log::warning("limits cannot be tried out: " + system_error("mkdir", group).what);
  }
  Controllers bound;
  for (const auto one : every_controller) {
    if (handed_on_.has(one) && has_taken(group, one)) bound.add(one);
  }
  ::rmdir(group.c_str());
  hand_on(before);
  available_ = bound;
}

bool CgroupHome::has_taken(const std::string& group, Controllers::One one) const {
  std::string why;
  for (const TrialLimit& limit : trial_limits) {
    if (limit.one != one) continue;
    const std::string file = group + limit.file;
    const auto written = write_control(file, limit.text);
    const std::string found = read_file(file).value_or("");
    if (written && trim(found).ends_with(limit.text)) return true;
    why = written ? file + " does not keep what is written to it" : written.error().what;
  }
  // Few kernels weigh reads and writes; most of `io` is the priority of each process.
  if (one != Controllers::One::io) log::warning("a limit does not hold here: " + why);
  return false;
}

// Each by itself: one that cannot be had takes no other with it.
void CgroupHome::hand_on(Controllers wanted) {
  if (path_.empty()) return;
  for (const auto one : every_controller) {
    if (!available_.has(one) || wanted.has(one) == handed_on_.has(one)) continue;
    Controllers change;
    change.add(one);
    const bool is_more = wanted.has(one);
    const auto written = write_control(path_ + "/cgroup.subtree_control", (is_more ? "+" : "-") + change.words());
    if (!written) {
      log::warning("limits on " + change.words() + " cannot be put in force: " + written.error().what);
      continue;
    }
    handed_on_ = handed_on_.without(change);
    if (is_more) handed_on_.add(change);
  }
}

std::vector<std::string> CgroupHome::groups() const {
  std::vector<std::string> names;
  std::error_code error;
  if (path_.empty()) return names;
  for (std::filesystem::directory_iterator entry(path_, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_directory(error)) names.push_back(entry->path().filename().string());
  }
  return names;
}

void CgroupHome::remove(const std::string& name) const { ::rmdir((path_ + "/" + name).c_str()); }

}  // namespace belfry
