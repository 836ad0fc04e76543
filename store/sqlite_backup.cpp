#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <base/os.h>
#include <base/try.h>
#include <store/sqlite.h>
#include <store/sqlite_backup.h>

namespace belfry {

namespace {

// SQLite does not sync what it copies.
Result<void> sync(const std::string& path, int flags) {
  const Fd fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return std::unexpected(system_error("fsync", path));
  return {};
}

// With the slash.
std::string directory_of(const std::string& path) { return path.substr(0, path.find_last_of('/') + 1); }

Error taken(const std::string& path) {
  return Error::failed(path +
                       " is there already, and a backup replaces nothing: name another file, or remove that one");
}

// For its owner alone, as the ledger is: what jobs were given is in there.
Result<void> make_private(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd) return {};
  if (errno == ENOENT) return std::unexpected(Error::failed("there is no directory " + directory_of(path)));
  return std::unexpected(system_error("open", path));
}

// REQUIRES: `to` is there, and empty.
Result<void> copy(const std::string& ledger, const std::string& to) {
  auto db = TRY(sqlite::Connection::open(ledger, sqlite::Access::read_only, Millis{5000}));
  sqlite::Statement vacuum = TRY(db.prepare("VACUUM INTO ?1", "copy the ledger to " + to));
  TRY(vacuum.run(to));
  return sync(to, O_RDONLY);
}

}  // namespace

// link() and not rename(): it does not replace what somebody else has put there meanwhile.
Result<void> back_up_ledger(const std::string& ledger, const std::string& to) {
  if (::access(to.c_str(), F_OK) == 0) return std::unexpected(taken(to));  // before much is copied
  const std::string part = to + ".part";
  (void)::unlink(part.c_str());
  auto done = make_private(part);
  if (done) done = copy(ledger, part);
  if (done && ::link(part.c_str(), to.c_str()) != 0) {
    done = std::unexpected(errno == EEXIST ? taken(to) : system_error("link", to));
  }
  (void)::unlink(part.c_str());
  TRY(std::move(done));
  return sync(directory_of(to) + ".", O_RDONLY | O_DIRECTORY);
}

}  // namespace belfry
