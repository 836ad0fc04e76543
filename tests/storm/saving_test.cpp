// S35, F42 to F44: the file is saved in every way in which people and programs save files, again and again, while jobs
// run. Each content is applied exactly once, no slot is lost or doubled, and what runs goes on. The short form runs
// with the suite; BELFRY_LONG=1 saves 500 times. It prints what it counted.
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include <doctest/doctest.h>

#include <base/file.h>
#include <store/sqlite_history.h>
#include <tests/e2e/installation.h>

namespace belfry::e2e {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const bool is_long = std::getenv("BELFRY_LONG") != nullptr;

constexpr auto first_lines = R"(daemon: { keep: { runs: 100000 } }
jobs:
  tick: { schedule: every 200ms, overlap: allow, missed: { policy: all, within: 1h, max: 10000 }, run: ":" }
  long: { schedule: manual, run: "exec sleep 3000" }
)";
constexpr int first_jobs = 2;

std::string line_of(int number) { return "  f" + std::to_string(number) + ": { schedule: manual, run: \"true\" }\n"; }

// Told from each other by how many jobs they have.
std::string content(int saves) {
  std::string text = first_lines;
  for (int number = 1; number <= saves; ++number) text += line_of(number);
  return text;
}

class Saver {
 public:
  explicit Saver(const Installation& installation) : installation_(installation) {}

  static constexpr int ways = 8;

  // Saves the next content in one of the ways. What stands in the file afterwards is content(number()).
  void save(int way) {
    switch (way) {
      case 0:
        return as_vim_does();
      case 1:
        return run({"/bin/sed", "-i", "$a\\" + without_newline(line_of(++number_)), file_});
      case 2:
        write(file_ + ".tmp", content(++number_));
        return run({"/bin/mv", file_ + ".tmp", file_});
      case 3:
        return by_link();
      case 4:
        return in_halves();
      case 5:
        ::unlink(file_.c_str());
        std::this_thread::sleep_for(20ms);
        return write(file_, content(++number_));
      case 6:  // two in one second
        write(file_, content(++number_));
        std::this_thread::sleep_for(450ms);
        return write(file_, content(++number_));
      default:  // nothing that matters: another mode, another time, the same content
        ::chmod(file_.c_str(), 0640);
        run({"/bin/touch", "-d", "2001-01-01", file_});
        return write(file_, content(number_));
    }
  }

  int number() const { return number_; }

 private:
  static std::string without_newline(std::string line) { return line.substr(0, line.size() - 1); }

  static void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
  static void run(const std::vector<std::string>& argv) { REQUIRE(run_program(argv).exit_code == 0); }

  // The old file becomes the backup, and a new one is written under its name.
  void as_vim_does() {
    REQUIRE(::rename(file_.c_str(), (file_ + "~").c_str()) == 0);
    write(file_, content(++number_));
    ::unlink((file_ + "~").c_str());
  }

  // As Kubernetes publishes a ConfigMap.
  void by_link() {
    const std::string directory = installation_.path("v" + std::to_string(++number_));
    std::filesystem::create_directory(directory);
    write(directory + "/schedules.yaml", content(number_));
    run({"/bin/ln", "-sfn", directory + "/schedules.yaml", file_});
  }

  // The half is a file with an error, so that it would be seen if it were read.
  void in_halves() {
    const std::string text = content(++number_);
    const std::size_t half = text.size() - 4;  // within the last quotes
    std::ofstream out(file_);
    out << text.substr(0, half) << std::flush;
    std::this_thread::sleep_for(50ms);
    out << text.substr(half);
  }

  const Installation& installation_;
  std::string file_ = installation_.path("schedules.yaml");
  int number_ = 0;
};

// How often each number of jobs was put in force.
std::map<int, int> applied(const Installation& installation) {
  std::map<int, int> times;
  const std::string log = installation.daemon_log();
  constexpr std::string_view words = " is in force: ";
  for (auto at = log.find(words); at != std::string::npos; at = log.find(words, at + 1)) {
    ++times[std::atoi(log.c_str() + at + words.size()) - first_jobs];
  }
  return times;
}

// The slots of a job that ran, oldest first.
std::vector<WallTime> slots_of(const Installation& installation, const JobName& job) {
  const auto history = SqliteHistory::open(installation.path("state/ledger.db"));
  REQUIRE(history);
  std::vector<WallTime> slots;
  RunQuery query{.job = job, .limit = RunQuery::limit_max};
  for (;;) {
    const auto page = (*history)->runs(query).value();
    if (page.empty()) break;
    query.before = page.back().id;
    for (const Run& run : page) slots.push_back(run.slot.value().at);
  }
  std::ranges::reverse(slots);
  return slots;
}

TEST_CASE(
    "storm: S35 however the file is saved, it is applied exactly once, and nothing else happens (F42, F43, F44)") {
  const int rounds = is_long ? 500 : 2 * Saver::ways;
  Installation installation(content(0));
  installation.start_daemon();
  const auto long_run = installation.belfry_json({"run", "long"});
  Saver saver(installation);
  for (int round = 0; round < rounds; ++round) {
    const int way = round % Saver::ways;
    CAPTURE(way);
    saver.save(way);
    const int wanted = saver.number();
    const auto arrives = [&] { return wanted == 0 || applied(installation).contains(wanted); };
    INFO(installation.daemon_log().substr(
        installation.daemon_log().size() > 3000 ? installation.daemon_log().size() - 3000 : 0));
    REQUIRE(eventually(arrives));
  }
  std::this_thread::sleep_for(1s);  // what is applied twice is applied soon

  std::size_t twice = 0;
  for (const auto& [number, times] : applied(installation)) twice += times > 1 ? 1 : 0;
  CHECK(twice == 0);

  const auto slots = slots_of(installation, JobName::parse("tick").value());
  std::size_t gaps = 0;
  std::size_t doubled = 0;
  for (std::size_t i = 1; i < slots.size(); ++i) {
    if (slots[i] - slots[i - 1] > 200ms) ++gaps;
    if (slots[i] == slots[i - 1]) ++doubled;
  }
  CHECK(gaps == 0);
  CHECK(doubled == 0);
  CHECK(slots.size() > static_cast<std::size_t>(rounds));

  const auto now = installation.belfry_json({"show", long_run["id"].get<std::string>()});
  CHECK(now["state"] == "running");
  CHECK(now["attempt"] == 1);
  std::printf(
      "saved %d times: %zu contents applied, %zu of them twice; %zu slots of a job every 200 ms, %zu lost, %zu "
      "doubled; the run that was on is still on\n",
      rounds, applied(installation).size(), twice, slots.size(), gaps, doubled);
}

}  // namespace
}  // namespace belfry::e2e
