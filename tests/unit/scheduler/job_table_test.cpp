#include <doctest/doctest.h>

#include <scheduler/job_table.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

// A schedule that is known by its normal form alone.
class NamedRules final : public Schedule::Rules {
 public:
  explicit NamedRules(std::string name) : name_(std::move(name)) {}
  std::optional<WallTime> next_after(WallTime t) const override { return t + 1h; }
  std::optional<Stretch> slots_in(WallTime, WallTime) const override { return std::nullopt; }
  std::string normal_form() const override { return name_; }

 private:
  std::string name_;
};

Job job(const char* name, const char* schedule) {
  return {
      .name = *JobName::parse(name), .schedule = Schedule(std::make_shared<NamedRules>(schedule)), .action = Script{}};
}

std::shared_ptr<const JobSet> jobs(std::vector<Job> list) {
  return std::make_shared<JobSet>(JobSet{.jobs = std::move(list)});
}

WallTime at(Millis t) { return WallTime{t}; }

JobTable::Sight load(JobTable& table, std::vector<Job> list, WallTime now) {
  const auto set = jobs(std::move(list));
  table.compare(*set);
  return table.load(set, [now](const Job&) { return now; });
}

}  // namespace

TEST_CASE("scheduler/job_table: S19 a new or edited job owes nothing from before; an unchanged one keeps its state") {
  JobTable table({});
  auto change = load(table, {job("a", "x"), job("b", "x")}, at(1h));
  CHECK(change.seen.size() == 2);
  CHECK(table.at(0).decided_upto() == at(1h));
  table.at(0).move_mark(at(2h));
  table.at(1).move_mark(at(2h));

  change = load(table, {job("b", "y"), job("a", "x")}, at(3h));
  REQUIRE(change.seen.size() == 1);
  CHECK(change.seen[0].job.text() == "b");
  CHECK(change.seen[0].first_seen == at(1h));
  CHECK(table.find(*JobName::parse("b"))->decided_upto() == at(3h));
  CHECK(table.find(*JobName::parse("a"))->decided_upto() == at(2h));
  CHECK(table.index_of(*JobName::parse("b")) == 0u);  // S5: the order of the file as it is now
}

TEST_CASE("scheduler/job_table: S35 jobs that stand where they stood keep everything but what was edited") {
  JobTable table({});
  const Job a = job("a", "x");
  const Job b = job("b", "x");
  CHECK_FALSE(load(table, {a, b}, at(1h)).moved.has_value());  // they are new
  table.at(0).move_mark(at(2h));
  table.at(1).move_mark(at(2h));

  const auto same = load(table, {a, b}, at(3h));
  REQUIRE(same.moved.has_value());
  CHECK(same.moved->empty());
  CHECK(same.seen.empty());

  const auto edited = load(table, {a, job("b", "y")}, at(4h));
  CHECK(edited.moved == std::vector<JobIndex>{1});
  REQUIRE(edited.seen.size() == 1);
  CHECK(edited.seen[0].job.text() == "b");
  CHECK(table.at(0).decided_upto() == at(2h));
  CHECK(table.at(1).decided_upto() == at(4h));

  Job disabled = a;
  disabled.enabled = false;
  const auto switched = load(table, {disabled, job("b", "y")}, at(5h));
  CHECK(switched.seen.size() == 1);
  CHECK_FALSE(table.at(0).job->enabled);
  CHECK_FALSE(load(table, {a}, at(6h)).moved.has_value());  // one left
}

TEST_CASE("scheduler/job_table: S16 S19 an edit after the clock was set back owes nothing that is decided already") {
  JobTable table({});
  load(table, {job("a", "x")}, at(1h));
  table.at(0).move_mark(at(5h));
  const auto change = load(table, {job("a", "y")}, at(3h));
  REQUIRE(change.seen.size() == 1);
  CHECK(change.seen[0].counts_from == at(5h));
}

TEST_CASE("scheduler/job_table: a job that leaves is said to leave once, and owes nothing when it comes back") {
  JobTable table({});
  load(table, {job("a", "x"), job("b", "x")}, at(1h));
  table.find(*JobName::parse("b"))->open.first = 7;

  auto change = load(table, {job("a", "x")}, at(2h));
  CHECK(change.removed.size() == 1);
  CHECK(table.named_count() == 1);
  REQUIRE(table.find(*JobName::parse("b")) != nullptr);
  CHECK(table.find(*JobName::parse("b"))->open.first == 7);  // what runs, finishes
  CHECK(table.find(*JobName::parse("b"))->job == nullptr);

  change = load(table, {job("a", "x")}, at(3h));
  CHECK(change.removed.empty());

  change = load(table, {job("a", "x"), job("b", "x")}, at(4h));
  CHECK(change.seen.size() == 1);
  CHECK(table.find(*JobName::parse("b"))->decided_upto() == at(4h));
  CHECK(table.find(*JobName::parse("b"))->open.first == 7);
}

TEST_CASE("scheduler/job_table: S16 a mark of an older era does not hold back the slots of the present one") {
  JobMemory memory{
      .seen = {.job = *JobName::parse("a"), .counts_from = at(1h), .era = Era{1}, .schedule_normal_form = "x"},
      .mark = Slot{.era = Era{0}, .at = at(1000h)}};
  JobTable table({memory});
  CHECK(table.find(*JobName::parse("a"))->decided_upto() == at(1h));
}
