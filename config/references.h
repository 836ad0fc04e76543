// What jobs say of other jobs: `after:` and `was:`. Checked when all jobs are known, whatever else is wrong with them.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include <config/types.h>

namespace belfry::config {

class References {
 public:
  // What is added next belongs to this job.
  void add_job(std::string_view name);
  void add_after(const MarkedText& other);
  void add_was(const MarkedText& earlier_name);

  // Reports jobs that do not exist, circles in which jobs wait for each other, and earlier names that are still in use
  // or claimed twice (S35, S36).
  void check(Reader& reader) const;

 private:
  struct Edge {
    std::size_t from = 0;
    MarkedText to;
  };
  using Index = std::map<std::string_view, std::size_t>;
  struct Link {
    std::size_t to = 0;
    Node node;
  };
  struct Step {
    std::size_t job = 0;
    Link waits_for;
  };

  Index index() const;
  void check_after(Reader& reader, const Index& index) const;
  void check_circles(Reader& reader, const Index& index) const;
  void check_was(Reader& reader, const Index& index) const;
  std::vector<std::vector<Link>> links(const Index& index) const;
  void report_circle(Reader& reader, std::span<const Step> circle) const;

  std::vector<std::string_view> names_;
  std::vector<Edge> after_;
  std::vector<Edge> was_;
};

}  // namespace belfry::config
