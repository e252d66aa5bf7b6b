// Two readings of a ball machine's entries that share no code: what one takes the other takes, and
// both see the same balls.
#include "games/balls.h"

#include <gtest/gtest.h>

#include <random>

#include "compliance/own_balls.h"

namespace lottery {
namespace {

using protocol::BallEntry;

class Officials {
 public:
  Officials() {
    plan.draw = {"ssq", 2026097};
    plan.ball_machine = "SSQ-1";
    for (int i = 0; i < 3; ++i) {
      keys.push_back(crypto::SigningKey::Generate());
      plan.officials.push_back({"official-" + std::to_string(i), {}, keys.back().public_key()});
    }
  }
  BallEntry Entry(std::size_t official) const {
    BallEntry e;
    e.draw = plan.draw;
    e.plan = plan_hash;
    e.seal = seal_hash;
    e.official = plan.officials[official].name;
    e.machine = plan.ball_machine;
    e.ball_set = "3";
    e.started = {1'795'482'500'000};
    e.at = {1'795'482'560'000};
    e.tests_before = e.tests_after = {{33, 2, 17, 5, 28, 9, 1}};
    e.numbers = {21, 4, 33, 14, 6, 22};
    e.extra = 16;
    return e;
  }
  std::string Signed(const BallEntry& e, std::size_t by) const {
    crypto::Envelope envelope{std::string(protocol::kTypeBallEntry), e.ToBody(), {}};
    envelope.Sign(keys[by]);
    return envelope.ToText();
  }

  protocol::Plan plan;
  base::Digest plan_hash = crypto::Sha256("plan"), seal_hash = crypto::Sha256("seal");
  std::vector<crypto::SigningKey> keys;
};

// One thing an entry may have wrong, or right in another way.
void Change(BallEntry& e, unsigned which) {
  switch (which) {
    case 0:
      e.numbers[0] = 23;
      break;
    case 1:
      std::swap(e.numbers[0], e.numbers[1]);
      break;
    case 2:
      e.numbers[5] = e.numbers[4];
      break;
    case 3:
      e.numbers.pop_back();
      break;
    case 4:
      e.numbers[2] = 34;
      break;
    case 5:
      e.extra = 0;
      break;
    case 6:
      e.extra = 15;
      break;
    case 7:
      e.machine = "SSQ-2";
      break;
    case 8:
      e.ball_set = "4";
      break;
    case 9:
      e.tests_before.clear();
      break;
    case 10:
      e.tests_after[0][6] = 17;
      break;
    case 11:
      e.interruptions.push_back({3, "SSQ-2", "power failure"});
      break;
    case 12:
      e.interruptions.push_back({3, "SSQ-2", "something else"});
      break;
    case 13:
      e.seal = crypto::Sha256("another");
      break;
    case 14:
      e.draw.number = 2026098;
      break;
    case 15:
      e.started.ms -= 1;
      break;
    case 16:
      e.started.ms = e.at.ms + 1;
      break;
    case 17:
      e.tests_before[0].pop_back();
      break;
    default:
      break;
  }
}

TEST(Balls, BothReadingsAgreeOnEveryMixture) {
  const Officials o;
  std::mt19937 rng(20260818);
  int taken = 0, refused = 0;
  for (int round = 0; round < 4000; ++round) {
    std::vector<std::string> entries;
    const std::size_t count = 1 + rng() % 4;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t official = rng() % 8 == 0 ? rng() % 3 : i % 3;
      BallEntry e = o.Entry(official);
      if (rng() % 2 == 0) Change(e, static_cast<unsigned>(rng() % 19));
      entries.push_back(o.Signed(e, rng() % 12 == 0 ? rng() % 3 : official));
    }
    const auto one = games::AgreedEntry(entries, o.plan, o.plan_hash, o.seal_hash);
    const auto other = compliance::ReadBalls(entries, o.plan, o.plan_hash, o.seal_hash);
    ASSERT_EQ(one.has_value(), other.has_value()) << round;
    if (!one) {
      ++refused;
      continue;
    }
    ++taken;
    const auto numbers = games::NumbersOf(o.plan.draw.game, *one);
    ASSERT_TRUE(numbers.has_value());
    EXPECT_EQ(*numbers, other->outcome.numbers);
    EXPECT_EQ(one->extra, other->outcome.extra);
    EXPECT_EQ(one->started, other->started);
  }
  EXPECT_GT(taken, 300);
  EXPECT_GT(refused, 300);
}

}  // namespace
}  // namespace lottery
