#include "terminal/counter_shell.h"

#include <deque>
#include <future>
#include <mutex>

#include "crypto/secret.h"
#include "terminal/cashiers.h"
#include "terminal/claim.h"
#include "terminal/report_slip.h"
#include "terminal/screen.h"
#include "terminal/seal_check.h"

namespace lottery::terminal {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr int kKeyMs = 20;                 // how long a look at the keyboard lasts
constexpr std::int64_t kStatusMs = 5'000;  // central is asked this often while nothing else is done
constexpr std::int64_t kCheckMs = 30'000;  // between looks for draws to check, or attempts
constexpr std::int64_t kSettleMs = 3'000;  // between attempts to settle what is unknown, at first
constexpr std::int64_t kLongestSettleMs = 60'000;

class Shell {
 public:
  Shell(Till& till, Printer& printer, Cashiers cashiers, const base::Clock& clock,
        const protocol::Trust& trust, const ShellConfig& config)
      : till_(till),
        printer_(printer),
        cashiers_(std::move(cashiers)),
        clock_(clock),
        trust_(trust),
        config_(config) {
    state_.config = config.counter;
    state_.chinese = config.chinese;
    state_.pins = cashiers_.any();
    till_.on_retry = [this](const base::Error& error) {
      const std::lock_guard lock(retry_mutex_);
      ++retries_;
      retried_for_ = error;
    };
  }
  ~Shell() { till_.on_retry = nullptr; }

  Status Run() {
    LOTTERY_TRY_VOID(Add());
    if (reader_.reports().open()) {  // the shift goes on
      const std::string& cashier = reader_.reports().shifts.back().cashier;
      till_.Resume(cashier);  // what is settled now is of that shift
      if (cashiers_.any())    // with whom it was: a restart is no way around a PIN
        Say(state_, Tone::kPlain,
            {"班次未签退：收银员 " + cashier + " 按 o 重新签到。",
             "A shift is open: cashier " + cashier + " signs on again with o."});
      else
        state_.cashier = cashier;
    }
    TerminalScreen screen;
    while (!quit_) {
      Turn();
      const bool shown = screen.Show(View(state_, clock_.Now(), base::SteadyMs()), state_.chinese);
      // On a window that is too small nothing can be read: keys wait for a larger one.
      if (!shown || !visible_) {
        hidden_until_ms_ = base::SteadyMs();
        NoteHidden(state_);
      }
      visible_ = shown;
      if (shown) NoteShown(state_, base::SteadyMs());
      bool gone = false;
      for (const auto& stroke : screen.Read(kKeyMs, gone)) keyboard_.Take(stroke);
      if (gone) break;
      for (const auto& input : keyboard_.Due(base::SteadyMs())) Take(input);
    }
    if (job_) job_->wait();
    return broken_;
  }

 private:
  /// What a job found, told to the state on this thread.
  using Told = std::function<void()>;

  // Keys do what they say only when nothing is under way and nothing was when they were pressed.
  void Take(const Input& input) {
    const bool busy = (job_ && !background_) || waiting_;
    const bool hidden = !visible_ || input.began_ms <= hidden_until_ms_;
    if (hidden || busy || input.began_ms <= busy_until_ms_) return OnIgnored(state_, input);
    Do(Press(state_, input, base::SteadyMs(), crypto::RandomBelow));
  }

  void Start(std::string what, bool background, std::function<Told()> work) {
    {
      const std::lock_guard lock(retry_mutex_);
      retries_ = 0;
    }
    background_ = background;
    if (!background) Say(state_, Tone::kPlain, {});  // what was said is of another sale
    working_ = std::move(what);
    job_ = std::async(std::launch::async, std::move(work));
  }

  // Ends a job that is done, begins one that is due.
  void Turn() {
    if (job_ && job_->wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
      const Told told = job_->get();
      job_.reset();
      if (!background_) busy_until_ms_ = base::SteadyMs();
      told();
      if (const auto added = Add(); !added) Break(added.error());
      if (waiting_ && !job_) Do(std::exchange(waiting_, std::nullopt).value());
    }
    ShowWork();
    if (job_) return;
    const std::int64_t now = base::SteadyMs();
    state_.unsettled = till_.journal().pending().has_value();
    const bool unknown = state_.unsettled && !unprinted_;
    if (unknown && now >= next_settle_) return Settle(now);
    if (!unknown && now >= next_status_) return AskStatus(now);
    if (!unknown && state_.online && now >= next_check_) CheckSealed(now);
  }

  // What is under way and, when attempts fail, why the last one did.
  void ShowWork() {
    state_.working.clear();
    if (waiting_) state_.working = Words("等待线路……", "Waiting for the line ...");
    if (!job_ || background_) return;
    state_.working = working_;
    const std::lock_guard lock(retry_mutex_);
    if (retries_ == 0) return;
    const auto sentence =
        state_.chinese ? base::SentenceZh(retried_for_.code) : base::SentenceEn(retried_for_.code);
    state_.working += Words("  已重试 ", "  tried again ") + std::to_string(retries_) +
                      Words(" 次：", " times: ") + std::string(sentence);
    const bool central_answers = retried_for_.code != ErrorCode::kDisconnected &&
                                 retried_for_.code != ErrorCode::kTlsFailure &&
                                 retried_for_.code != ErrorCode::kTimeout;
    state_.online = central_answers;
  }

  void Do(Effect effect) {
    if (std::holds_alternative<std::monostate>(effect)) return;
    if (job_) {  // only the question for the status: its answer comes first
      waiting_ = std::move(effect);
      return;
    }
    std::visit([this](auto& e) { Begin(e); }, effect);
  }

  void Begin(std::monostate) {}
  void Begin(Quit) { quit_ = true; }

  void Begin(SellIt& sell) {
    Start(Words("正在售票……", "Selling ..."), false, [this, order = sell.order]() -> Told {
      if (const auto ready = printer_.Ready(); !ready)
        return [this, e = ready.error()] { OnFailed(state_, e); };
      auto sold = till_.Sell(order, "counter");
      if (!sold) return [this, e = sold.error()] { NotSold(e); };
      const auto printed = Print(*sold, false);
      return [this, sold = std::move(*sold), printed] {
        const Effect next = OnSold(state_, sold, base::SteadyMs(), crypto::RandomBelow);
        if (printed) return Do(next);
        if (state_.series_left != 0 || !std::holds_alternative<std::monostate>(next)) {
          ForgetTicket(state_);
          Hold(state_, Tone::kBad, {"其余各张未售出。", "The other tickets were not sold."});
        }
        NotPrinted(sold, printed.error());
      };
    });
  }

  void Begin(WasPrinted answer) {
    if (!unprinted_) return;
    if (answer.yes) {
      const auto confirmed = till_.ConfirmPrinted(unprinted_->message.decoded->sequence());
      unprinted_.reset();
      if (!confirmed) return OnFailed(state_, confirmed.error());
      return Say(state_, Tone::kGood, {"已确认。", "Noted."});
    }
    Start(Words("正在补打……", "Printing again ..."), false, [this]() -> Told {
      auto printed = printer_.Ready();
      if (printed) printed = till_.NoteReprint();
      if (printed) printed = Print(*unprinted_, true);
      return [this, printed] {
        if (!printed) return NotPrinted(*unprinted_, printed.error());
        unprinted_.reset();
        Say(state_, Tone::kGood,
            {"已补打，票面有“补打”字样。", "Printed again, marked as a reprint."});
      };
    });
  }

  void Begin(AskTicket& ask) {
    Start(Words("正在查票……", "Asking ..."), false, [this, code = ask.code]() -> Told {
      auto status = till_.AskTicket(code);
      return [this, status = std::move(status)] {
        if (status) return OnTicket(state_, *status, base::SteadyMs());
        state_.ticket.reset();  // nothing is known of it
        Refused(status.error());
      };
    });
  }

  void Begin(PayIt& pay) {
    if (state_.cashier.empty()) return OnRefused(state_, {ErrorCode::kNotSignedOn, ""});
    Start(Words("正在兑奖……", "Paying ..."), false, [this, pay]() -> Told {
      if (MayGiveExchange(pay.status)) {
        if (const auto ready = printer_.Ready(); !ready)
          return [this, e = ready.error()] { OnFailed(state_, e); };
      }
      const auto print = [this](const Confirmed& exchange) { return Print(exchange, false); };
      auto paid = ClaimTicket(till_, pay.status, pay.secret, print);
      return [this, paid = std::move(paid)] {
        if (!paid) return Refused(paid.error());
        OnPaid(state_, paid->amount, paid->refusal ? &*paid->refusal : nullptr,
               paid->exchange.has_value());
        if (paid->exchange && !paid->printed) NotPrinted(*paid->exchange, paid->printed.error());
      };
    });
  }

  void Begin(TakeItBack& back) {
    if (state_.cashier.empty()) return OnRefused(state_, {ErrorCode::kNotSignedOn, ""});
    const auto& orders = reader_.reports().orders;
    const auto sold = orders.find({back.code.origin, back.code.index});
    if (sold == orders.end()) return OnRefused(state_, {ErrorCode::kNotYourTicket, ""});
    Start(Words("正在注销……", "Voiding ..."), false, [this, back, order = sold->second]() -> Told {
      auto done = till_.Void(back.code.origin, back.code.index, order.hash, back.secret.s);
      return [this, done = std::move(done), price = order.price] {
        done ? OnTakenBack(state_, done->receipt, price) : Refused(done.error());
      };
    });
  }

  void Begin(ReplayIt& replay) {
    const auto& orders = reader_.reports().orders;
    const auto sold = orders.find({replay.code.origin, replay.code.index});
    if (sold == orders.end())
      return OnRefused(
          state_, {ErrorCode::kNotYourTicket, "只能再买本机售出的票 only of tickets sold here"});
    wire::Order order;
    LOTTERY_CHECK(order.ParseFromString(sold->second.order));  // the journal's reader wrote it
    OnReplay(state_, order, base::SteadyMs());
  }

  void Begin(SignOnAs& on) {
    if (const auto known = cashiers_.Check(on.cashier, on.pin, base::SteadyMs()); !known)
      return OnRefused(state_, known.error());
    const bool open = reader_.reports().open();
    const std::string last = open ? reader_.reports().shifts.back().cashier : "";
    if (open && last == on.cashier) {
      state_.cashier = last;
      return Say(state_, Tone::kGood, {"已签到，班次继续。", "Signed on; the shift goes on."});
    }
    std::optional<Shift> left;
    if (open) {  // the one before has left without signing off
      if (const auto done = till_.SignOff(ToJson(state_.shift)); !done)
        return OnRefused(state_, done.error());
      if (const auto added = Add(); !added) return Break(added.error());
      left = reader_.reports().shifts.back();
    }
    if (const auto done = till_.SignOn(on.cashier); !done) return OnRefused(state_, done.error());
    state_.cashier = on.cashier;
    if (const auto added = Add(); !added) return Break(added.error());
    Say(state_, Tone::kGood, {"已签到。", "Signed on."});
    if (!left) return;
    const std::string yuan = left->report.Net().ToYuanText();
    Hold(state_, Tone::kGood,
         {"收银员 " + last + " 的班次已结束，应交现金 " + yuan + " 元。",
          "The shift of cashier " + last + " is over; " + yuan + " yuan to hand over."});
    PrintShift(*left);
  }

  // Added up once more from the first entry on: what is handed over is what the journal says.
  void Begin(SignOff) {
    reader_ = {};
    read_ = 0;
    if (const auto added = Add(); !added) return Break(added.error());
    const Report report = state_.shift;
    if (const auto done = till_.SignOff(ToJson(report)); !done)
      return OnRefused(state_, done.error());
    if (const auto added = Add(); !added) return Break(added.error());
    state_.cashier.clear();
    Hold(state_, Tone::kGood,
         {"已签退，应交现金 " + report.Net().ToYuanText() + " 元。",
          "Signed off; hand over " + report.Net().ToYuanText() + " yuan."});
    Begin(terminal::PrintReport{});
  }

  // Of the shift whose report could not be printed; else of the one that is open, or of the last.
  void Begin(terminal::PrintReport) {
    if (!unprinted_shifts_.empty()) return PrintShift(unprinted_shifts_.front());
    if (reader_.reports().shifts.empty())
      return Say(state_, Tone::kBad, {"还没有班次。", "There is no shift yet."});
    PrintShift(reader_.reports().shifts.back());
  }

  void PrintShift(const Shift& shift) {
    Start(Words("正在打印报表……", "Printing the report ..."), false, [this, shift]() -> Told {
      const auto printed = PrintSlip(shift);
      return [this, shift, printed] { OnShiftPrinted(shift, printed); };
    });
  }

  void OnShiftPrinted(const Shift& shift, const Status& printed) {
    std::erase_if(unprinted_shifts_, [&](const Shift& s) { return s.from.ms == shift.from.ms; });
    if (printed) return;
    if (shift.until.ms != 0) unprinted_shifts_.push_back(shift);  // the open one is not over yet
    const std::string code(base::NameOf(printed.error().code));
    Hold(state_, Tone::kBad,
         {"收银员 " + shift.cashier + " 的报表未打印：" +
              std::string(base::SentenceZh(printed.error().code)) + " [" + code + "]",
          "The report of cashier " + shift.cashier + " is not printed: " +
              std::string(base::SentenceEn(printed.error().code)) + " [" + code + "]"},
         {"处理打印机后按 r，再按 p 打印。", "See to the printer, then r and p print it."});
  }

  Status PrintSlip(const Shift& shift) {
    LOTTERY_TRY(const auto image, SlipImage("交班报表 Shift report",
                                            ReportLines(shift, config_.counter.terminal,
                                                        config_.counter.commission_permille),
                                            config_.paper));
    LOTTERY_TRY_VOID(printer_.Ready());
    return printer_.Print(image, "shift-" + std::to_string(config_.counter.terminal) + "-" +
                                     std::to_string(shift.from.ms));
  }

  // A message whose fate an earlier run, or a dead line, left unknown.
  void Settle(std::int64_t now) {
    settle_wait_ms_ = std::min(std::max(kSettleMs, 2 * settle_wait_ms_), kLongestSettleMs);
    next_settle_ = now + settle_wait_ms_;
    const auto& pending = *till_.journal().pending();
    const auto asked = protocol::DecodeMessage(pending.message, pending.signature);
    const bool sale = asked && asked->decoded->has_order();
    Start(
        Words("正在核对上一笔……", "Settling the last message ..."), false, [this, sale]() -> Told {
          auto settled = till_.Settle();
          return [this, sale, settled = std::move(settled)] {
            if (!settled) return NotSettled(settled.error());
            settle_wait_ms_ = 0;
            if (!*settled)
              return sale
                         ? Hold(state_, Tone::kBad,
                                {"上一笔未售出，未扣款。", "The last one was not sold."})
                         : Hold(
                               state_, Tone::kBad,
                               {"上一笔未办成：未售出，未付款，未退款。",
                                "The last one was refused: nothing was sold, paid or given back."});
            const Confirmed& done = **settled;
            done.message.decoded->has_order() ? OnSettledSale(state_, done) : Settled(done);
            if (!GivesTicket(done.message, done.receipt)) return;
            unprinted_ = done;
            AskPrinted(state_);
          };
        });
  }

  // The first failure is a notice; those after it only take the place of the message.
  void NotSettled(const base::Error& error) {
    if (settle_wait_ms_ <= kSettleMs) return Refused(error);
    OnLine(state_, &error);
    OnRefused(state_, error);
  }

  // The journal keeps a message whose fate is not known.
  void NotSold(const base::Error& error) {
    if (!till_.journal().pending()) return Refused(error);
    OnLine(state_, &error);
    OnUnknown(state_, error);
  }

  // Whoever stood at the counter then has to be given what came of it.
  void Settled(const Confirmed& settled) {
    const auto& m = *settled.message.decoded;
    if (m.has_claim()) return SettledClaim(settled.receipt.claim());
    const auto& orders = reader_.reports().orders;
    const auto order = orders.find({m.void_().origin(), m.void_().index()});
    if (m.has_void_() && order != orders.end())
      return OnTakenBack(state_, settled.receipt, order->second.price);
    Say(state_, Tone::kGood, {"上一笔已核对。", "The last message is settled."});
  }

  // Paid before is by this very claim, in an earlier run or try: the customer may have the money.
  void SettledClaim(const wire::ClaimResult& claim) {
    const Money paid = Money::FromFen(claim.paid_fen());
    if (claim.outcome() == wire::ClaimResult::REFUSED)
      return OnFailed(state_,
                      {base::ErrorCodeFrom(claim.refusal()).value_or(ErrorCode::kInternal), ""});
    if (claim.outcome() == wire::ClaimResult::PAID)
      return OnPaid(state_, paid, nullptr, claim.has_exchange());
    const std::string yuan = paid.ToYuanText(), at = base::ToBeijingText({claim.paid_at_ms()});
    Hold(state_, Tone::kPlain,
         {"上一笔兑奖 " + yuan + " 元已于 " + at + " 记付。",
          "The last claim of " + yuan + " yuan was paid at " + at + "."},
         {"顾客尚未收到时才付，不要付两次。", "Pay it only if the customer has not had it."});
  }

  void AskStatus(std::int64_t now) {
    next_status_ = now + kStatusMs;
    Start("", true, [this]() -> Told {
      auto status = till_.AskStatus();
      const auto printer = printer_.Ready();
      return [this, status = std::move(status), printer] {
        state_.printer_fault = {};
        if (!printer)
          state_.printer_fault = {std::string(base::SentenceZh(printer.error().code)),
                                  std::string(base::SentenceEn(printer.error().code))};
        if (!status) return OnLine(state_, &status.error());
        OnStatus(state_, *status, base::SteadyMs());
        calendar_ = CalendarOf(*status);
      };
    });
  }

  // A draw that is sealed is checked against the journal while nobody waits; the control is told.
  void CheckSealed(std::int64_t now) {
    next_check_ = now + kCheckMs;
    if (config_.control.empty()) return;
    const auto due = DueChecks(reader_.reports(), state_.status);
    if (due.empty()) return;
    const auto& own = reader_.reports().draws.at(protocol::OriginOf(trust_.operator_name, due[0]));
    Start("", true, [this, draw = due[0], own, at = clock_.Now()]() -> Told {
      auto checked =
          CheckAndReport(till_, trust_, draw, own, config_.counter.terminal, at, config_.control);
      return [this, checked = std::move(checked)] {
        if (!checked) return;  // tried again
        next_check_ = 0;       // the next draw, if there is one
        if (!checked->judged) OnFailed(state_, checked->judged.error());
      };
    });
  }

  // On the job's thread.
  Status Print(const Confirmed& sold, bool reprint) {
    TicketFace face = FaceOf(sold, calendar_);
    face.reprint = reprint;
    face.training = config_.counter.training;
    LOTTERY_TRY(const auto image, TicketImage(face, config_.paper));
    LOTTERY_TRY_VOID(printer_.Print(image, face.terminal + (reprint ? "-reprint" : "")));
    return till_.ConfirmPrinted(sold.message.decoded->sequence());
  }

  // It is sold and paid for, or a prize is paid: only whether there is paper is open.
  void NotPrinted(Confirmed sold, const base::Error& error) {
    const std::string number = std::to_string(sold.message.decoded->sequence());
    const bool order = sold.message.decoded->has_order();
    const std::string zh =
        order ? "已售出第 " + number + " 号票，未打印：" : "奖金已记付，兑换票未打印：";
    const std::string en = order ? "Sold number " + number + ", NOT printed: "
                                 : "The prize is paid, the exchange ticket NOT printed: ";
    Say(state_, Tone::kBad,
        {zh + std::string(base::SentenceZh(error.code)),
         en + std::string(base::SentenceEn(error.code))},
        {"处理打印机后按 n 补打；票已完整打出则按 y。",
         "See to the printer, then n prints it again; y if the whole ticket is there."});
    unprinted_ = std::move(sold);
    AskPrinted(state_);
  }

  // Somebody waits for what came of it: it stays until it is acknowledged.
  void Refused(const base::Error& error) {
    const bool no_line =
        error.code == ErrorCode::kDisconnected || error.code == ErrorCode::kTimeout ||
        error.code == ErrorCode::kTlsFailure || error.code == ErrorCode::kBadCertificate;
    if (no_line) OnLine(state_, &error);
    OnFailed(state_, error);
  }

  // What the journal holds that has not been added up yet.
  Status Add() {
    LOTTERY_TRY(const auto entries, till_.journal().EntriesFrom(read_));
    for (const auto& entry : entries) LOTTERY_TRY_VOID(reader_.Take(entry));
    const auto& reports = reader_.reports();
    state_.shift = reports.open() ? reports.shifts.back().report : Report();
    const auto day = reports.days.find(base::BeijingDay(clock_.Now()));
    state_.day = day == reports.days.end() ? Report() : day->second;
    return {};
  }

  void Break(const base::Error& error) {
    broken_ = tl::unexpected<base::Error>(error);
    quit_ = true;
  }

  std::string Words(const char* zh, const char* en) const { return state_.chinese ? zh : en; }

  Till& till_;
  Printer& printer_;
  Cashiers cashiers_;
  const base::Clock& clock_;
  const protocol::Trust& trust_;
  const ShellConfig& config_;
  CounterState state_;
  Calendar calendar_;
  ReportReader reader_;
  std::size_t read_ = 0;  // octets of the journal
  std::optional<std::future<Told>> job_;
  std::optional<Effect> waiting_;
  bool background_ = false, quit_ = false;
  std::string working_;
  Keyboard keyboard_;
  std::int64_t busy_until_ms_ = 0;  // when the last job that was waited for ended
  bool visible_ = true;             // whether the window had room for the screen
  std::int64_t hidden_until_ms_ = -1;
  std::mutex retry_mutex_;
  int retries_ = 0;                                    // guarded by retry_mutex_
  base::Error retried_for_{ErrorCode::kInternal, ""};  // guarded: of the last attempt
  std::optional<Confirmed> unprinted_;
  std::deque<Shift> unprinted_shifts_;  // their reports; the oldest is printed first
  std::int64_t next_status_ = 0, next_settle_ = 0, next_check_ = 0, settle_wait_ms_ = 0;
  Status broken_;
};

}  // namespace

Status RunCounter(Till& till, Printer& printer, const std::string& folder, const base::Clock& clock,
                  const protocol::Trust& trust, const ShellConfig& config) {
  LOTTERY_TRY_VOID(TerminalScreen::Check());
  LOTTERY_TRY(auto cashiers, Cashiers::Read(folder));
  return Shell(till, printer, std::move(cashiers), clock, trust, config).Run();
}

}  // namespace lottery::terminal
