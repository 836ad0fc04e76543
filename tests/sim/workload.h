// The file that the daemon reads, version after version: jobs with every kind of schedule and every policy.
//
// A job's schedule and its policies are drawn from the seed, the job's number and their own version. So an unchanged
// job stays what it was, and a history without one of the jobs keeps the others.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <belfry/job.h>

#include <tests/sim/dice.h>
#include <tests/sim/plan.h>

namespace belfry::sim {

// What a schedule promises beyond its slots, so that they can be checked without asking it (I8).
enum class Nature {
  none,
  daily,  // a fixed time of day: one slot in each local day
  pulse,  // each quarter of an hour, whatever the zone's clock does
};

struct Definition {
  Schedule schedule;
  Nature nature = Nature::none;
  std::shared_ptr<const Zone> zone;
};

class Workload {
 public:
  explicit Workload(const Plan& plan);

  // Where the history begins: in half of all cases up to two days before the clocks change somewhere.
  WallTime begin() const { return begin_; }
  const DaemonLimits& limits() const { return limits_; }
  std::size_t size() const { return lines_.size(); }
  const Zone& zone() const { return *zone_; }  // in which many jobs live

  std::shared_ptr<const JobSet> first() { return write(); }
  std::shared_ptr<const JobSet> next(Dice& dice);  // some jobs stay as they were, some change, come or go

  // By the normal form of its triggers. Null: no schedule with a grid.
  const Definition* definition(const std::string& normal_form) const;

 private:
  struct Line {  // of the file
    std::uint32_t schedule = 1;
    std::uint32_t policies = 1;
    bool exists = true;
    bool enabled = true;
    bool other_name = false;
    std::shared_ptr<const Job> job;  // as it was written last
  };

  std::shared_ptr<const JobSet> write();
  Job draw_job(std::size_t number) const;
  void draw_trigger(Dice& dice, std::size_t number, Job& job) const;
  Schedule draw_schedule(Dice& dice, const std::string& name, std::string& text) const;
  std::string draw_cron(Dice& dice, const Zone& zone) const;
  Schedule dressed(Dice& dice, Schedule schedule, const std::string& name, std::shared_ptr<const Zone> zone) const;
  std::shared_ptr<const Zone> draw_zone(Dice& dice) const;
  JobName name_of(std::size_t number) const;

  Plan plan_;
  std::shared_ptr<const Zone> zone_;  // many jobs live in it
  WallTime begin_;
  Millis shortest_{};  // interval
  bool is_herd_ = false;
  DaemonLimits limits_;
  std::vector<QueueDefinition> queues_;
  std::vector<Line> lines_;
  int revision_ = 0;
  mutable std::map<std::string, Definition> definitions_;
};

}  // namespace belfry::sim
