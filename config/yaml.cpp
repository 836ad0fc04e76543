#include <algorithm>
#include <array>
#include <expected>
#include <istream>
#include <span>
#include <string>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/node/node.h>  // unused: parser.h names its Node, which clang-tidy takes for ours
#include <yaml-cpp/parser.h>

#include <config/spelling.h>
#include <config/syntax_error.h>
#include <config/text_stream.h>
#include <config/yaml.h>

namespace belfry::config {

namespace {

// How often the text is parsed again behind a stand-in for a scalar that lacks its quotes.
constexpr std::size_t repairs_max = 16;
constexpr std::size_t repaired_size_max = 1U << 20U;

// Ends a parse from inside of an event: yaml-cpp offers no other way.
struct Stop {
  Refusal why;
};

std::size_t offset_of(const YAML::Mark& mark, const Source& source) {
  return std::min(mark.pos > 0 ? static_cast<std::size_t>(mark.pos) : 0, source.text().size());
}

// yaml-cpp's tag of a node without one: "" or "?" if plain, "!" if quoted.
bool has_tag(std::string_view tag) { return !tag.empty() && tag != "?" && tag != "!"; }

// yaml-cpp has one exception for all syntax errors; its messages are constants.
Stuck stuck_at(std::string_view message) {
  struct Row {
    std::string_view message;
    Stuck stuck;
  };
  namespace m = YAML::ErrorMsg;
  const std::array rows{
      Row{m::UNKNOWN_ANCHOR, Stuck::alias},        Row{m::ALIAS_NOT_FOUND, Stuck::alias},
      Row{m::CHAR_IN_ALIAS, Stuck::alias},         Row{m::ALIAS_CONTENT, Stuck::alias},
      Row{m::ANCHOR_NOT_FOUND, Stuck::anchor},     Row{m::CHAR_IN_ANCHOR, Stuck::anchor},
      Row{m::UNKNOWN_TOKEN, Stuck::character},     Row{m::MAP_VALUE, Stuck::colon},
      Row{m::END_OF_MAP, Stuck::map_end},          Row{m::END_OF_SEQ, Stuck::list_end},
      Row{m::END_OF_MAP_FLOW, Stuck::bracket_end}, Row{m::END_OF_SEQ_FLOW, Stuck::bracket_end},
      Row{m::FLOW_END, Stuck::closing_bracket},    Row{m::BLOCK_ENTRY, Stuck::list_item},
      Row{m::MAP_KEY, Stuck::question_mark},       Row{m::CHAR_IN_BLOCK, Stuck::block_header},
      Row{m::INVALID_ESCAPE, Stuck::escape},       Row{m::INVALID_HEX, Stuck::escape},
      Row{m::INVALID_UNICODE, Stuck::escape},      Row{m::EOF_IN_SCALAR, Stuck::open_quote},
      Row{m::DOC_IN_SCALAR, Stuck::open_quote},    Row{m::TAB_IN_INDENTATION, Stuck::tab},
  };
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return message.starts_with(r.message); });
  return row == rows.end() ? Stuck::elsewhere : row->stuck;
}

class Events final : public YAML::EventHandler {
 public:
  Events(const Source& source, TextStream& stream, std::span<const Extent> stand_ins, Limits limits)
      : source_(source), stream_(stream), stand_ins_(stand_ins), builder_(source, limits) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw Stop{second_document(offset_of(mark, source_))};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(builder_.null({offset_of(mark, source_), anchor}));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(builder_.alias({offset_of(mark, source_), anchor}));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const std::size_t at = offset_of(mark, source_);
    if (is_stand_in(at)) return check(builder_.scalar({at, anchor}, Style::broken, value));
    const bool is_plain = tag == "?";
    const Style style = is_plain ? Style::plain : style_at(source_.text(), skip_properties(source_.text(), at));
    // A lone `!` has the same tag as a quoted scalar.
    if (has_tag(tag) || (!is_plain && style == Style::plain)) refuse_tag(at);
    check(builder_.scalar({at, anchor}, style, value));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::list);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::map);
  }
  void OnSequenceEnd() override { check(builder_.close()); }
  void OnMapEnd() override { check(builder_.close()); }

  // A quote that was still open at the end of the file, which closes it for yaml-cpp.
  std::optional<std::size_t> open_quote() const {
    const auto last = builder_.last_scalar();
    if (!last || (last->style != Style::double_quoted && last->style != Style::single_quoted)) return std::nullopt;
    if (is_closed(source_.text(), {.at = last->at, .style = last->style})) return std::nullopt;
    return last->at;
  }

  const TreeBuilder& builder() const { return builder_; }
  Tree take() && { return std::move(builder_).take(); }

 private:
  void check(TreeBuilder::Step step) {
    stream_.note_progress();
    if (!step) throw Stop{std::move(step).error()};
  }

  bool is_stand_in(std::size_t at) const {
    return std::any_of(stand_ins_.begin(), stand_ins_.end(), [&](const Extent& e) { return e.begin == at; });
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Kind kind) {
    if (has_tag(tag)) refuse_tag(offset_of(mark, source_));
    check(builder_.open({offset_of(mark, source_), anchor}, kind));
  }

  [[noreturn]] static void refuse_tag(std::size_t at) {
    throw Stop{
        {.at = at, .what = "tags (!) mean nothing here", .hint = "remove it; a value in quotes is always a text"}};
  }

  // yaml-cpp also begins a document where the text stops making sense as a part of the first.
  Refusal second_document(std::size_t at) const {
    if (source_.text().substr(at).starts_with("---") || source_.text().substr(at).starts_with("...")) {
      return {.at = at, .what = "a second document begins here", .hint = "one file is one document: remove this line"};
    }
    return {.at = at,
            .what = "this does not continue what stands above it",
            .hint = "indent it like the lines it belongs to; a list item is a '-' and a space"};
  }

  const Source& source_;
  TextStream& stream_;
  std::span<const Extent> stand_ins_;
  TreeBuilder builder_;
  std::size_t documents_ = 0;
};

Explanation explanation_of(Refusal refusal) {
  return {.at = refusal.at, .what = std::move(refusal.what), .hint = std::move(refusal.hint)};
}

Explanation explanation_of(const YAML::Exception& error, const Source& source, const TreeBuilder& builder) {
  const auto last = builder.last_scalar();
  return explain(source, {.stuck = stuck_at(error.msg),
                          .at = offset_of(error.mark, source),
                          .message = error.msg,
                          .open_at = builder.open_at(),
                          .last_scalar = last ? std::optional<std::size_t>(last->at) : std::nullopt});
}

std::expected<Tree, Explanation> parse_events(Events events, std::istream& stream, const Source& source) {
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(events)) {
    }
    if (const auto at = events.open_quote()) return std::unexpected(never_closed(*at));
    return std::move(events).take();
  } catch (const Stop& stop) {
    return std::unexpected(explanation_of(stop.why));
  } catch (const YAML::Exception& error) {
    return std::unexpected(explanation_of(error, source, events.builder()));
  }
}

// One pass over `text`: the source, with stand-ins for some of its scalars.
std::expected<Tree, Explanation> parse_once(const Source& source, std::string_view text,
                                            std::span<const Extent> stand_ins, Limits limits) {
  TextStream buffer(text);
  std::istream stream(&buffer);
  auto tree = parse_events(Events(source, buffer, stand_ins, limits), stream, source);
  if (const auto at = buffer.stopped_at()) return std::unexpected(explanation_of(too_deep(*at, limits)));
  return tree;
}

// Where a version control system has written that it could not merge.
std::optional<std::size_t> find_conflict(std::string_view text) {
  constexpr std::string_view mark = "<<<<<<< ";
  if (text.starts_with(mark)) return 0;
  const auto at = text.find("\n" + std::string(mark));
  return at == std::string_view::npos ? std::nullopt : std::optional(at + 1);
}

bool is_readable(const Source& source, Limits limits, Problems& problems) {
  if (source.text().size() > limits.size_max) {
    problems.error_in_file("larger than " + std::to_string(limits.size_max >> 20U) + " MiB", "is it the right file?");
    return false;
  }
  if (const auto conflict = find_conflict(source.text())) {
    problems.error(*conflict, "a merge has left a conflict here",
                   "keep one of the two sides, and remove the lines with <<<<<<<, ======= and >>>>>>>");
    return false;
  }
  const auto bad = find_bad_character(source.text());
  if (!bad) return true;
  if (bad->control) {
    problems.error(bad->offset, "the control character " + std::to_string(static_cast<unsigned>(*bad->control)),
                   "remove it; within double quotes it can be written as \\x..");
  } else {
    problems.error(bad->offset, "this byte is not UTF-8", "save the file as UTF-8");
  }
  return false;
}

}  // namespace

std::optional<Tree> parse_yaml(const Source& source, Limits limits, Problems& problems) {
  if (!is_readable(source, limits, problems)) return std::nullopt;
  std::string repaired;
  std::vector<Extent> stand_ins;
  for (;;) {
    auto tree = parse_once(source, stand_ins.empty() ? source.text() : repaired, stand_ins, limits);
    if (tree) {
      tree->report_to(problems);
      return std::move(*tree);
    }
    const Explanation& why = tree.error();
    problems.error(why.at, why.what, why.hint);
    if (!why.unquoted || stand_ins.size() == repairs_max || source.text().size() > repaired_size_max) {
      return std::nullopt;
    }
    if (stand_ins.empty()) repaired = source.text();
    std::fill(repaired.begin() + static_cast<std::ptrdiff_t>(why.unquoted->begin),
              repaired.begin() + static_cast<std::ptrdiff_t>(why.unquoted->end), 'x');
    stand_ins.push_back(*why.unquoted);
  }
}

}  // namespace belfry::config
