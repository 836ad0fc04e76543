// Where `${param:x}` and `${secret:x}` may stand in a job, and whether there is such an x (S38).
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <base/placeholders.h>
#include <config/job_entry.h>
#include <config/param_entry.h>
#include <config/reader.h>

namespace belfry::config {

// What a job's placeholders can stand for, and what they do stand for.
class PlaceholderCheck {
 public:
  // REQUIRES: all of it outlives this.
  PlaceholderCheck(Reader& reader, std::span<ParamEntry> params, std::span<const SecretEntry> secrets)
      : reader_(reader), params_(params), secrets_(secrets) {}

  // Reports what is wrong in a job's map, and in that of `defaults` where the job inherits from it. Notes which
  // parameters no longer may begin with a dash (F56).
  void check(Node job, std::optional<Node> defaults);

  // The secrets that the job names, each once.
  std::vector<SecretSource> secrets() const;

 private:
  void command(Node list);
  void values(Node map, const std::set<std::string_view>& except);
  void scalar(Node value);
  void nowhere(Node value, std::string_view key);
  void known(Node value, const Placeholder& placeholder);
  void known_param(Node value, const Placeholder& placeholder);
  void known_secret(Node value, const Placeholder& placeholder);
  void spare_dash(std::string_view name);

  Reader& reader_;
  std::span<ParamEntry> params_;
  std::span<const SecretEntry> secrets_;
  std::set<std::string_view> used_;
};

// Whether a job needs the check at all: most do not, and files are long.
bool may_have_placeholders(const JobEntry& entry);

}  // namespace belfry::config
