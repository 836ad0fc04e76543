#include <algorithm>

#include <api/log_route.h>
#include <api/run_routes.h>
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

// Reads backwards in growing pieces: most tails are short, and most of a log is never looked at.
Result<Excerpt> read_tail(Backend& backend, const Run& run, std::optional<OutputStream> stream, std::uint64_t lines) {
  const std::uint64_t size = TRY(backend.read_log(run, {.stream = stream})).size;
  for (std::size_t piece = tail_bytes_first;; piece = std::min(piece * 4, answer_bytes_max)) {
    const std::uint64_t from = size > piece ? size - piece : 0;
    std::string bytes =
        TRY(backend.read_log(run, {.stream = stream, .offset = from, .limit = static_cast<std::size_t>(size - from)}))
            .bytes;
    const auto begin = begin_of_tail(bytes, lines);
    if (!begin && from > 0 && piece < answer_bytes_max) continue;
    return Excerpt{.bytes = bytes.substr(begin.value_or(0)), .from = from + begin.value_or(0), .size = size};
  }
}

Result<Excerpt> read_from(Backend& backend, const Run& run, std::optional<OutputStream> stream, std::uint64_t from) {
  OutputPart part = TRY(backend.read_log(run, {.stream = stream, .offset = from, .limit = answer_bytes_max}));
  return Excerpt{.bytes = std::move(part.bytes), .from = from, .size = part.size};
}

std::string content_type_of(std::string_view bytes) {
  const bool is_text = is_utf8(bytes) && bytes.find('\0') == std::string_view::npos;
  return is_text ? "text/plain; charset=utf-8" : "application/octet-stream";
}

}  // namespace

Result<void> get_log(const Call& call) {
  const auto stream = TRY(stream_in(call.query));
  const auto from = TRY(call.query.number("from", {}));
  const auto tail = TRY(call.query.number("tail", {}));
  if (from && tail) return std::unexpected(Error::bad_input("parameters 'from' and 'tail' exclude each other"));
  const Run run = TRY(find_run(call.backend, call.arguments[0]));
  Excerpt excerpt =
      TRY(tail ? read_tail(call.backend, run, stream, *tail) : read_from(call.backend, run, stream, from.value_or(0)));
  Response response{.content_type = content_type_of(excerpt.bytes)};
  response.body = std::move(excerpt.bytes);
  response.headers = {{"X-Belfry-Log-From", std::to_string(excerpt.from)},
                      {"X-Belfry-Log-Size", std::to_string(excerpt.size)}};
  call.reply(std::move(response));
  return {};
}

}  // namespace belfry::api
