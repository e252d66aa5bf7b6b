// A counter at which anything is pressed, scanned and interrupted, in simulated time. What must
// hold whatever comes: Enter sells only what stood on the screen, every refusal is acknowledged by
// somebody before anything else is done, and the sums on the screen are those of what was really
// sold, taken back and paid.
#include <gtest/gtest.h>

#include <random>

#include "base/text.h"
#include "crypto/ed25519.h"
#include "games/order.h"
#include "terminal/counter.h"

namespace lottery::terminal {
namespace {

constexpr std::int64_t kTenMinutesMs = 600'000;
constexpr std::int64_t kDrawEveryMs = 20;

const std::string kHash = "FQ8-8wbok0lc94WetqTML1M8xxFxNNperfngnAhdUL4";

class Chaos {
 public:
  explicit Chaos(unsigned seed) : random_(seed) {
    s_.config = {1001, false, 0, Money(), Money::FromFen(100'000), "lottery.example"};
    wire::Status status;
    status.set_enrolled(true);
    status.set_balance_fen(1'000'000'000);
    for (const char* game : {"ssq", "3d", "qlc", "kl8"}) {
      auto* d = status.add_draws();
      d->set_game(game);
      d->set_draw(2026097);
      d->set_state("open");
      d->set_close_ms(10 * kTenMinutesMs);
    }
    OnStatus(s_, status, 0);
    s_.cashier = "07";
  }

  void Run() {
    while (now_ < kTenMinutesMs) {
      now_ += kDrawEveryMs;
      if (job_ && now_ >= job_ends_) EndJob();
      NoteShown(s_, now_);
      Remember();
      if (now_ >= next_press_) PressSomething();
      for (const auto& input : keyboard_.Due(now_)) Take(input);
      ASSERT_EQ(s_.customer_sold.fen() + gone_sold_, sold_);
      ASSERT_EQ(s_.customer_voided.fen() + gone_voided_, voided_);
      ASSERT_EQ(s_.customer_paid.fen() + gone_paid_, paid_);
      ASSERT_EQ(held_ - acknowledged_, static_cast<std::int64_t>(s_.notices.size()))
          << "a refusal went away unread";
    }
  }

  std::int64_t sales() const { return sales_; }
  std::int64_t refusals() const { return refusals_; }

 private:
  std::uint32_t Below(std::uint32_t n) {
    return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random_);
  }

  void Stroke1(char32_t c) {
    using Kind = Stroke::Kind;
    const Kind kind = c == '\r'     ? Kind::kCarriageReturn
                      : c == '\n'   ? Kind::kLineFeed
                      : c == '\t'   ? Kind::kTab
                      : c == '\b'   ? Kind::kBackspace
                      : c == '\x1b' ? Kind::kEscape
                      : c < ' '     ? Kind::kOther
                                    : Kind::kCharacter;
    keyboard_.Take({kind, kind == Kind::kCharacter ? c : 0, now_});
  }

  void PressSomething() {
    static const std::string keys = "1234512345\r\r\r\r\r\r\r\r\r\r\rnmdtkgcvxorhlzy\b\x1b> 67+";
    const auto what = Below(10);
    next_press_ = now_ + 20 + Below(what == 0 ? 5000 : 900);
    if (what <= 6)
      return Stroke1(
          static_cast<unsigned char>(keys[Below(static_cast<std::uint32_t>(keys.size()))]));
    std::string text =
        what == 7 ? "6921168511280"
                  : "lottery.example/ssq/2026097:" + std::to_string(Below(3)) + ":" + kHash;
    if (what == 9) text = std::string(32, 'a') + "-" + std::string(64, 'b');
    const char* const ends[] = {"\r", "\n", "\r\n", "\t", ""};
    for (const char c : text + ends[Below(5)]) Stroke1(static_cast<unsigned char>(c));
  }

  // What stood on the screen, and for how long.
  void Remember() {
    std::string ticket = s_.game + std::to_string(s_.draw) + "/" + std::to_string(s_.draws) + "/" +
                         std::to_string(s_.multiplier) + "/" + std::to_string(s_.tickets);
    for (const auto& line : s_.lines) ticket += line.bet.SerializeAsString();
    if (ticket == seen_) return;
    seen_ = ticket;
    seen_since_ = now_;
    seen_price_ = PriceOf(s_);
    seen_tickets_ = s_.tickets;
  }

  void Take(const Input& input) {
    if (job_ || input.began_ms <= busy_until_) return OnIgnored(s_, input);
    const auto before = s_.notices.size();
    const bool enter = !input.burst && input.key.kind == Key::Kind::kEnter;
    const bool escape = !input.burst && input.key.kind == Key::Kind::kEscape;
    const auto sold = s_.customer_sold.fen(), voided = s_.customer_voided.fen(),
               paid = s_.customer_paid.fen();
    const auto below = [this](std::uint32_t n) { return Below(n); };
    const Effect effect = Press(s_, input, now_, below);
    if (s_.customer_sold.fen() != sold || s_.customer_paid.fen() != paid ||
        s_.customer_voided.fen() != voided) {
      gone_sold_ += sold;  // a new customer
      gone_voided_ += voided;
      gone_paid_ += paid;
    }
    if (before != 0 && !std::holds_alternative<std::monostate>(effect)) {
      const bool was_prompt =
          s_.prompt_seen != Prompt::kNone;  // a question is answered before the notice
      ASSERT_TRUE(was_prompt) << "something was done while a notice stood unread";
    }
    if (s_.notices.size() < before) {
      ASSERT_TRUE(enter || escape) << "only a person acknowledges";
      ++acknowledged_;
    } else {
      held_ += static_cast<std::int64_t>(s_.notices.size() - before);
    }
    if (const auto* sell = std::get_if<SellIt>(&effect)) {
      ASSERT_TRUE(enter) << "sold without Enter";
      ASSERT_GE(now_ - seen_since_, kShownMs) << "sold what nobody could read";
      ASSERT_EQ(sell->order.price_fen(), seen_price_.fen());
      allowed_ = seen_tickets_;
    }
    Begin(effect);
  }

  void Begin(const Effect& effect) {
    if (std::holds_alternative<SellIt>(effect)) {
      ASSERT_GT(allowed_, 0U) << "more tickets than were asked for";
      --allowed_;
    }
    const bool line =
        std::holds_alternative<SellIt>(effect) || std::holds_alternative<AskTicket>(effect) ||
        std::holds_alternative<PayIt>(effect) || std::holds_alternative<TakeItBack>(effect);
    if (std::holds_alternative<SignOff>(effect)) s_.cashier.clear();
    if (const auto* on = std::get_if<SignOnAs>(&effect)) s_.cashier = on->cashier;
    if (!line) return;
    job_ = effect;
    job_ends_ = now_ + 30 + (Below(8) == 0 ? Below(25'000) : Below(200));
  }

  void EndJob() {
    const Effect effect = *std::exchange(job_, std::nullopt);
    busy_until_ = now_;
    const bool refused = Below(4) == 0;
    const auto before = s_.notices.size();
    Effect next;
    if (refused) {
      ++refusals_;
      OnFailed(s_, {base::ErrorCode::kExpired, ""});
    } else if (const auto* sell = std::get_if<SellIt>(&effect)) {
      Confirmed sold;
      wire::TerminalMessage message;
      *message.mutable_order() = sell->order;
      sold.message = protocol::SignMessage(message, key_);
      sold.receipt.set_balance_fen(1'000'000'000);
      next = OnSold(s_, sold, now_, [this](std::uint32_t n) { return Below(n); });
      ++sales_;
      sold_ += sell->order.price_fen();
    } else if (std::holds_alternative<AskTicket>(effect)) {
      wire::TicketStatus status;
      auto* part = status.add_parts();
      part->set_state(Below(2) == 0 ? "won" : "lost");
      part->set_prize_fen(500);
      OnTicket(s_, status, now_);
    } else if (std::holds_alternative<PayIt>(effect)) {
      OnPaid(s_, Money::FromFen(500), nullptr, false);
      paid_ += 500;
    } else {
      OnTakenBack(s_, wire::Receipt(), Money::FromFen(200));
      voided_ += 200;
    }
    held_ += static_cast<std::int64_t>(s_.notices.size() - before);
    if (s_.status.balance_fen() < 1'000'000'000) s_.status.set_balance_fen(1'000'000'000);
    Begin(next);
  }

  std::mt19937 random_;
  const crypto::SigningKey key_ = crypto::SigningKey::Generate();
  CounterState s_;
  Keyboard keyboard_;
  std::int64_t now_ = 0, next_press_ = 0, job_ends_ = 0, busy_until_ = -1;
  std::optional<Effect> job_;
  std::string seen_;
  std::int64_t seen_since_ = 0;
  Money seen_price_;
  std::uint32_t seen_tickets_ = 1, allowed_ = 0;
  std::int64_t sold_ = 0, voided_ = 0, paid_ = 0, gone_sold_ = 0, gone_voided_ = 0, gone_paid_ = 0;
  std::int64_t held_ = 0, acknowledged_ = 0, sales_ = 0, refusals_ = 0;
};

TEST(CounterChaos, TenMinutesOfRandomKeysScansAndHangs) {
  std::int64_t sales = 0, refusals = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    Chaos chaos(seed);
    chaos.Run();
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
    sales += chaos.sales();
    refusals += chaos.refusals();
  }
  EXPECT_GT(sales, 100);
  EXPECT_GT(refusals, 20);
}

}  // namespace
}  // namespace lottery::terminal
