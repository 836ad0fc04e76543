#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jobs/minder/fields.h>
#include <jobs/minder/secrets.h>
#include <jobs/run_directory.h>

namespace belfry::minder {

int Secrets::take(int fd) {
  if (fd < 0) return 0;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  struct stat status = {};
  void* pages = MAP_FAILED;
  if (fstat(fd, &status) == 0 && status.st_size > 0) {
    pages = mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  }
  close(fd);
  if (pages == MAP_FAILED) return EBADMSG;
  pages_ = static_cast<char*>(pages);
  size_ = static_cast<size_t>(status.st_size);
  const char* version = pages_[size_ - 1] == '\0' ? value_if_key(pages_, run_directory::secrets_kind) : nullptr;
  if (version == nullptr || parse_number(version) != run_directory::version) return EBADMSG;
  for_each_variable([this](char*) { ++variables_; });
  return 0;
}

void Secrets::hide_in(Redactor& redactor) const {
  for_each("hide", [&](char* value) { redactor.hide(value, strlen(value)); });
}

char* Secrets::end_of(char* field) { return field + strlen(field); }

char* Secrets::value_of(char* field, const char* key) {
  const char* value = value_if_key(field, key);
  return value == nullptr ? nullptr : field + (value - field);
}

}  // namespace belfry::minder
