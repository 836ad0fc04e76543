#include <algorithm>

#include <base/verify.h>
#include <scheduler/pieces.h>
#include <scheduler/segments.h>

namespace belfry {

Pieces::Pieces(const Schedule& schedule, const Stretch& stretch) : schedule_(schedule) {
  for (Segment& segment : divide(schedule, stretch)) {
    Piece& piece = pieces_.emplace_back(Piece{.slots = segment.slots});
    if (!segment.excluded) continue;
    piece.fate =
        SlotFate{.outcome = SlotOutcome::skipped, .reason = Reason::excluded, .detail = *std::move(segment.excluded)};
  }
}

std::int64_t Pieces::undecided() const {
  std::int64_t count = 0;
  for (const Piece& piece : pieces_) count += piece.fate ? 0 : piece.slots.count;
  return count;
}

WallTime Pieces::newest_undecided() const {
  const auto found = std::find_if(pieces_.rbegin(), pieces_.rend(), [](const Piece& piece) { return !piece.fate; });
  VERIFY(found != pieces_.rend());
  return found->slots.last;
}

WallTime Pieces::oldest_undecided() const {
  const auto found = std::find_if(pieces_.begin(), pieces_.end(), [](const Piece& piece) { return !piece.fate; });
  VERIFY(found != pieces_.end());
  return found->slots.first;
}

void Pieces::decide_all(const SlotFate& fate) {
  for (Piece& piece : pieces_) {
    if (!piece.fate) piece.fate = fate;
  }
}

void Pieces::decide_oldest(std::int64_t count, const SlotFate& fate) {
  for (std::size_t i = 0; i < pieces_.size() && count > 0; ++i) {
    if (pieces_[i].fate) continue;
    const Cut halves = cut(schedule_, pieces_[i].slots, std::min(count, pieces_[i].slots.count));
    pieces_[i] = {.slots = halves.older, .fate = fate};
    count -= halves.older.count;
    if (halves.rest) pieces_.insert(pieces_.begin() + static_cast<std::ptrdiff_t>(i) + 1, Piece{.slots = *halves.rest});
  }
}

void Pieces::decide_upto(WallTime last, const SlotFate& fate) {
  std::int64_t count = 0;
  for (const Piece& piece : pieces_) {
    if (piece.fate || piece.slots.first > last) continue;
    const auto slots = schedule_.slots_in(piece.slots.first - Millis{1}, std::min(last, piece.slots.last));
    if (slots) count += slots->count;
  }
  decide_oldest(count, fate);
}

void Pieces::keep_from(WallTime first) {
  std::erase_if(pieces_, [first](const Piece& piece) { return piece.slots.first >= first; });
}

}  // namespace belfry
