#include <base/try.h>
#include <daemon/aside.h>

namespace belfry {

Result<std::unique_ptr<Aside>> Aside::start(const std::string& name) {
  EventCounter counter = TRY(EventCounter::open());
  return std::unique_ptr<Aside>(new Aside(std::move(counter), name));
}

void Aside::ask(Work work) {
  worker_.post([this, work = std::move(work)] { given_.put(work()); });
}

void Aside::dispatch() {
  for (const auto& call : given_.take_all()) call();
}

}  // namespace belfry
