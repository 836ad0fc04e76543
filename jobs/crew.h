// A bounded number of threads that work off what is posted, oldest first. Threads are made when they are needed.
//
// Theory of operation. Whoever sees that something waits summons one helper: wakes a thread that is idle, or makes one.
// While it is on its way nobody summons another; when it has arrived and taken something, and more waits, it summons
// the next. So a thousand calls posted at once cost who posts them next to nothing, short ones are worked off by few
// threads, and none waits for a long one as long as there may be another thread.
//
// A thread cannot be made to end. One that is busy with work that nobody waits for any more is set apart: another takes
// its place, and it ends by itself when the work does, if it ever does. Their number is bounded: beyond it the crew
// shrinks, so that a callable that always hangs cannot fill the process with threads.
//
// THREADS: one owner. The work runs on the crew's threads.
#pragma once

#include <functional>
#include <memory>

#include <belfry/names.h>

#include <base/worker.h>

namespace belfry {

class Crew {
 public:
  struct Bounds {
    std::size_t threads = 32;
    std::size_t apart = 32;
  };

  explicit Crew(Bounds bounds);
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew();  // drops what has not begun, and waits for what has, unless it is set apart

  // So much will be posted soon: a thread that can be made before is.
  void expect(std::size_t works);

  // REQUIRES: no other work of this id is queued or on. An error: the machine has no room for a first thread.
  Result<void> post(const AttemptId& id, std::function<void()> work);

  // Takes back what has not begun. False: it has.
  bool withdraw(const AttemptId& id);

  // The thread that is busy with it is not counted among the crew any more. Once the bound is reached it stays where it
  // is, and the crew is one fewer.
  void set_apart(const AttemptId& id);

  // The crew is about to end, and this does not: nobody waits for its thread.
  void let_go(const AttemptId& id);

  std::size_t apart() const;

  // All threads are held by work that was to be set apart: what is posted now would wait for ever.
  bool is_exhausted() const;

 private:
  struct State;

  const std::shared_ptr<State> state_;  // shared with those set apart, which may outlive the crew
};

}  // namespace belfry
