#include "protocol/plain_order.h"

#include <algorithm>

namespace lottery::protocol {
namespace {

// The fields of one message, asked for in ascending order; one that is not there is its default.
// Numbers are below 16, so a tag is one octet.
class Fields {
 public:
  explicit Fields(base::ByteView octets) : at_(octets.data()), end_(at_ + octets.size()) {}
  /// Every field was asked for and each was well written.
  bool Done() const { return well_ && at_ == end_; }

  std::uint64_t Uint64(unsigned number) { return Next(number << 3U) ? Varint(kNumberBits) : 0; }
  // What does not fit protobuf would cut off.
  std::uint32_t Uint32(unsigned number) {
    return static_cast<std::uint32_t>(Below(number, 1ULL << 32U));
  }
  std::int64_t Int64(unsigned number) {
    return static_cast<std::int64_t>(Below(number, 1ULL << 63U));
  }
  base::ByteView Octets(unsigned number) {
    if (!Next(number << 3U | 2U)) return {};
    const std::uint64_t size = Varint(kLengthBits);
    if (!well_ || size > static_cast<std::uint64_t>(end_ - at_)) return Wrong();
    const char* begin = at_;
    at_ += size;
    return {begin, static_cast<std::size_t>(size)};
  }
  // ASCII; whatever else is valid UTF-8 is not plain.
  base::ByteView Text(unsigned number) {
    const auto text = Octets(number);
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
    return ascii ? text : Wrong();
  }
  /// Whether the next field is this one; it is not taken.
  bool Holds(unsigned number) const {
    return at_ != end_ && static_cast<std::uint8_t>(*at_) == (number << 3U | 2U);
  }

 private:
  bool Next(unsigned tag) {
    if (at_ == end_ || static_cast<std::uint8_t>(*at_) != tag) return false;
    ++at_;
    return true;
  }
  std::uint64_t Below(unsigned number, std::uint64_t bound) {
    const auto value = Uint64(number);
    if (value >= bound) Wrong();
    return value;
  }
  // Seven bits an octet. protobuf takes longer ones too, with bounds of its own.
  static constexpr unsigned kNumberBits = 63, kLengthBits = 21;
  std::uint64_t Varint(unsigned bits) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < bits && at_ != end_; shift += 7) {
      const auto octet = static_cast<std::uint8_t>(*at_++);
      value |= std::uint64_t{octet & 0x7fU} << shift;
      if ((octet & 0x80U) == 0) return value;
    }
    Wrong();
    return 0;
  }
  base::ByteView Wrong() {
    well_ = false;
    return {};
  }
  const char* at_;
  const char* end_;
  bool well_ = true;
};

void Set(std::string* field, base::ByteView octets) { field->assign(octets); }

bool ReadSsq(Fields f, wire::SsqBet& bet) {
  Set(bet.mutable_red_bankers(), f.Octets(1));
  Set(bet.mutable_reds(), f.Octets(2));
  Set(bet.mutable_blues(), f.Octets(3));
  return f.Done();
}

bool ReadD3(Fields f, wire::D3Bet& bet) {
  bet.set_play(f.Uint32(1));
  Set(bet.mutable_hundreds(), f.Octets(2));
  Set(bet.mutable_tens(), f.Octets(3));
  Set(bet.mutable_units(), f.Octets(4));
  Set(bet.mutable_doubles(), f.Octets(5));
  Set(bet.mutable_singles(), f.Octets(6));
  Set(bet.mutable_digits(), f.Octets(7));
  Set(bet.mutable_sums(), f.Octets(8));
  bet.set_choice(f.Uint32(9));
  return f.Done();
}

bool ReadQlc(Fields f, wire::QlcBet& bet) {
  Set(bet.mutable_bankers(), f.Octets(1));
  Set(bet.mutable_numbers(), f.Octets(2));
  return f.Done();
}

bool ReadKl8(Fields f, wire::Kl8Bet& bet) {
  bet.set_pick(f.Uint32(1));
  Set(bet.mutable_bankers(), f.Octets(2));
  Set(bet.mutable_numbers(), f.Octets(3));
  return f.Done();
}

}  // namespace

const wire::TerminalMessage* PlainOrderReader::Read(base::ByteView octets) {
  if (octets.size() > kMaxMessageOctets) return nullptr;
  Fields f(octets);
  message_.set_terminal(f.Uint32(1));
  message_.set_sequence(f.Uint64(2));
  Set(message_.mutable_previous(), f.Octets(3));
  message_.set_time_ms(f.Int64(4));
  message_.set_not_after_ms(f.Int64(5));
  Set(message_.mutable_cashier(), f.Text(6));
  if (!f.Holds(10) || !ReadOrder(f.Octets(10)) || !f.Done()) return nullptr;
  return WellFormed(message_) ? &message_ : nullptr;
}

bool PlainOrderReader::ReadOrder(base::ByteView octets) {
  Fields f(octets);
  auto& order = *message_.mutable_order();
  Set(order.mutable_game(), f.Text(1));
  order.set_first_draw(f.Uint32(2));
  order.set_draw_count(f.Uint32(3));
  std::size_t bets = 0;
  for (; f.Holds(4); ++bets) {
    if (!ReadBet(bets, f.Octets(4))) return false;
  }
  while (order.bets_size() > static_cast<int>(bets))
    spare_.emplace_back(order.mutable_bets()->ReleaseLast());
  order.set_multiplier(f.Uint32(5));
  order.set_price_fen(f.Int64(6));
  Set(order.mutable_t_hash(), f.Octets(7));
  return f.Done();
}

bool PlainOrderReader::ReadBet(std::size_t at, base::ByteView octets) {
  Fields f(octets);
  wire::Bet& bet = BetAt(at);
  bool read = false;
  if (f.Holds(1)) {
    read = ReadSsq(Fields(f.Octets(1)), *bet.mutable_ssq());
  } else if (f.Holds(2)) {
    read = ReadD3(Fields(f.Octets(2)), *bet.mutable_d3());
  } else if (f.Holds(3)) {
    read = ReadQlc(Fields(f.Octets(3)), *bet.mutable_qlc());
  } else if (f.Holds(4)) {
    read = ReadKl8(Fields(f.Octets(4)), *bet.mutable_kl8());
  }
  return read && f.Done();
}

// Bets an order has are there from the one before it, or were kept.
wire::Bet& PlainOrderReader::BetAt(std::size_t at) {
  auto& bets = *message_.mutable_order()->mutable_bets();
  if (static_cast<int>(at) < bets.size()) return bets[static_cast<int>(at)];
  if (spare_.empty()) return *bets.Add();
  bets.AddAllocated(spare_.back().release());
  spare_.pop_back();
  return bets[static_cast<int>(at)];
}

}  // namespace lottery::protocol
