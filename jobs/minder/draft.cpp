#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <jobs/minder/draft.h>

namespace belfry::minder {
namespace {

FieldWriter fields;

}  // namespace

FieldWriter& draft_fields() {
  fields.clear();
  return fields;
}

int create_draft(const char* name) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC;
  const int fd = open(name, flags, 0600);
  if (fd >= 0 || errno != EEXIST) return fd;
  unlink(name);
  return open(name, flags, 0600);
}

bool write_draft(int fd) {
  const ssize_t n = write(fd, fields.data(), fields.size());
  if (n == static_cast<ssize_t>(fields.size())) return true;
  if (n >= 0) errno = ENOSPC;
  return false;
}

bool replace_file(const char* name, const char* draft) {
  const int fd = create_draft(draft);
  if (fd < 0) return false;
  const bool is_written = write_draft(fd);
  close(fd);
  return is_written && rename(draft, name) == 0;
}

}  // namespace belfry::minder
