// Whose crontab a file is, where nobody says so.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <config/crontab.h>

namespace belfry::config {

// What the guess asks of the machine, so that a test can make it up.
struct CrontabSurroundings {
  std::function<bool(const std::string& name)> is_account;
  std::function<bool(const std::string& name)> is_program;  // on cron's PATH

  static CrontabSurroundings of_this_machine();
};

// By its path (/etc/crontab, /etc/cron.d, a spool), else by what stands behind the five times of its lines: a user on
// each of them, or once what cannot be one. A word that is a user and a program as well, like `backup`, says nothing.
// Empty: some lines say this and some that.
std::optional<CrontabFormat> guess_crontab_format(const std::string& path, std::string_view text,
                                                  const CrontabSurroundings& around);

}  // namespace belfry::config
