#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <base/file.h>
#include <base/os.h>
#include <base/trust.h>
#include <base/try.h>
#include <jobs/secrets.h>

namespace belfry {
namespace {

Error about(const SecretSource& source, const std::string& why) {
  return Error::failed("secret '" + source.name + "': " + why);
}

Result<std::string> path_of(const SecretSource& source) {
  if (source.from == SecretSource::From::file) return source.where;
  const char* directory = ::getenv("CREDENTIALS_DIRECTORY");
  if (directory != nullptr) return std::string(directory) + "/" + source.where;
  return std::unexpected(about(source, "the daemon was handed no credentials: its unit says none with LoadCredential=" +
                                           source.where + ":PATH"));
}

}  // namespace

void wipe(std::string& text) {
  ::explicit_bzero(text.data(), text.size());
  text.clear();
}

Result<void> look_for_secret(const SecretSource& source) {
  const std::string path = TRY(path_of(source));
  if (const auto why = why_unfit_for_secret(path)) return std::unexpected(about(source, *why));
  if (::access(path.c_str(), R_OK) != 0) return std::unexpected(about(source, system_error("open", path).what));
  return {};
}

Result<std::string> read_secret(const SecretSource& source) {
  const std::string path = TRY(path_of(source));
  if (const auto why = why_unfit_for_secret(path)) return std::unexpected(about(source, *why));
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  auto content = read_file(path, {.size_max = secret_bytes_max});
  if (!content) return std::unexpected(about(source, content.error().what));
  std::string value = *std::move(content);
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  if (value.empty()) return std::unexpected(about(source, path + " is empty"));
  if (value.find('\0') != std::string::npos) {
    wipe(value);
    return std::unexpected(about(source, path + " holds a NUL, which no variable can"));
  }
  return value;
}

}  // namespace belfry
