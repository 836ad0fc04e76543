#include <cli/text_width.h>
#include <cli/who.h>
#include <jobs/account.h>

namespace belfry::cli {

std::string who_phrase(const std::string& who) {
  constexpr std::string_view mark = "uid ";
  if (!who.starts_with(mark)) return who;
  const std::string number = who.substr(mark.size());
  const auto account = find_account({.user = number, .group = ""});
  return account && account->name != number ? who + " (" + printable(account->name) + ")" : who;
}

}  // namespace belfry::cli
