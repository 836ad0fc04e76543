#include <vector>

#include <base/json_text.h>
#include <base/text.h>
#include <cli/document.h>
#include <cli/import_document.h>

namespace belfry::cli {

std::string encode_import(const ImportDocument& document) {
  std::vector<config::Problem> problems(document.errors.begin(), document.errors.end());
  problems.insert(problems.end(), document.warnings.begin(), document.warnings.end());
  return "{\"jobs\":" + std::to_string(document.jobs) + ",\"schedules\":" + json_quote(document.schedules) +
         ",\"problems\":" + std::string(trim(encode_problems(problems))) + "}\n";
}

}  // namespace belfry::cli
