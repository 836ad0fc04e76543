#include <pwd.h>
#include <unistd.h>

#include <array>

#include <jobs/account.h>

namespace belfry {

Account own_account() {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> texts{};
  if (::getpwuid_r(::geteuid(), &entry, texts.data(), texts.size(), &found) != 0 || found == nullptr) {
    return {.name = std::to_string(::geteuid()), .home = "/"};
  }
  return {.name = entry.pw_name, .home = entry.pw_dir};
}

}  // namespace belfry
