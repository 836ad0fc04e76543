#include <base/text.h>
#include <store/run_name.h>

namespace belfry {

std::string name_of(const Run& run) {
  std::string name = "run " + run.id.text() + " of job " + run.job.text();
  if (run.slot) name += " for slot " + format_utc(run.slot->at);
  return name;
}

}  // namespace belfry
