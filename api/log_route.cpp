#include <algorithm>

#include <api/log_route.h>
#include <api/log_stream.h>
#include <api/problem.h>
#include <api/run_routes.h>
#include <base/text.h>
#include <base/try.h>
#include <base/utf8.h>

namespace belfry::api {

namespace {

constexpr std::size_t answer_bytes_max = 4U << 20U;
constexpr std::size_t tail_bytes_first = 64U << 10U;

struct Excerpt {
  std::string bytes;
  std::uint64_t from = 0;
  std::uint64_t size = 0;
};

Result<std::optional<OutputStream>> stream_in(const Query& query) {
  const auto word = query.text("stream");
  if (!word) return std::nullopt;
  if (*word == "stdout") return OutputStream::out;
  if (*word == "stderr") return OutputStream::err;
  return std::unexpected(Error::bad_input("parameter 'stream': it is stdout or stderr"));
}

// Where the last `lines` lines begin. A line end at the very end does not begin another line.
std::optional<std::size_t> begin_of_tail(std::string_view bytes, std::uint64_t lines) {
  if (lines == 0) return bytes.size();
  std::size_t at = bytes.size();
  if (bytes.ends_with('\n')) --at;
  while (at > 0) {
    if (bytes[--at] == '\n' && --lines == 0) return at + 1;
  }
  return std::nullopt;
}

// What is kept up to `size`, without a gap in it: what lies before one is no part of the tail.
Result<OutputPart> read_last_part(Backend& backend, const Run& run, OutputQuery query, std::uint64_t size) {
  OutputPart last{.offset = query.offset};
  while (query.offset < size) {
    query.limit = static_cast<std::size_t>(size - query.offset);
    OutputPart part = TRY(backend.read_log(run, query));
    if (part.bytes.empty()) break;
    query.offset = part.offset + part.bytes.size();
    last = std::move(part);
  }
  return last;
}

// Reads backwards in growing pieces: most tails are short, and most of a log is never looked at.
Result<Excerpt> read_tail(Backend& backend, const Run& run, std::optional<OutputStream> stream, std::uint64_t lines) {
  const std::uint64_t size = TRY(backend.read_log(run, {.stream = stream})).size;
  for (std::size_t piece = tail_bytes_first;; piece = std::min(piece * 4, answer_bytes_max)) {
    const std::uint64_t from = size > piece ? size - piece : 0;
    const OutputPart part = TRY(read_last_part(backend, run, {.stream = stream, .offset = from}, size));
    const auto begin = begin_of_tail(part.bytes, lines);
    if (!begin && from > 0 && part.offset == from && piece < answer_bytes_max) continue;
    return Excerpt{
        .bytes = part.bytes.substr(begin.value_or(0)), .from = part.offset + begin.value_or(0), .size = size};
  }
}

Result<Excerpt> read_from(Backend& backend, const Run& run, std::optional<OutputStream> stream, std::uint64_t from) {
  OutputPart part = TRY(backend.read_log(run, {.stream = stream, .offset = from, .limit = answer_bytes_max}));
  return Excerpt{.bytes = std::move(part.bytes), .from = part.offset, .size = part.size};
}

std::string content_type_of(std::string_view bytes) {
  const bool is_text = is_utf8(bytes) && bytes.find('\0') == std::string_view::npos;
  return is_text ? "text/plain; charset=utf-8" : "application/octet-stream";
}

// The run as it was in that attempt.
Result<Run> attempt_of(Backend& backend, Run run, std::uint32_t number) {
  if (run.attempt == number) return run;
  for (Run& earlier : TRY(backend.history().attempts(run.id))) {
    if (earlier.attempt == number) return std::move(earlier);
  }
  return std::unexpected(Error::not_found("run " + run.id.text() + " has no attempt " + std::to_string(number)));
}

Response response_of(Excerpt excerpt) {
  Response response{.content_type = content_type_of(excerpt.bytes)};
  response.body = std::move(excerpt.bytes);
  response.headers = {{"X-Belfry-Log-From", std::to_string(excerpt.from)},
                      {"X-Belfry-Log-Size", std::to_string(excerpt.size)},
                      {"Accept-Ranges", "bytes"}};
  return response;
}

// One range: `bytes=A-B`, `bytes=A-`, `bytes=-N`. Nothing: it is not one, and is ignored, as RFC 9110 says.
struct ByteRange {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;  // included; without `first`: so many from the end
};

std::optional<ByteRange> parse_range(std::string_view text) {
  constexpr std::string_view unit = "bytes=";
  if (!text.starts_with(unit) || text.find(',') != std::string_view::npos) return std::nullopt;
  text.remove_prefix(unit.size());
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view first = text.substr(0, dash);
  const std::string_view last = text.substr(dash + 1);
  const ByteRange range{.first = parse_unsigned(first), .last = parse_unsigned(last)};
  const bool is_sound = (first.empty() || range.first) && (last.empty() || range.last) && (range.first || range.last);
  const bool is_backward = range.first && range.last && *range.last < *range.first;
  return is_sound && !is_backward ? std::optional(range) : std::nullopt;
}

Result<void> reply_range(const Call& call, const Run& run, std::optional<OutputStream> stream, std::string_view text) {
  const auto range = parse_range(text);
  const std::uint64_t size = TRY(call.backend.read_log(run, {.stream = stream})).size;
  if (!range) {
    call.reply(response_of(TRY(read_from(call.backend, run, stream, 0))));
    return {};
  }
  const std::uint64_t first = range->first.value_or(size - std::min(size, range->last.value_or(0)));
  if (first >= size) {
    Response response = respond({.status = 416, .detail = "the output has " + std::to_string(size) + " bytes"});
    response.headers.push_back({"Content-Range", "bytes */" + std::to_string(size)});
    call.reply(std::move(response));
    return {};
  }
  Excerpt excerpt = TRY(read_from(call.backend, run, stream, first));
  if (range->first && range->last) {
    excerpt.bytes.resize(std::min<std::uint64_t>(excerpt.bytes.size(), *range->last - first + 1));
  }
  const std::uint64_t last = first + excerpt.bytes.size() - 1;
  Response response = response_of(std::move(excerpt));
  response.status = 206;
  response.headers.push_back(
      {"Content-Range", "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(size)});
  call.reply(std::move(response));
  return {};
}

// What is there may be text or not: nobody knows what is to come.
Result<void> follow_log(const Call& call, LogStream::Options options, std::optional<std::uint64_t> tail) {
  if (tail) {
    const auto excerpt = read_tail(call.backend, options.run, options.stream, *tail);
    options.offset = excerpt ? excerpt->from : 0;  // not started yet: all of it is still to come
  }
  Response response{.content_type = "application/octet-stream"};
  response.headers = {{"X-Belfry-Log-From", std::to_string(options.offset)},
                      {"X-Belfry-Log-Attempt", std::to_string(options.run.attempt)},
                      {"Cache-Control", "no-store"}};
  response.stream = std::make_shared<LogStream>(call.backend, std::move(options));
  call.reply(std::move(response));
  return {};
}

}  // namespace

Result<void> get_log(const Call& call) {
  const auto stream = TRY(stream_in(call.query));
  const auto from = TRY(call.query.number("from", {}));
  const auto tail = TRY(call.query.number("tail", {}));
  const auto follow = TRY(call.query.number("follow", {.max = 1}));
  const auto range = header_of(call.request, "Range");
  if (int(from.has_value()) + int(tail.has_value()) + int(range.has_value()) > 1) {
    return std::unexpected(Error::bad_input("parameters 'from' and 'tail' and a Range exclude each other"));
  }
  const auto attempt = TRY(call.query.number("attempt", {.min = 1, .max = UINT32_MAX}));
  Run run = TRY(find_run(call.backend, call.arguments[0]));
  if (attempt) run = TRY(attempt_of(call.backend, std::move(run), static_cast<std::uint32_t>(*attempt)));
  if (follow == 1) return follow_log(call, {.run = run, .stream = stream, .offset = from.value_or(0)}, tail);
  if (range) return reply_range(call, run, stream, *range);
  Excerpt excerpt =
      TRY(tail ? read_tail(call.backend, run, stream, *tail) : read_from(call.backend, run, stream, from.value_or(0)));
  call.reply(response_of(std::move(excerpt)));
  return {};
}

}  // namespace belfry::api
