#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <base/file.h>
#include <base/log.h>
#include <jobs/attempt_group.h>
#include <jobs/fields.h>
#include <jobs/run_directory.h>
#include <jobs/write_control.h>

namespace belfry {

namespace {

struct Limit {
  const char* key;  // of the spec
  const char* file;
  Controllers::One controller;
};
constexpr std::array limits{
    Limit{"memory_max", "memory.max", Controllers::One::memory}, Limit{"cpu_max", "cpu.max", Controllers::One::cpu},
    Limit{"pids_max", "pids.max", Controllers::One::pids}, Limit{"io_weight", "io.weight", Controllers::One::io},
    Limit{"io_weight", "io.bfq.weight", Controllers::One::io}};

// Arguments and variables may be megabytes; what is looked for here stands before them.
constexpr std::size_t spec_bytes_max = std::size_t{64} << 20U;

}  // namespace

std::optional<AttemptGroup> AttemptGroup::of(const std::string& run_directory) {
  auto content = read_file(run_directory + "/" + run_directory::spec_file, {.size_max = spec_bytes_max});
  if (!content) return std::nullopt;
  const auto spec = FieldReader::parse(*std::move(content), run_directory::spec_kind);
  if (!spec || spec->text("cgroup").empty()) return std::nullopt;
  AttemptGroup group;
  group.path_ = std::string(spec->text("cgroup")) + run_directory.substr(run_directory.rfind('/'));
  for (const Limit& limit : limits) {
    if (!spec->has(limit.key)) continue;
    group.uses_.add(limit.controller);
    group.limits_.emplace_back(limit.file, spec->text(limit.key));
  }
  return group;
}

void AttemptGroup::bound_again() const {
  for (const auto& [file, content] : limits_) {
    // A kernel has one of the two weights, or none; the priority of each process goes on.
    if (file.starts_with("io.") && ::access((path_ + "/" + file).c_str(), F_OK) != 0) continue;
    const auto written = write_control(path_ + "/" + file, content);
    if (!written) log::warning("a job goes on without one of its limits: " + written.error().what);
  }
}

bool AttemptGroup::is_empty() const {
  const auto events = read_file(path_ + "/cgroup.events");
  return !events || events->find("populated 0") != std::string::npos;
}

bool AttemptGroup::kill(std::chrono::milliseconds limit) const {
  constexpr std::chrono::milliseconds pause{10};
  if (::access(path_.c_str(), F_OK) != 0) return true;
  const auto killed = write_control(path_ + "/cgroup.kill", "1");
  if (!killed) log::warning("the processes of a job cannot be killed as one: " + killed.error().what);
  for (std::chrono::milliseconds waited{0}; !is_empty(); waited += pause) {
    if (waited >= limit || !killed) return false;
    ::poll(nullptr, 0, static_cast<int>(pause.count()));
  }
  return ::rmdir(path_.c_str()) == 0 || errno == ENOENT;
}

}  // namespace belfry
