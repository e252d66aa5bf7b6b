// The counter without its screen, line and printer: what is being sold, what is asked, what a key
// or a scan does. Values in, values out; the shell (counter_shell.cc) does what an Effect says and
// tells how it went. A sale is few keys: "5" and Enter sell five quick picks. Times are steady
// milliseconds (base::SteadyMs).
//
// Three rules guard the money. A burst of keys is a scan and never a command. Enter sells only what
// has stood on the screen for kShownMs, after as long without a key. What concerns money (pay so
// much, not sold) is a notice: it stays until somebody acknowledges it, and until then nothing else
// is done but to say whether the last ticket was printed.
#pragma once

#include <deque>
#include <functional>
#include <variant>

#include "terminal/advice.h"
#include "terminal/keyboard.h"
#include "terminal/report.h"
#include "terminal/scan.h"
#include "terminal/ticket.h"

namespace lottery::terminal {

inline constexpr std::int64_t kShownMs = 300;  // long enough to be read
inline constexpr std::int64_t kSecretKeptMs =
    60'000;  // a secret code scanned before its public code
/// An Enter so soon behind a burst is the end of what was scanned.
inline constexpr std::int64_t kBurstEndMs = 500;
inline constexpr std::uint32_t kMostTickets = 50;  // of one Enter

/// What is being typed.
enum class Prompt {
  kNone,
  kCashier,
  kPin,
  kNumbers,
  kMultiplier,
  kDraws,
  kTickets,     // how many tickets like this one
  kPick,        // kl8: how many numbers a quick pick has
  kTicket,      // codes of a ticket to be looked at and paid
  kSecret,      // its secret code
  kVoidTicket,  // codes of a ticket to be taken back
  kVoidSecret,
  // Answered by one key:
  kPrinted,      // was the last ticket printed? y or n
  kSignOff,      // really? y or n
  kDrop,         // drop the lines that are not sold? y or n
  kClear,        // the same, and the next customer
  kConfirmSale,  // a sum above the bound: Enter or Esc
  kConfirmPay,
  kConfirmVoid,
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
  int commission_permille = 0;  // 0: none is agreed, and none is shown
  Money low_deposit;            // warned of below this
  Money confirm_above;          // one sale or payment above this asks for a second Enter
  std::string operator_name;    // begins every public code
};

/// What stays on the screen until it is acknowledged.
struct Notice {
  Tone tone = Tone::kPlain;
  Words message, advice;
};

/// One line of the ticket being made.
struct Line {
  wire::Bet bet;
  bool quick = false;  // each ticket of several gets its own numbers
};

struct CounterState {
  CounterConfig config;
  bool chinese = true;
  std::string cashier;  // empty: nobody has signed on
  bool pins = false;    // cashiers have PINs here
  // What central said last, and when.
  wire::Status status;
  std::int64_t heard_ms = 0;
  bool online = false;
  Words line_fault;  // why the line is down, when that is known
  Words printer_fault;
  // The ticket being made.
  std::string game = "ssq";  // of games::kGames
  std::uint32_t draw = 0;    // chosen; 0: none is open
  std::vector<Line> lines;
  std::uint32_t multiplier = 1, draws = 1, tickets = 1;
  std::uint32_t pick = 10;        // kl8
  std::uint32_t series_left = 0;  // tickets of the same Enter that are still to be sold
  bool unsettled = false;  // what became of the last message, or of its paper, is not known yet
  std::int64_t last_key_ms = 0;
  std::int64_t last_burst_ms = -kBurstEndMs;
  // When what is on sale came to the screen; see NoteShown.
  std::string shown;
  std::int64_t shown_ms = 0;
  // The customer being served.
  int customer_tickets = 0;
  Money customer_sold, customer_voided, customer_paid;
  // Since the cashier signed on, and today.
  Report shift, day;
  Page page = Page::kSale;
  Prompt prompt = Prompt::kNone;
  Prompt prompt_seen = Prompt::kNone;  // what stands on the screen, and since when
  std::int64_t prompt_seen_ms = 0;
  std::string typed;       // UTF-8, half-width
  std::string name_typed;  // the cashier, while the PIN is asked
  // Of the ticket that was scanned or typed last.
  std::optional<protocol::PublicCode> ticket;
  wire::TicketStatus ticket_status;
  std::optional<protocol::SecretCode> secret;  // scanned before its public code
  std::int64_t secret_ms = 0;
  std::deque<Notice> notices;
  std::int64_t notice_shown_ms = 0;  // when the first of them came to the screen; 0: not yet
  Tone tone = Tone::kPlain;
  Words message, advice;
  Words hint;           // about the last key itself
  int ignored = 0;      // keys pressed while something was under way
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
/// The numbers of a ticket this till sold, once more.
struct ReplayIt {
  protocol::PublicCode code;
};
struct WasPrinted {
  bool yes = false;
};
struct SignOnAs {
  std::string cashier, pin;
};
struct SignOff {};
struct PrintReport {};
struct Quit {};
using Effect = std::variant<std::monostate, SellIt, AskTicket, PayIt, TakeItBack, ReplayIt,
                            WasPrinted, SignOnAs, SignOff, PrintReport, Quit>;

/// One key or one burst.
Effect Press(CounterState& state, const Input& input, std::int64_t now_ms, const Below& below);
/// The shell has just drawn the state: what is on sale, and a notice, are on the screen from now
/// on.
void NoteShown(CounterState& state, std::int64_t now_ms);
/// The screen could not be drawn: nothing is on it until NoteShown is called again.
void NoteHidden(CounterState& state);
/// Keys that came while something was under way. They do nothing, and the screen says so.
void OnIgnored(CounterState& state, const Input& input);

// How effects went.
void OnStatus(CounterState& state, const wire::Status& status, std::int64_t now_ms);
/// The line is down or up again; `why` is null when it is up.
void OnLine(CounterState& state, const base::Error* why);
/// The next ticket of a series, or nothing.
Effect OnSold(CounterState& state, const Confirmed& sold, std::int64_t now_ms, const Below& below);
/// Whether the ticket was sold is not known: the line went away. Ends a series.
void OnUnknown(CounterState& state, const base::Error& error);
/// A sale that was settled later, or of an earlier run. The lines it was made of are not on sale
/// any more.
void OnSettledSale(CounterState& state, const Confirmed& sold);
/// Paper is asked about: was it printed?
void AskPrinted(CounterState& state);
/// A ticket by its public code: asks for the secret one when there is something to pay.
void OnTicket(CounterState& state, const wire::TicketStatus& status, std::int64_t now_ms);
/// `refusal` is of those of the ticket's prizes that were not paid; null when all were.
/// `exchanged`: an exchange ticket is printed.
void OnPaid(CounterState& state, Money amount, const base::Error* refusal, bool exchanged);
void OnTakenBack(CounterState& state, const wire::Receipt& receipt, Money price);
void OnReplay(CounterState& state, const wire::Order& order, std::int64_t now_ms);
/// Said of what was only looked at or typed: the next message takes its place.
void OnRefused(CounterState& state, const base::Error& error);
/// Of money, or of a message whose sender waits for it: stays until it is acknowledged. Ends a
/// series.
void OnFailed(CounterState& state, const base::Error& error);
void Hold(CounterState& state, Tone tone, Words message, Words advice = {});
void Say(CounterState& state, Tone tone, Words message, Words advice = {});

/// Of one ticket, all draws together. A sum beyond kMostShown, which no order may have, is shown as
/// that much.
inline constexpr std::int64_t kMostShown = 1'000'000'000'000'00;  // fen
Money PriceOf(const CounterState& state);
/// Of all tickets of one Enter, bounded likewise.
Money PriceOfAll(const CounterState& state);
/// What is owed on the ticket that was looked at last.
Money Owed(const CounterState& state);
/// What the customer has to pay for everything since "new customer"; negative: is given.
Money CustomerSum(const CounterState& state);
/// Until the chosen draw closes, by central's clock; negative when it has.
std::int64_t MsToClose(const CounterState& state, std::int64_t now_ms);
/// The first draw of the game that still sells; 0 when there is none.
std::uint32_t FirstOpenDraw(const CounterState& state, std::int64_t now_ms);
/// Draws that still sell by central's clock, as far as it was heard; in order.
std::vector<std::uint32_t> OpenDraws(const CounterState& state, std::int64_t now_ms);
/// `pick` is of kl8.
wire::Bet QuickPick(std::string_view game, std::uint32_t pick, const Below& below);

// Shared by counter.cc, counter_scan.cc and counter_told.cc.
void Begin(CounterState& state, Prompt prompt);
void ForgetTicket(CounterState& state);
/// A code in a prompt for codes, or at any other time.
Effect TakeScan(CounterState& state, const Scan& scan, std::int64_t now_ms);

}  // namespace lottery::terminal
