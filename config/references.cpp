#include <algorithm>

#include <base/text.h>
#include <config/references.h>

namespace belfry::config {

void References::add_job(std::string_view name) { names_.push_back(name); }
void References::add_after(const MarkedText& other) { after_.push_back({names_.size() - 1, other}); }
void References::add_was(const MarkedText& earlier_name) { was_.push_back({names_.size() - 1, earlier_name}); }

void References::check(Reader& reader) const {
  if (after_.empty() && was_.empty()) return;
  const Index index = this->index();
  check_after(reader, index);
  check_circles(reader, index);
  check_was(reader, index);
}

References::Index References::index() const {
  Index index;
  for (std::size_t i = 0; i < names_.size(); ++i) index.emplace(names_[i], i);
  return index;
}

void References::check_after(Reader& reader, const Index& index) const {
  for (const Edge& edge : after_) {
    if (index.contains(edge.to.text)) continue;
    const auto near = nearest(edge.to.text, names_);
    reader.error(edge.to.node, "there is no job " + quote(edge.to.text),
                 near ? "did you mean " + quote(*near) + "?" : "'after' names jobs of the same configuration");
  }
}

std::vector<std::vector<References::Link>> References::links(const Index& index) const {
  std::vector<std::vector<Link>> links(names_.size());
  for (const Edge& edge : after_) {
    const auto to = index.find(edge.to.text);
    if (to != index.end()) links[edge.from].push_back({to->second, edge.to.node});
  }
  return links;
}

// Jobs that wait for nobody are taken away, then those that waited only for them, and so on. Whoever is left waits for
// somebody who is left: from there every path runs into a circle.
void References::check_circles(Reader& reader, const Index& index) const {
  const auto waits_for = links(index);
  std::vector<std::size_t> open(names_.size());
  std::vector<std::vector<std::size_t>> waited_for_by(names_.size());
  std::vector<std::size_t> free;
  for (std::size_t job = 0; job < names_.size(); ++job) {
    open[job] = waits_for[job].size();
    if (open[job] == 0) free.push_back(job);
    for (const Link& link : waits_for[job]) waited_for_by[link.to].push_back(job);
  }
  while (!free.empty()) {
    const std::size_t done = free.back();
    free.pop_back();
    for (const std::size_t job : waited_for_by[done]) {
      if (--open[job] == 0) free.push_back(job);
    }
  }

  std::vector<std::size_t> seen_on_walk(names_.size());  // 0: never
  for (std::size_t start = 0; start < names_.size(); ++start) {
    std::vector<Step> path;
    std::size_t at = start;
    while (open[at] > 0 && seen_on_walk[at] == 0) {
      seen_on_walk[at] = start + 1;
      const auto next = std::ranges::find_if(waits_for[at], [&](const Link& link) { return open[link.to] > 0; });
      path.push_back({at, *next});
      at = next->to;
    }
    if (path.empty() || seen_on_walk[at] != start + 1) continue;
    report_circle(reader, {std::ranges::find(path, at, &Step::job), path.end()});
  }
}

void References::report_circle(Reader& reader, std::span<const Step> circle) const {
  constexpr std::size_t shown_max = 6;
  const Node last = circle.back().waits_for.node;
  if (circle.size() == 1) return reader.error(last, quote(names_[circle[0].job]) + " waits for itself", "remove it");
  std::string names = quote(names_[circle.front().job]);
  for (const Step& step : circle.first(std::min(circle.size(), shown_max))) {
    names += " after " + quote(names_[step.waits_for.to]);
  }
  reader.error(last, "jobs wait for each other in a circle",
               names + (circle.size() > shown_max ? " and so on" : "") + ": remove one of these");
}

void References::check_was(Reader& reader, const Index& index) const {
  std::map<std::string_view, Node> claimed;
  for (const Edge& edge : was_) {
    const std::string_view name = edge.to.text;
    if (!JobName::parse(name)) {
      reader.error(edge.to.node, quote(name) + " cannot have been the name of a job");
    } else if (index.contains(name)) {
      reader.error(edge.to.node, "there still is a job " + quote(name), "'was' is the name that this job had before");
    } else if (const auto [first, is_new] = claimed.emplace(name, edge.to.node); !is_new) {
      reader.error(edge.to.node, "two jobs say that they were " + quote(name),
                   "the other is " + reader.place_of(first->second, edge.to.node));
    }
  }
}

}  // namespace belfry::config
