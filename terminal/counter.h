// The counter without its screen, line and printer: what is being sold, what is asked, what a key
// does. Values in, values out; the shell (counter_shell.cc) does what an Effect says and tells how
// it went. A sale is few keys: "5" and Enter sell five quick picks.
#pragma once

#include <functional>
#include <variant>

#include "terminal/advice.h"
#include "terminal/report.h"
#include "terminal/ticket.h"

namespace lottery::terminal {

struct Key {
  enum class Kind { kCharacter, kEnter, kBackspace, kEscape };
  Kind kind = Kind::kCharacter;
  char character = 0;  // printable ASCII, which is all that codes and numbers need
};

/// What is being typed.
enum class Prompt {
  kNone,
  kCashier,
  kNumbers,
  kMultiplier,
  kDraws,
  kTicket,      // public code of a ticket to be looked at and paid
  kSecret,      // its secret code
  kVoidTicket,  // public code of a ticket to be taken back
  kVoidSecret,
  kPrinted,  // was the last ticket printed? y or n
  kSignOff,  // really? y or n
};
enum class Page { kSale, kReports, kHelp };
enum class Tone { kPlain, kGood, kBad };

struct Words {
  std::string zh, en;
};

/// A number in [0, bound), all equally likely.
using Below = std::function<std::uint32_t(std::uint32_t bound)>;

struct CounterConfig {
  std::uint32_t terminal = 0;
  bool training = false;
  int commission_permille = 0;
  Money low_deposit;  // warned of below this
};

struct CounterState {
  CounterConfig config;
  bool chinese = true;
  std::string cashier;  // empty: nobody has signed on
  // What central said last, and when by this machine's clock.
  wire::Status status;
  UtcTime heard;
  bool online = false;
  // The ticket being made.
  std::string game = "ssq";  // of games::kGames
  std::uint32_t draw = 0;    // chosen; 0: none is open
  std::vector<wire::Bet> bets;
  std::uint32_t multiplier = 1, draws = 1;
  // The customer being served.
  int customer_tickets = 0;
  Money customer_total;
  // Since the cashier signed on, and today.
  Report shift, day;
  Page page = Page::kSale;
  Prompt prompt = Prompt::kNone;
  std::string typed;
  protocol::PublicCode ticket;  // between its two codes
  wire::TicketStatus ticket_status;
  Tone tone = Tone::kPlain;
  Words message, advice;
  std::string working;  // what the line is busy with; empty: nothing
};

struct SellIt {
  wire::Order order;  // complete but for t_hash
};
struct AskTicket {
  protocol::PublicCode code;
};
struct PayIt {
  wire::TicketStatus status;
  protocol::SecretCode secret;
};
struct TakeItBack {
  protocol::PublicCode code;
  protocol::SecretCode secret;
};
struct WasPrinted {
  bool yes = false;
};
struct SignOnAs {
  std::string cashier;
};
struct SignOff {};
struct Quit {};
using Effect = std::variant<std::monostate, SellIt, AskTicket, PayIt, TakeItBack, WasPrinted,
                            SignOnAs, SignOff, Quit>;

/// One key. `now` is this machine's clock.
Effect Press(CounterState& state, const Key& key, UtcTime now, const Below& below);

// How effects went.
void OnStatus(CounterState& state, const wire::Status& status, UtcTime now);
void OnSold(CounterState& state, const Confirmed& sold, UtcTime now);
/// A ticket by its public code: asks for the secret one when there is something to pay.
void OnTicket(CounterState& state, const wire::TicketStatus& status);
/// `refusal` is of those of the ticket's prizes that were not paid; null when all were.
/// `exchanged`: an exchange ticket is printed.
void OnPaid(CounterState& state, Money amount, const base::Error* refusal, bool exchanged);
void OnTakenBack(CounterState& state, const wire::Receipt& receipt, Money price);
void OnRefused(CounterState& state, const base::Error& error);
void Say(CounterState& state, Tone tone, Words message, Words advice = {});

/// Of the ticket being made, all draws together.
Money PriceOf(const CounterState& state);
/// Until the chosen draw closes, by central's clock; negative when it has.
std::int64_t MsToClose(const CounterState& state, UtcTime now);
/// The first draw of the game that still sells `now`; 0 when there is none.
std::uint32_t FirstOpenDraw(const CounterState& state, UtcTime now);
wire::Bet QuickPick(std::string_view game, const Below& below);

}  // namespace lottery::terminal
