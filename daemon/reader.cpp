#include <utility>

#include <base/try.h>
#include <daemon/reader.h>

namespace belfry {

Result<std::unique_ptr<Reader>> Reader::start(std::unique_ptr<History> history) {
  return std::unique_ptr<Reader>(new Reader(std::move(history), TRY(EventCounter::open())));
}

void Reader::ask(Question question) {
  worker_.post([this, question = std::move(question)] { answers_.put(question(*history_)); });
}

void Reader::dispatch() {
  for (const auto& answer : answers_.take_all()) answer();
}

}  // namespace belfry
