// What reading the tree needs at hand: where to report, where zones come from, and which part of the file it is about.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <base/zones.h>
#include <config/problem.h>
#include <config/tree.h>

namespace belfry::config {

class Reader {
 public:
  // REQUIRES: the tree of `root` and the zones outlive this.
  Reader(Node root, ZoneCache& zones) : zones_(zones), about_{"the file", root, {}, {}} {}

  ZoneCache& zones() { return zones_; }

  void error(Node at, std::string what, std::string hint = {}) {
    at.problems().error(at.at(), std::move(what), std::move(hint));
  }
  // At a byte of a scalar's text.
  void error_inside(Node scalar, std::size_t offset, std::string what, std::string hint) {
    scalar.problems().error(scalar.locate(offset), std::move(what), std::move(hint));
  }
  // Nothing wrong, but perhaps not what somebody meant. `name` is what switches it off.
  void warning(Node at, std::string_view name, std::string what, std::string hint) {
    at.problems().warning(at.at(), name, std::move(what), std::move(hint));
  }
  // "'enabled' must be true or false, not a list".
  void wrong_type(Node value, std::string_view expected, std::string hint = {});

  // "on line 12", seen from `from`: "on line 12 of other.yaml" if that is another file.
  std::string place_of(Node node, Node from) const;

  // What is being read, for messages: "job 'backup'", where that stands, and the key whose value it is, or the part of
  // its value ("an entry of").
  struct About {
    std::string subject;
    Node at;
    std::string_view key;
    std::string_view part;
  };
  const std::string& subject() const { return about_.subject; }
  Node subject_at() const { return about_.at; }
  std::string value_name() const;  // "'tags'", "an entry of 'tags'"
  void set_key(std::string_view key, std::string_view part = {}) {
    about_.key = key;
    about_.part = part;
  }
  void set_part(std::string_view part) { about_.part = part; }

  // Names the subject for as long as it lives. `at` is where it is called by its name.
  class Scope {
   public:
    Scope(Reader& reader, std::string subject, Node at)
        : reader_(reader), before_(std::exchange(reader.about_, About{std::move(subject), at, {}, {}})) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { reader_.about_ = std::move(before_); }

   private:
    Reader& reader_;
    About before_;
  };

 private:
  ZoneCache& zones_;
  About about_;
};

// Stands for a scalar that was not readable, and was reported as that: nothing more is to be said about it.
bool is_broken(Node node);

}  // namespace belfry::config
