#include <utility>

#include <base/memory.h>
#include <base/try.h>
#include <daemon/reader.h>

namespace belfry {

Result<std::unique_ptr<Reader>> Reader::start(std::unique_ptr<History> history) {
  EventCounter counter = TRY(EventCounter::open());
  return std::unique_ptr<Reader>(new Reader(std::move(history), std::move(counter)));
}

void Reader::ask(Question question, std::function<void()> no_memory) {
  worker_.post([this, question = std::move(question), no_memory = std::move(no_memory)] {
    Letter letter{.answer = no_memory, .no_memory = no_memory};
    with_memory([&] { letter.answer = question(*history_); });  // else the asker is told so
    answers_.put(std::move(letter));
  });
}

void Reader::dispatch() {
  for (const Letter& letter : answers_.take_all()) {
    if (!with_memory(letter.answer)) letter.no_memory();
  }
}

}  // namespace belfry
