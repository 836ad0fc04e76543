#include <array>

#include <base/text.h>
#include <jobs/controllers.h>

namespace belfry {

namespace {

struct Named {
  std::string_view word;
  Controllers::One one;
};
constexpr std::array known{Named{"cpu", Controllers::One::cpu}, Named{"io", Controllers::One::io},
                           Named{"memory", Controllers::One::memory}, Named{"pids", Controllers::One::pids}};

}  // namespace

Controllers Controllers::parse(std::string_view words) {
  Controllers parsed;
  for (const std::string_view word : split(trim(words), ' ')) {
    for (const Named& named : known) {
      if (word == named.word) parsed.add(named.one);
    }
  }
  return parsed;
}

Controllers Controllers::needed_for(const ProcessLimits& limits) {
  Controllers needed;
  if (limits.cpus) needed.add(One::cpu);
  if (limits.memory) needed.add(One::memory);
  if (limits.pids) needed.add(One::pids);
  return needed;
}

Controllers Controllers::used_by(const ProcessLimits& limits) {
  Controllers used = needed_for(limits);
  if (limits.io) used.add(One::io);
  return used;
}

std::string Controllers::words() const {
  std::string words;
  for (const Named& named : known) {
    if (has(named.one)) words += (words.empty() ? "" : " ") + std::string(named.word);
  }
  return words;
}

}  // namespace belfry
