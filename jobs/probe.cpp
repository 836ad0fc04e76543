#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include <base/os.h>
#include <base/try.h>
#include <jobs/probe.h>

namespace belfry {
namespace {

Error unfit(const std::string& directory, const std::string& what) {
  return Error::failed("the file system of " + directory + " cannot hold the state: " + what +
                       "; put the state directory on a local one (ext4, xfs, btrfs, tmpfs)");
}

class Probe {
 public:
  explicit Probe(const std::string& directory)
      : directory_(directory), first_(directory + "/probe.first"), second_(directory + "/probe.second") {
    remove();
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;
  ~Probe() { remove(); }

  Result<void> create() {
    file_ = open_first();
    if (!file_) return std::unexpected(system_error("open", first_));
    return {};
  }

  Result<void> link_once() {
    if (::link(first_.c_str(), second_.c_str()) != 0) {
      return std::unexpected(unfit(directory_, system_error("link", second_).what));
    }
    if (::link(first_.c_str(), second_.c_str()) == 0 || errno != EEXIST) {
      return std::unexpected(unfit(directory_, "link to a name that is taken does not fail with EEXIST"));
    }
    return {};
  }

  Result<void> lock_once() {
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
      return std::unexpected(unfit(directory_, system_error("flock", first_).what));
    }
    const Fd other = open_first();
    if (::flock(other.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
      return std::unexpected(unfit(directory_, "flock lets two in at once"));
    }
    return {};
  }

 private:
  Fd open_first() const { return Fd{::open(first_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)}; }

  void remove() const {
    ::unlink(first_.c_str());
    ::unlink(second_.c_str());
  }

  std::string directory_;
  std::string first_;
  std::string second_;
  Fd file_;
};

}  // namespace

Result<void> probe_file_system(const std::string& directory) {
  Probe probe(directory);
  TRY(probe.create());
  TRY(probe.link_once());
  return probe.lock_once();
}

}  // namespace belfry
