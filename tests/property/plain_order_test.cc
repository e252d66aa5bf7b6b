// Orders read by our own few lines and by protobuf: what the first takes the second takes, and both
// see the same order. Random orders of every game, whole and with octets changed, moved, doubled or
// cut out; fifty thousand a game, ten million where LOTTERY_LONG is set.
#include "protocol/plain_order.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/property/random_bets.h"

namespace lottery {
namespace {

wire::TerminalMessage RandomMessage(std::mt19937_64& rng, std::string_view game) {
  wire::TerminalMessage m;
  m.set_terminal(static_cast<std::uint32_t>(rng() >> (32 + rng() % 32)));
  m.set_sequence(1 + (rng() >> (2 + rng() % 60)));
  base::Bytes hash(32, '\0');
  for (char& c : hash) c = static_cast<char>(rng());
  m.set_previous(hash);
  m.set_time_ms(rng() % 8 == 0 ? 0 : 1'790'000'000'000);
  m.set_not_after_ms(m.time_ms() + 60'000);
  m.set_cashier(rng() % 4 == 0 ? "" : "收银 1" + std::to_string(rng()));
  if (rng() % 2 == 0) m.set_cashier("1");
  *m.mutable_order() = RandomOrder(rng, game);
  m.mutable_order()->set_first_draw(2026097);
  m.mutable_order()->set_t_hash(hash);
  return m;
}

void Change(std::mt19937_64& rng, base::Bytes& octets) {
  const std::size_t at = rng() % octets.size();
  const std::size_t size = std::min<std::size_t>(1 + rng() % 8, octets.size() - at);
  const base::Bytes piece = octets.substr(at, size);
  switch (rng() % 5) {
    case 0:
      octets[at] = static_cast<char>(rng());
      break;
    case 1:
      octets[at] = static_cast<char>(octets[at] ^ (1 << rng() % 8));
      break;
    case 2:
      octets.erase(at, size);
      break;
    case 3:
      octets.insert(rng() % octets.size(), piece);
      break;
    default:
      octets.insert(octets.end(), piece.begin(), piece.end());
  }
}

class PlainOrder : public testing::TestWithParam<std::string_view> {
 protected:
  // Whether it is one. The same to both readers, or to protobuf's alone.
  bool IsPlain(const base::Bytes& octets) {
    const auto* plain = plain_.Read(octets);
    if (plain == nullptr) return false;
    const auto all = reader_.Read(octets);
    EXPECT_TRUE(all) << base::ToHex(octets);
    if (all) {
      EXPECT_EQ(plain->SerializeAsString(), (*all)->SerializeAsString()) << base::ToHex(octets);
      EXPECT_EQ(plain->ShortDebugString(), (*all)->ShortDebugString());
    }
    return true;
  }
  protocol::PlainOrderReader plain_;
  protocol::MessageReader reader_;
};

TEST_P(PlainOrder, IsWhatProtobufReads) {
  const int count = std::getenv("LOTTERY_LONG") != nullptr ? 10'000'000 : 50'000;
  std::mt19937_64 rng(20261128);
  int whole = 0, changed = 0;
  for (int i = 0; i < count && !HasFailure(); ++i) {
    const auto message = RandomMessage(rng, GetParam());
    auto octets = message.SerializeAsString();
    const bool ascii = message.cashier().size() < 2;  // else its name is Chinese
    ASSERT_EQ(IsPlain(octets), ascii) << message.ShortDebugString();
    whole += ascii ? 1 : 0;
    for (auto times = 1 + rng() % 3; times > 0; --times) Change(rng, octets);
    changed += IsPlain(octets) ? 1 : 0;
  }
  EXPECT_GT(whole, count / 2);
  EXPECT_GT(changed, count / 20) << "changes that leave a plain order are the ones that matter";
  std::printf("%d whole, %d changed ones are plain\n", whole, changed);
}

INSTANTIATE_TEST_SUITE_P(, PlainOrder, testing::Values("ssq", "3d", "qlc", "kl8"),
                         [](const auto& game) { return "of_" + std::string(game.param); });

// Each is an order to protobuf, or to nobody; none is plain.
TEST(PlainOrderReader, LeavesTheRestToProtobuf) {
  std::mt19937_64 rng(1);
  auto message = RandomMessage(rng, "ssq");
  message.set_cashier("1");
  protocol::PlainOrderReader plain;
  ASSERT_NE(plain.Read(message.SerializeAsString()), nullptr);
  const auto refused = [&](const char* what, const auto& change) {
    auto other = message;
    change(other);
    EXPECT_EQ(plain.Read(other.SerializeAsString()), nullptr) << what;
  };
  refused("a void", [](auto& m) { m.mutable_void_()->set_index(1); });
  refused("nothing", [](auto& m) { m.clear_body(); });
  refused("no sequence", [](auto& m) { m.set_sequence(0); });
  refused("short hash", [](auto& m) { m.mutable_order()->mutable_t_hash()->pop_back(); });
  refused("short previous", [](auto& m) { m.mutable_previous()->pop_back(); });
  refused("long cashier", [](auto& m) { m.set_cashier(std::string(33, '1')); });
  refused("a bet of no game", [](auto& m) { m.mutable_order()->add_bets(); });
  refused("before 1970", [](auto& m) { m.set_time_ms(-1); });
  const auto octets = message.SerializeAsString();
  EXPECT_EQ(plain.Read(octets + std::string("\x08\x01", 2)), nullptr) << "terminal twice";
  EXPECT_EQ(plain.Read(octets + std::string("\x78\x01", 2)), nullptr) << "unknown field";
  EXPECT_EQ(plain.Read(octets + octets), nullptr);
  const auto previous = octets.find(std::string("\x1a\x20", 2));  // field 3 with its 32 octets
  ASSERT_NE(previous, std::string::npos);
  for (const std::string padded : {"\x1a\xa0\x80\x80\x80\x80", "\x1a\xa0\x80\x80", "\x9a\x80"}) {
    auto other = octets;
    const bool tag = padded.size() == 2;
    other.replace(previous, tag ? 1 : 2, padded + std::string(1, '\0'));
    EXPECT_EQ(plain.Read(other), nullptr) << "padded to " << padded.size() + 1;
  }
  EXPECT_EQ(plain.Read(""), nullptr);
  EXPECT_EQ(plain.Read(base::Bytes(protocol::kMaxMessageOctets + 1, '\0')), nullptr);
  for (std::size_t size = 0; size < octets.size(); ++size)
    EXPECT_EQ(plain.Read(octets.substr(0, size)), nullptr) << size;
  EXPECT_NE(plain.Read(octets), nullptr) << "after all of that";
}

}  // namespace
}  // namespace lottery
