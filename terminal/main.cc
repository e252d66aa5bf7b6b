// lottery-terminal: the retailer's program. Parses the command line and wires; the work is in
// till.h.
#include <iostream>
#include <sstream>

#include "base/cli.h"
#include "base/command_line.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/start.h"
#include "base/text.h"
#include "crypto/keyset.h"
#include "crypto/tls.h"
#include "protocol/documents.h"
#include "protocol/library_log.h"
#include "terminal/cashiers.h"
#include "terminal/claim.h"
#include "terminal/counter_shell.h"
#include "terminal/seal_check.h"
#include "terminal/slip.h"
#include "terminal/ticket.h"
#include "terminal/till.h"

namespace {
using namespace lottery;
using base::ErrorCode;
using base::Fail;
using base::Result;
using json_object = base::json::object;

struct Options {
  std::string address, trust, ca, certificate, tls_key, key, folder,
      cashier = "1", passphrase = "prompt", clock, out;
  std::string control;  // its http://host:port
  std::string slips, game = "ssq", public_code, secret_code, name;
  std::vector<std::string> bets;
  std::uint32_t terminal = 0, draw = 0, draws = 1, multiplier = 1;
  std::string printer, pictures, paper = "80";
  int commission_permille = 0;
  std::int64_t low_deposit_yuan = 2000, confirm_yuan = 1000;
  std::int64_t patience_ms = 0;  // for a line, before anything is signed
  bool json = false, unchecked = false, training = false, english = false, remove = false;
};

// A till with everything it leans on, in the order of their lives.
struct Counter {
  std::unique_ptr<base::Clock> clock;
  crypto::TlsContext context;
  protocol::Trust trust;
  std::unique_ptr<crypto::SigningKey> key;  // the till keeps a reference, so it must not move
  std::unique_ptr<terminal::Till> till;
  terminal::Calendar calendar;  // as far as central told it
  std::unique_ptr<terminal::Printer> printer;
};

Result<Counter> OpenCounter(const Options& o) {
  Counter counter;
  LOTTERY_TRY(counter.clock, base::OpenClock(o.clock));
  LOTTERY_TRY(const auto trust_text, base::ReadFile(o.trust));
  LOTTERY_TRY(counter.trust, protocol::OpenTrust(trust_text));
  const auto& trust = counter.trust;
  const bool never_valid =
      protocol::IsTraining(trust.operator_name) || protocol::IsRehearsal(trust.operator_name);
  if (never_valid != o.training) return Fail(ErrorCode::kTrainingMix, trust.operator_name);
  const auto record_keys = trust.KeysFor("record");
  if (record_keys.size() != 1) return Fail(ErrorCode::kBadKey, "trust.json names one record key");
  crypto::Identity own;
  LOTTERY_TRY(own.certificate_pem, base::ReadFile(o.certificate));
  LOTTERY_TRY(own.key_pem, base::ReadFile(o.tls_key));
  LOTTERY_TRY(const auto ca, base::ReadFile(o.ca));
  LOTTERY_TRY(counter.context, crypto::MakeTlsContext(false, own, ca));
  LOTTERY_TRY(
      const auto phrase,
      crypto::ReadPassphrase(o.passphrase, "终端密钥口令 / passphrase of the terminal key"));
  LOTTERY_TRY(auto key, crypto::LoadSigningKey(o.key, phrase, "terminal"));
  counter.key = std::make_unique<crypto::SigningKey>(std::move(key));
  LOTTERY_TRY_VOID(terminal::CheckCashier(o.cashier));
  if (!o.printer.empty() && !o.pictures.empty())
    return Fail(ErrorCode::kUsage, "--printer or --pictures, not both");
  LOTTERY_TRY(counter.till,
              terminal::Till::Open({o.address, o.terminal, o.cashier, o.folder, record_keys[0],
                                    trust.operator_name, trust, o.patience_ms},
                                   counter.context.get(), *counter.key, *counter.clock));
  if (!o.printer.empty())
    counter.printer = terminal::DevicePrinter(o.printer);
  else if (!o.pictures.empty())
    counter.printer = terminal::FolderPrinter(o.pictures);
  if (counter.printer) {
    LOTTERY_TRY(const auto paper, terminal::PaperFrom(o.paper));
    LOTTERY_TRY_VOID(terminal::CheckFonts(paper));
  }
  if (!o.out.empty()) LOTTERY_TRY_VOID(base::MakeFolders(o.out));
  return counter;
}

// JSON shows no secret: a ticket that went nowhere else could never be paid. Errors: kUsage.
base::Status CheckPlaceForTicket(const Options& o) {
  const bool place = !o.printer.empty() || !o.pictures.empty() || !o.out.empty();
  if (place || !o.json) return {};
  return Fail(ErrorCode::kUsage, "a ticket under --json: --printer, --pictures or --out FOLDER");
}

// Printing: the ticket is on paper, or durable as picture or text, before the journal forgets its
// secrets.
Result<json_object> Print(const Options& o, Counter& counter, const terminal::Confirmed& sold,
                          const std::string& slip, bool reprint) {
  terminal::TicketFace face = terminal::FaceOf(sold, counter.calendar);
  face.reprint = reprint;
  face.training = o.training;
  const std::string text = terminal::TicketText(face);
  const bool exchange = !face.original.empty();
  LOTTERY_TRY_VOID(CheckPlaceForTicket(o));
  json_object out{{"slip", slip},
                  {"outcome", exchange ? "exchanged" : "sold"},
                  {"sequence", static_cast<std::int64_t>(sold.message.decoded->sequence())},
                  {"public_code", face.codes.public_code},
                  {"balance_fen", sold.receipt.balance_fen()}};
  if (exchange)
    out["paid_fen"] = sold.receipt.claim().paid_fen();
  else
    out["price_fen"] = face.price.fen();
  if (counter.printer) {
    LOTTERY_TRY(const auto paper, terminal::PaperFrom(o.paper));
    LOTTERY_TRY(const auto image, terminal::TicketImage(face, paper));
    LOTTERY_TRY_VOID(counter.printer->Print(image, face.terminal));
  }
  if (!o.out.empty()) {
    const std::string path = o.out + "/" + face.terminal + ".txt";
    LOTTERY_TRY_VOID(base::WriteFile(path, text, 0600));
    out["ticket"] = path;
  }
  if (!o.json) LOTTERY_TRY_VOID(base::PrintLine(text));
  if (reprint) LOTTERY_TRY_VOID(counter.till->NoteReprint());
  LOTTERY_TRY_VOID(counter.till->ConfirmPrinted(sold.message.decoded->sequence()));
  return out;
}

Result<json_object> SellOne(const Options& o, Counter& counter, terminal::Slip slip) {
  if (counter.printer) LOTTERY_TRY_VOID(counter.printer->Ready());
  LOTTERY_TRY(const auto sold, counter.till->Sell(std::move(slip.order), slip.id));
  LOTTERY_TRY(auto out, Print(o, counter, sold, slip.id, false));
  if (!slip.take_back) return out;
  const auto& part = sold.receipt.parts(0);
  LOTTERY_TRY(const auto voided,
              counter.till->Void(part.origin(), part.index(), sold.message.hash, sold.receipt.s()));
  out["outcome"] = "void";
  out["balance_fen"] = voided.receipt.balance_fen();
  return out;
}

json_object Refused(const std::string& slip, const base::Error& error, bool unknown) {
  json_object out{{"slip", slip},
                  {"outcome", unknown || base::IsTransient(error.code) ? "unknown" : "refused"}};
  for (auto& [key, value] : base::ToJson(error)) out[key] = value;
  return out;
}

// What is refused is told with its slip and its reason, in words too. Errors: kOutputFailed.
base::Status Show(const Options& o, const json_object& object) {
  if (o.json) return base::PrintLine(base::ToLine(object));
  if (!object.contains("zh")) return {};
  const auto text = [&](const char* key) {
    const auto value = base::GetString(object, key);
    return value ? *value : std::string();
  };
  const std::string slip = text("slip") + ": ";
  return base::PrintText(slip + text("zh") + "\n" + slip + text("en") + " [" + text("code") + "] " +
                         text("detail") + "\n");
}

// A message left by a run that died is settled before anything else is sold.
Result<json_object> SettleFirst(const Options& o, Counter& counter) {
  if (!counter.till->journal().pending()) return json_object{};
  const std::string slip = counter.till->journal().pending()->slip;
  auto settled = counter.till->Settle();
  if (!settled) return tl::unexpected<base::Error>(settled.error());
  if (!*settled) return json_object{{"slip", slip}, {"outcome", "not_sold"}};
  if (!terminal::GivesTicket((*settled)->message, (*settled)->receipt)) {
    json_object out{{"slip", slip}, {"outcome", "settled"}};
    const auto& receipt = (*settled)->receipt;
    if (!receipt.has_claim()) return out;
    const auto& claim = receipt.claim();
    if (claim.outcome() == wire::ClaimResult::REFUSED) {
      const auto code = base::ErrorCodeFrom(claim.refusal()).value_or(ErrorCode::kInternal);
      out["refused"] = base::NameOf(code);
    } else {
      out["paid_fen"] = claim.paid_fen();
    }
    return out;
  }
  return Print(o, counter, **settled, slip, true);  // it may have been printed before the crash
}

// The lines of a file, or of standard input as they come. Errors: kFileMissing.
class SlipLines {
 public:
  static Result<SlipLines> Open(const std::string& path) {
    SlipLines lines;
    if (path == "-") return lines;
    LOTTERY_TRY(auto text, base::ReadFile(path));
    lines.file_ = std::make_unique<std::istringstream>(std::move(text));
    return lines;
  }
  // The next line that is not blank, without line end and byte order mark.
  bool Next(std::string& line) {
    std::istream& in = file_ ? static_cast<std::istream&>(*file_) : std::cin;
    while (std::getline(in, line)) {
      line = base::Trim(++number_ == 1 ? base::WithoutBom(line) : line);
      if (!line.empty()) return true;
    }
    return false;
  }
  std::int64_t number() const { return number_; }

 private:
  std::unique_ptr<std::istringstream> file_;
  std::int64_t number_ = 0;
};

Result<json_object> SellSlips(const Options& o, Counter& counter) {
  LOTTERY_TRY(auto lines, SlipLines::Open(o.slips));
  std::int64_t sold = 0, refused = 0, voided = 0, unknown = 0;
  for (std::string line; lines.Next(line);) {
    const auto slip = terminal::ParseSlip(line, !o.unchecked);
    std::string id = slip ? slip->id : terminal::SlipId(line);
    if (id.empty()) id = "line " + std::to_string(lines.number());
    auto result = slip ? SellOne(o, counter, *slip)
                       : Result<json_object>(tl::unexpected<base::Error>(slip.error()));
    const bool unprinted = !result && counter.till->journal().pending().has_value();
    const json_object shown = result ? *result : Refused(id, result.error(), unprinted);
    const auto outcome = shown.at("outcome").get_string();
    (outcome == "sold"      ? sold
     : outcome == "void"    ? voided
     : outcome == "unknown" ? unknown
                            : refused) += 1;
    LOTTERY_TRY_VOID(Show(o, shown));  // nothing more is sold when nobody reads what came of it
    // A ticket that is sold and not printed, or not settled, comes before the next slip.
    if (!result && (outcome == "unknown" || counter.till->journal().pending()))
      return tl::unexpected<base::Error>(result.error());
  }
  json_object answer{{"sold", sold}, {"void", voided}, {"refused", refused}};
  if (sold + voided + refused == 0)
    return base::WithRefusal({ErrorCode::kSlipsRefused, "no slip to sell"}, std::move(answer));
  if (refused == 0) return answer;
  return base::WithRefusal({ErrorCode::kSlipsRefused, std::to_string(refused) + " slips"},
                           std::move(answer));
}

Result<json_object> Sell(const Options& o) {
  if (!o.slips.empty() && (!o.bets.empty() || o.draw != 0 || o.multiplier != 1 || o.draws != 1))
    return Fail(ErrorCode::kUsage, "--slips, or --draw, --bet, --draws and --multiplier");
  LOTTERY_TRY_VOID(CheckPlaceForTicket(o));
  LOTTERY_TRY(auto counter, OpenCounter(o));
  LOTTERY_TRY(const auto settled, SettleFirst(o, counter));
  if (!settled.empty()) LOTTERY_TRY_VOID(Show(o, settled));
  // The days of the draws; a ticket stands without them when central does not tell. A line that
  // will not be accepted by waiting is said at once.
  const auto status = counter.till->AskStatus();
  if (status) counter.calendar = terminal::CalendarOf(*status);
  if (!status && !base::IsTransient(status.error().code))
    return tl::unexpected<base::Error>(status.error());
  if (!o.slips.empty()) return SellSlips(o, counter);
  json_object as_json{{"id", "counter"},
                      {"game", o.game},
                      {"draw", o.draw},
                      {"draws", o.draws},
                      {"multiplier", o.multiplier}};
  base::json::array bets;
  for (const auto& text : o.bets) bets.push_back(base::json::string(text));
  as_json["bets"] = std::move(bets);
  LOTTERY_TRY(auto slip, terminal::ParseSlip(base::ToLine(as_json), !o.unchecked));
  return SellOne(o, counter, std::move(slip));
}

json_object Shown(const terminal::Paid& paid) {
  json_object out{{"outcome", paid.fresh ? "paid" : "paid_before"},
                  {"claims", paid.claims},
                  {"paid_fen", paid.amount.fen()},
                  {"tax_fen", paid.tax.fen()},
                  {"paid_at", base::ToIso(paid.at)},
                  {"terminal", paid.terminal}};
  if (paid.refusal) out["refused"] = base::ToJson(*paid.refusal);
  if (paid.exchange && !paid.printed) out["not_printed"] = base::ToJson(paid.printed.error());
  return out;
}

// One claim for each draw of the ticket that has an unpaid prize.
Result<json_object> Claim(const Options& o) {
  LOTTERY_TRY(const auto code, protocol::ParsePublicCode(o.public_code));
  LOTTERY_TRY(auto counter, OpenCounter(o));
  LOTTERY_TRY(const auto before, SettleFirst(o, counter));
  if (!before.empty()) LOTTERY_TRY_VOID(Show(o, before));
  // The public code goes first: a ticket that cannot be paid never shows its secret.
  LOTTERY_TRY(const auto status, counter.till->AskTicket(code));
  if (o.secret_code.empty()) return json_object{{"draws", terminal::DrawsOf(status)}};
  LOTTERY_TRY(const auto secret, protocol::ParseSecretCode(o.secret_code));
  json_object ticket;
  if (terminal::MayGiveExchange(status)) {
    if (!counter.printer && o.out.empty())
      return Fail(ErrorCode::kUsage, "an exchange ticket: --printer, --pictures or --out FOLDER");
    if (counter.printer) LOTTERY_TRY_VOID(counter.printer->Ready());
    if (const auto draws = counter.till->AskStatus())
      counter.calendar = terminal::CalendarOf(*draws);
  }
  const auto print = [&](const terminal::Confirmed& exchange) -> base::Status {
    LOTTERY_TRY(ticket, Print(o, counter, exchange, "claim", false));
    return {};
  };
  LOTTERY_TRY(const auto paid, terminal::ClaimTicket(*counter.till, status, secret, print));
  json_object out = Shown(paid);
  if (!ticket.empty()) out["exchange"] = std::move(ticket);
  return out;
}

Result<json_object> Status(const Options& o) {
  LOTTERY_TRY(auto counter, OpenCounter(o));
  LOTTERY_TRY(const auto status, counter.till->AskStatus());
  base::json::array draws;
  for (const auto& d : status.draws()) {
    draws.push_back(json_object{{"game", d.game()},
                                {"draw", d.draw()},
                                {"state", d.state()},
                                {"close", base::ToIso({d.close_ms()})}});
  }
  return json_object{
      {"terminal", status.terminal()},
      {"operator", status.operator_name()},
      {"enrolled", status.enrolled()},
      {"suspended", status.suspended()},
      {"sequence", static_cast<std::int64_t>(status.sequence())},
      {"journal_sequence", static_cast<std::int64_t>(counter.till->journal().last_sequence())},
      {"balance_fen", status.balance_fen()},
      {"time", base::ToIso({status.time_ms()})},
      {"draws", std::move(draws)}};
}

json_object Shown(const terminal::SealChecked& checked) {
  const auto& check = checked.check;
  json_object out{{"draw", check.draw.ToText()}, {"agrees", checked.judged.has_value()},
                  {"sales", check.own.sales},    {"sales_fen", check.own.sales_amount.fen()},
                  {"voids", check.own.voids},    {"voids_fen", check.own.voids_amount.fen()},
                  {"leaves", check.leaves},      {"missing", check.missing}};
  if (!checked.judged) out["refused"] = base::ToJson(checked.judged.error());
  return out;
}

// Every draw that is sealed and has not been checked: the journal, read from its first entry,
// against the seal. The control hears of each before the next.
Result<json_object> Check(const Options& o) {
  LOTTERY_TRY(auto counter, OpenCounter(o));
  LOTTERY_TRY(const auto settled, SettleFirst(o, counter));
  if (!settled.empty()) LOTTERY_TRY_VOID(Show(o, settled));
  terminal::ReportReader reader;
  std::size_t from = 0;
  LOTTERY_TRY(const auto entries, counter.till->journal().EntriesFrom(from));
  for (const auto& entry : entries) LOTTERY_TRY_VOID(reader.Take(entry));
  LOTTERY_TRY(const auto status, counter.till->AskStatus());
  std::int64_t checked_draws = 0, differ = 0;
  for (const auto& draw : terminal::DueChecks(reader.reports(), status)) {
    const auto& own =
        reader.reports().draws.at(protocol::OriginOf(counter.trust.operator_name, draw));
    LOTTERY_TRY(const auto checked,
                terminal::CheckAndReport(*counter.till, counter.trust, draw, own, o.terminal,
                                         counter.clock->Now(), o.control));
    ++checked_draws;
    if (!checked.judged) ++differ;
    const json_object shown = Shown(checked);
    LOTTERY_TRY_VOID(base::PrintLine(o.json ? base::ToLine(shown) : base::ToPretty(shown)));
  }
  if (differ != 0) return Fail(ErrorCode::kSealDiffers, std::to_string(differ) + " draws");
  return json_object{{"checked", checked_draws}};
}

// The counter on this screen, until its cashier leaves.
Result<json_object> RunTill(const Options& o) {
  LOTTERY_TRY(auto counter, OpenCounter(o));
  if (!counter.printer) return Fail(ErrorCode::kUsage, "--printer DEVICE or --pictures FOLDER");
  LOTTERY_TRY(const auto paper, terminal::PaperFrom(o.paper));
  LOTTERY_TRY(const auto low, base::Money::FromYuan(o.low_deposit_yuan));
  LOTTERY_TRY(const auto confirm, base::Money::FromYuan(o.confirm_yuan));
  const terminal::ShellConfig config{
      {o.terminal, o.training, o.commission_permille, low, confirm, counter.trust.operator_name},
      paper,
      !o.english,
      o.control};
  LOTTERY_TRY_VOID(terminal::RunCounter(*counter.till, *counter.printer, o.folder, *counter.clock,
                                        counter.trust, config));
  return json_object{};
}

// A cashier gets a PIN, typed twice where it is typed by hand, or is taken off the list. The
// journal's folder is this program's alone, so the till must not run.
Result<json_object> Cashier(const Options& o) {
  if (!base::Exists(o.folder))  // a folder that is mistyped would hold PINs nobody asks for
    return tl::unexpected<base::Error>({base::ErrorCode::kFileMissing, "no journal", o.folder});
  if (o.name.empty() && (o.remove || o.passphrase != "prompt"))
    return Fail(ErrorCode::kUsage, "--name: whose PIN?");
  if (o.remove && o.passphrase != "prompt")
    return Fail(ErrorCode::kUsage, "--pin or --remove, not both");
  LOTTERY_TRY(const auto lock, base::FolderLock::Take(o.folder));
  LOTTERY_TRY(auto cashiers, terminal::Cashiers::Read(o.folder));
  if (o.remove) {
    LOTTERY_TRY_VOID(cashiers.Remove(o.name));
  } else if (!o.name.empty()) {
    LOTTERY_TRY(const auto pin, crypto::ReadPassphrase(o.passphrase, "口令 / PIN"));
    if (o.passphrase == "prompt") {
      LOTTERY_TRY(const auto again, crypto::ReadPassphrase(o.passphrase, "再输一次 / once more"));
      if (again.Reveal() != pin.Reveal()) return Fail(ErrorCode::kUsage, "the two PINs differ");
    }
    LOTTERY_TRY_VOID(cashiers.Set(o.name, pin.Reveal()));
  }
  base::json::array names;
  for (const auto& name : cashiers.Names()) names.push_back(base::json::string(name));
  return json_object{{"cashiers", std::move(names)}};
}

Result<json_object> NewKey(const Options& o) {
  LOTTERY_TRY(const auto phrase, crypto::ReadPassphrase(o.passphrase, "新口令 / new passphrase"));
  LOTTERY_TRY(const auto public_key, crypto::NewKeyFile(o.key, "terminal", o.name, phrase));
  return json_object{{"key", o.key}, {"public_key", base::ToHex(public_key)}};
}

void AddPaper(CLI::App* verb, Options& o) {
  verb->add_option("--printer", o.printer, "打印机 device that takes ESC/POS, e.g. /dev/usb/lp0");
  verb->add_option("--pictures", o.pictures, "folder for tickets as PNG, when there is no printer");
  verb->add_option("--paper", o.paper, "纸宽 58 or 80 mm")->capture_default_str();
}

void AddLine(CLI::App* verb, Options& o) {
  verb->add_option("--central", o.address, "中心地址 central's host:port")->required();
  verb->add_option("--terminal", o.terminal, "终端号 terminal id")->required();
  verb->add_option("--trust", o.trust, "trust.json of the operator")->required();
  verb->add_option("--ca", o.ca, "root certificate (PEM)")->required();
  verb->add_option("--certificate", o.certificate, "own certificate (PEM)")->required();
  verb->add_option("--tls-key", o.tls_key, "own TLS key (PEM)")->required();
  verb->add_option("--key", o.key, "signing key file")->required();
  verb->add_option("--passphrase", o.passphrase, "prompt, fd:N or file:PATH")
      ->capture_default_str();
  verb->add_option("--journal", o.folder, "folder of the journal")->required();
  verb->add_option("--cashier", o.cashier, "收银员 cashier")->capture_default_str();
  verb->add_option("--clock", o.clock, "demo clock file");
  verb->add_flag("--training", o.training,
                 "培训 training: an operator named *.training or *.rehearsal, tickets never valid");
  verb->add_flag("--json", o.json, "one JSON object a line");
}

}  // namespace

static int Run(int argc, char** argv) {
  Options o;
  base::LogOnlyWarnings();
  CLI::App app("lottery-terminal 终端: sells, voids, claims / 销售、注销、兑奖");
  app.require_subcommand(1);
  auto* sell = app.add_subcommand("sell", "销售 sell from flags or from a file of slips");
  AddLine(sell, o);
  sell->add_option("--slips", o.slips, "JSON lines, - for standard input");
  sell->add_option("--draw", o.draw, "期号 draw number YYYYNNN");
  sell->add_option("--draws", o.draws, "期数 how many draws")->capture_default_str();
  sell->add_option("--game", o.game, "ssq, 3d, qlc or kl8")->capture_default_str();
  sell->add_option("--multiplier", o.multiplier, "倍数 multiplier")->capture_default_str();
  sell->add_option("--bet", o.bets, "\"01 05 11 17 23 30 + 09\"; bankers before |");
  AddPaper(sell, o);
  sell->add_option("--out", o.out, "folder for tickets as text");
  sell->add_flag("--unchecked", o.unchecked, "send slips as they are and let central refuse");
  auto* till = app.add_subcommand("till", "柜台 sell, pay and void at this screen, by keyboard");
  AddLine(till, o);
  AddPaper(till, o);
  till->add_option("--commission-permille", o.commission_permille,
                   "代销费率 shown, not settled by it; 0 shows none")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  till->add_option("--low-deposit-yuan", o.low_deposit_yuan, "预存款低于此数即提醒")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  till->add_option("--confirm-yuan", o.confirm_yuan,
                   "一次售出或兑付超过此数须再按回车 a sum above this asks for a second Enter")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  till->add_option("--control", o.control,
                   "监督 http://host:port of the control: sealed draws are checked and it is told");
  till->add_flag("--english", o.english, "begin in English");
  auto* claim = app.add_subcommand("claim", "兑奖 ask by public code, pay with the secret code");
  AddLine(claim, o);
  claim->add_option("--public-code", o.public_code, "票面码")->required();
  claim->add_option("--secret-code", o.secret_code, "保密码");
  AddPaper(claim, o);
  claim->add_option("--out", o.out, "folder for an exchange ticket as text 兑换票");
  auto* status = app.add_subcommand("status", "状态 balance, sequence, draws");
  AddLine(status, o);
  auto* check = app.add_subcommand(
      "check", "核对 the journal against every draw sealed since, and tell the control");
  AddLine(check, o);
  check->add_option("--control", o.control, "监督 http://host:port of the control")->required();
  auto* cashier = app.add_subcommand(
      "cashier",
      "收银员 set a cashier's PIN, or list the cashiers; once one has a PIN all need one");
  cashier->add_option("--journal", o.folder, "folder of the journal")->required();
  cashier->add_option("--name", o.name, "收银员编号 cashier; the list when not given");
  cashier->add_option("--pin", o.passphrase, "prompt, fd:N or file:PATH")->capture_default_str();
  cashier->add_flag("--remove", o.remove, "take the cashier off the list");
  cashier->add_flag("--json", o.json, "JSON answer");
  auto* key = app.add_subcommand("key", "密钥 make a terminal key");
  key->add_option("--key", o.key, "file to make")->required();
  key->add_option("--name", o.name, "terminal's name")->required();
  key->add_option("--passphrase", o.passphrase, "prompt, fd:N or file:PATH")->capture_default_str();
  key->add_flag("--json", o.json, "JSON answer");
  if (const auto ended = base::ParseCommandLine(app, argc, argv)) return *ended;
  if (*sell || *claim) o.patience_ms = terminal::kGiveUpMs;
  if (*cashier) return base::Finish(Cashier(o), o.json);
  if (*sell) return base::Finish(Sell(o), o.json);
  if (*till) return base::Finish(RunTill(o), o.json);
  if (*claim) return base::Finish(Claim(o), o.json);
  if (*check) return base::Finish(Check(o), o.json);
  if (*status) return base::Finish(Status(o), o.json);
  return base::Finish(NewKey(o), o.json);
}

int main(int argc, char** argv) {
  return lottery::base::RunProgram(argc, argv, Run, lottery::protocol::SendLibraryOutputToLog);
}
