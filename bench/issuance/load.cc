#include "bench/issuance/load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <google/protobuf/io/coded_stream.h>
#include <openssl/pem.h>
#include <sys/socket.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <thread>

namespace lottery::bench {
using protocol::Frame;
using protocol::FrameType;
using protocol::net::Connection;
using protocol::net::Descriptor;

namespace {

constexpr std::uint32_t kSeed = 7;
constexpr std::int64_t kAnswerWaitUs = 20'000'000;
constexpr std::int64_t kRecoveryWaitUs = 180'000'000;  // a database reads its log again
constexpr std::int64_t kPollUs = 200;
// Answers taken, and orders sent, before it looks again what is due: terminals are independent of
// each other, and one process that does all it has to in one go would send as many at once.
constexpr int kAtOnce = 64;
constexpr int kHandshakesAtOnce = 64;
constexpr std::int64_t kSampleEveryUs = 100'000;
constexpr int kVerificationsASample = 4;
constexpr std::size_t kReceiptOctets = 2000;  // more than their mean
constexpr std::int64_t kRedialUs = 100'000;
constexpr std::int64_t kLeastRetryUs = 1000;

std::int64_t NowUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int64_t At(const std::vector<std::int64_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(sorted.size() - 1, at)];
}

double MeanUs(const std::vector<std::int64_t>& ns) {
  const auto sum = std::accumulate(ns.begin(), ns.end(), std::int64_t{0});
  return ns.empty() ? 0 : static_cast<double>(sum) / static_cast<double>(ns.size()) / 1000;
}

std::int64_t TimeOf(const Frame& receipt_frame) {
  wire::Receipt receipt;
  LOTTERY_CHECK(receipt.ParseFromString(receipt_frame.body) && receipt.parts_size() > 0);
  return receipt.parts(0).time_ms();
}

// Without reading the whole receipt: central puts the field first when it is there.
std::int64_t NextAfterMs(const Frame& receipt_frame) {
  google::protobuf::io::CodedInputStream in(
      reinterpret_cast<const std::uint8_t*>(receipt_frame.body.data()),
      static_cast<int>(receipt_frame.body.size()));
  std::uint32_t wait_ms = 0;
  const bool there = in.ReadTag() == wire::Receipt::kNextAfterMsFieldNumber << 3;
  return there && in.ReadVarint32(&wait_ms) ? wait_ms : 0;
}

}  // namespace

// By second, in order of the answers.
base::json::array EachSecond(const std::vector<std::int64_t>& in_order, double seconds,
                             double share) {
  base::json::array out;
  const auto step = static_cast<std::ptrdiff_t>(static_cast<double>(in_order.size()) / seconds) + 1;
  for (auto at = in_order.begin(); at != in_order.end();) {
    const auto end = in_order.end() - at > step ? at + step : in_order.end();
    std::vector<std::int64_t> second(at, end);
    std::sort(second.begin(), second.end());
    out.push_back(std::llround(static_cast<double>(At(second, share)) / 1000));
    at = end;
  }
  return out;
}

base::json::object PhaseResult::ToJson(const std::string& name) {
  const auto each_second = EachSecond(from_send_us, seconds, 0.99);
  std::sort(from_intent_us.begin(), from_intent_us.end());
  std::sort(from_send_us.begin(), from_send_us.end());
  std::sort(verify_ns.begin(), verify_ns.end());
  const auto [least, most] = std::minmax_element(sold_by_terminal.begin(), sold_by_terminal.end());
  const auto ms = [](std::int64_t us) { return static_cast<double>(us) / 1000; };
  return {{"phase", name},
          {"sold", sold},
          {"busy", busy},
          {"told_to_wait", told_to_wait},
          {"refused_closed", refused_closed},
          {"refused_other", refused_other},
          {"refusal", refusal},
          {"unanswered", unanswered},
          {"lines_lost", lines_lost},
          {"sold_after_close", sold_after_close},
          {"refused_before_close", refused_before_close},
          {"seconds", seconds},
          {"verify_us", static_cast<double>(At(verify_ns, 0.5)) / 1000},
          {"verify_mean_us", MeanUs(verify_ns)},
          {"per_s", std::llround(static_cast<double>(sold) / seconds)},
          {"p50_ms", ms(At(from_intent_us, 0.5))},
          {"p99_ms", ms(At(from_intent_us, 0.99))},
          {"p999_ms", ms(At(from_intent_us, 0.999))},
          {"send_p99_ms", ms(At(from_send_us, 0.99))},
          {"send_p99_ms_each_second", each_second},
          {"least_of_a_terminal", sold_by_terminal.empty() ? 0 : *least},
          {"most_of_a_terminal", sold_by_terminal.empty() ? 0 : *most}};
}

Load::Load(const LoadConfig& config, const base::Clock& clock)
    : config_(config), clock_(clock), reactor_(clock) {
  for (int i = 0; i < config_.terminals; ++i) {
    terminals_.push_back(std::make_unique<Terminal>());
    terminals_.back()->id = config_.first_terminal + static_cast<std::uint32_t>(i);
    terminals_.back()->rng.seed(terminals_.back()->id);
  }
}

// The chain goes on from what was sold; an order without an answer stays the next one.
void Load::SignFor(Terminal& terminal, const Phase& phase, std::int64_t now_ms) {
  auto& orders = terminal.orders;
  const std::size_t done = terminal.next + (terminal.under_way ? 1 : 0);
  if (done > 0) {
    const auto last = MessageOf(orders[done - 1].frame);
    terminal.head = last.hash;
    terminal.sequence = last.decoded->sequence();
  }
  orders.erase(orders.begin(), orders.begin() + static_cast<std::ptrdiff_t>(terminal.next));
  orders.resize(terminal.under_way ? 1 : 0);
  terminal.next = 0;
  if (terminal.ended) return;
  const auto key = LoadKey(terminal.id);
  terminal.key_id = crypto::KeyId(key.public_key());
  base::Digest head = terminal.head;
  std::uint64_t sequence = terminal.sequence;
  for (int i = 0; i < phase.orders_each; ++i) {
    wire::TerminalMessage m;
    m.set_terminal(terminal.id);
    m.set_sequence(++sequence);
    m.set_previous(std::string(head.view()));
    // Its own time, or when the draw closes: clocks may differ by ten minutes.
    m.set_time_ms(phase.close_ms != 0 ? phase.close_ms : now_ms);
    m.set_not_after_ms(m.time_ms() + 3'600'000);
    m.set_cashier("1");
    if (phase.only_draw != 0) {
      FillOrder(*m.mutable_order(), {phase.only_draw}, false, terminal.rng);
    } else {
      FillOrder(*m.mutable_order(), config_.draws, true, terminal.rng);
    }
    const auto message = protocol::SignMessage(m, key);
    head = message.hash;
    wire::Submit submit;
    submit.set_message(message.octets);
    submit.set_signature(message.signature);
    orders.push_back({protocol::EncodeFrame(FrameType::kSubmit, submit.SerializeAsString()), {}});
  }
}

// On both processors, each terminal by one of them.
void Load::Share(const std::function<void(Terminal&, std::size_t half)>& work) {
  std::vector<std::thread> threads;
  for (std::size_t half = 0; half < 2; ++half) {
    threads.emplace_back([&, half] {
      for (std::size_t i = half; i < terminals_.size(); i += 2) work(*terminals_[i], half);
    });
  }
  for (auto& thread : threads) thread.join();
}

void Load::SignOrders(const Phase& phase) {
  const std::int64_t now_ms = clock_.Now().ms;
  Share([&](Terminal& terminal, std::size_t) { SignFor(terminal, phase, now_ms); });
  decltype(retries_) refused;  // who was only told to wait for the next order is free again
  for (; !retries_.empty(); retries_.pop()) {
    if (retries_.top().terminal->under_way) refused.push(retries_.top());
  }
  retries_ = std::move(refused);
  std::size_t orders = 0;
  for (const auto& terminal : terminals_) {
    orders += terminal->orders.size();
    if (terminal->open && !terminal->under_way) Free(*terminal);
  }
  used_ = 0;
  if (orders * kReceiptOctets > memory_.size()) memory_.assign(orders * kReceiptOctets, 1);
}

void Load::Connect() {
  auto context = crypto::MakeTlsContext(false, config_.ca, config_.ca.certificate_pem);
  LOTTERY_CHECK(context.has_value());
  context_ = std::move(*context);
  const auto colon = config_.address.rfind(':');
  address_.sin_family = AF_INET;
  address_.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(config_.address.substr(colon + 1))));
  LOTTERY_CHECK(
      ::inet_pton(AF_INET, config_.address.substr(0, colon).c_str(), &address_.sin_addr) == 1);
  for (auto& terminal : terminals_) {
    const auto own = crypto::IssueCertificate(
        config_.ca, "terminal:" + std::to_string(terminal->id), false, "", 2);
    LOTTERY_CHECK(own.has_value());
    auto identity = crypto::TlsIdentity::Read(*own);
    LOTTERY_CHECK(identity.has_value());
    terminal->identity = std::move(*identity);
    LOTTERY_CHECK(Dial(*terminal));
    while (dialling_ > kHandshakesAtOnce) reactor_.Poll(std::chrono::milliseconds(10));
    LOTTERY_CHECK(broken_.empty());
  }
  while (dialling_ > 0) reactor_.Poll(std::chrono::milliseconds(10));
}

// False when nobody listens.
bool Load::Dial(Terminal& terminal) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address_), sizeof address_) != 0)
    return false;
  ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
  terminal.connection = std::make_shared<Connection>(reactor_, std::move(socket), context_.get(),
                                                     false, protocol::kMaxAnswerOctets, *this);
  SSL* ssl = terminal.connection->ssl();
  LOTTERY_CHECK(terminal.identity.Use(ssl).has_value());
  terminal.session.Offer(ssl);
  terminal.connection->attachment = std::shared_ptr<void>(&terminal, [](void*) {});
  ++terminal.lines;
  ++dialling_;
  terminal.connection->Start();
  return true;
}

void Load::OnOpen(const std::shared_ptr<Connection>& connection) {
  --dialling_;
  auto& terminal = *static_cast<Terminal*>(connection->attachment.get());
  terminal.open = true;
  if (terminal.under_way) return Send(terminal);  // its fate is unknown: the same octets again
  Free(terminal);
}

void Load::Free(Terminal& terminal) {
  if (!std::exchange(terminal.free, true)) free_.push_back(&terminal);
}

void Load::OnClosed(const std::shared_ptr<Connection>& connection, const base::Error& reason) {
  auto& terminal = *static_cast<Terminal*>(connection->attachment.get());
  if (!std::exchange(terminal.open, false)) --dialling_;
  terminal.outstanding = 0;
  if (phase_ != nullptr) ++result_->lines_lost;
  if (phase_ != nullptr && phase_->kills) {
    lost_.push_back(&terminal);
  } else {
    broken_ = std::string(base::NameOf(reason.code)) + " " + reason.detail;
  }
}

// Those that lost their lines, some at a time; when nobody listens, again a little later.
void Load::Redial(std::int64_t now_us) {
  while (!lost_.empty() && dialling_ < kHandshakesAtOnce && now_us >= redial_us_) {
    Terminal* terminal = lost_.front();
    lost_.pop_front();
    if (Dial(*terminal)) continue;
    lost_.push_back(terminal);
    redial_us_ = now_us + kRedialUs;
  }
}

void Load::Send(Terminal& terminal) {
  terminal.most_outstanding = std::max(terminal.most_outstanding, ++terminal.outstanding);
  terminal.sent_us = NowUs();
  terminal.connection->Send(terminal.orders[terminal.next].frame);
}

// Gives an arrival to the terminal that has waited longest. False when all are busy.
bool Load::Start(std::int64_t intent_us) {
  while (!free_.empty()) {
    Terminal* terminal = free_.front();
    free_.pop_front();
    terminal->free = false;
    if (terminal->ended || !terminal->open || terminal->next >= terminal->orders.size()) continue;
    terminal->intent_us = intent_us;
    terminal->under_way = true;
    ++under_way_;
    Send(*terminal);
    return true;
  }
  return false;
}

void Load::OnFrame(const std::shared_ptr<Connection>& connection, Frame frame, base::UtcTime) {
  Answered(*static_cast<Terminal*>(connection->attachment.get()), frame);
}

// The floor, measured on the machine as it is while it sells: caches, clock and neighbours
// included.
void Load::SampleVerify(std::int64_t now_us) {
  if (now_us < next_sample_us_) return;
  next_sample_us_ = now_us + kSampleEveryUs;
  const auto verify = [&] {
    LOTTERY_CHECK(crypto::VerifySignature(sample_key_.public_key(), sample_, sample_signature_));
  };
  verify();  // the first pays for this process's cold caches, which central's threads do not have
  timespec before{}, after{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
  for (int i = 0; i < kVerificationsASample; ++i) verify();
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
  const std::int64_t ns =
      (after.tv_sec - before.tv_sec) * 1'000'000'000 + after.tv_nsec - before.tv_nsec;
  result_->verify_ns.push_back(ns / kVerificationsASample);
}

void Load::Answered(Terminal& terminal, const Frame& frame) {
  --terminal.outstanding;
  const std::int64_t now = NowUs();
  if (frame.type == FrameType::kReceipt) {
    LOTTERY_CHECK(used_ + frame.body.size() <= memory_.size());
    char* at = memory_.data() + used_;
    std::memcpy(at, frame.body.data(), frame.body.size());
    used_ += frame.body.size();
    terminal.orders[terminal.next++].receipt = {at, frame.body.size()};
    ++result_->sold;
    result_->from_intent_us.push_back(now - terminal.intent_us);
    result_->from_send_us.push_back(now - terminal.sent_us);
    ++result_->sold_by_terminal[terminal.id - config_.first_terminal];
    if (phase_->close_ms != 0 && TimeOf(frame) >= phase_->close_ms) ++result_->sold_after_close;
    terminal.under_way = false;
    --under_way_;
    if (const std::int64_t wait_ms = NextAfterMs(frame); wait_ms != 0) {
      ++result_->told_to_wait;
      retries_.push({now + 1000 * wait_ms, &terminal, terminal.lines});
    } else {
      Free(terminal);
    }
    return;
  }
  wire::Refusal refusal;
  LOTTERY_CHECK(refusal.ParseFromString(frame.body));
  const auto code = base::ErrorCodeFrom(refusal.code());
  if (code && base::IsTransient(*code)) {
    ++result_->busy;  // the same octets again, when central says
    const std::int64_t wait_us =
        std::max(kLeastRetryUs, 1000 * static_cast<std::int64_t>(refusal.retry_after_ms()));
    retries_.push({now + wait_us, &terminal, terminal.lines});
    return;
  }
  const bool closed = code == base::ErrorCode::kDrawClosed;
  ++(closed ? result_->refused_closed : result_->refused_other);
  if (!closed) result_->refusal = refusal.en();
  if (closed && clock_.Now().ms - (now - terminal.sent_us) / 1000 < phase_->close_ms)
    ++result_->refused_before_close;
  terminal.ended = true;  // its chain of signed orders ends here
  terminal.under_way = false;
  --under_way_;
}

// Those whose time has come, some at a time.
void Load::SendAgain(std::int64_t now_us) {
  for (int i = 0; i < kAtOnce && !retries_.empty() && retries_.top().at_us <= now_us; ++i) {
    const Retry retry = retries_.top();
    retries_.pop();
    if (retry.line != retry.terminal->lines || !retry.terminal->open) continue;
    if (retry.terminal->under_way) {
      Send(*retry.terminal);
    } else {
      Free(*retry.terminal);
    }
  }
}

// Gives terminals the arrivals that are due since the phase started, some at a time; `arrivals`
// were given before, and so many are then. One that finds nobody free waits, and its latency grows.
std::int64_t Load::Arrive(std::int64_t started, std::int64_t now, std::int64_t arrivals) {
  const double each_us = 1e6 / phase_->rate;
  const auto due = static_cast<std::int64_t>(static_cast<double>(now - started) / each_us);
  for (int i = 0; i < kAtOnce && arrivals < due; ++i) {
    const double intent_us = static_cast<double>(arrivals + 1) * each_us;
    if (!Start(started + static_cast<std::int64_t>(intent_us))) break;
    ++arrivals;
  }
  return arrivals;
}

PhaseResult Load::Run(const Phase& phase) {
  PhaseResult result;
  result.sold_by_terminal.assign(terminals_.size(), 0);
  const std::size_t most = terminals_.size() * static_cast<std::size_t>(phase.orders_each + 1);
  result.from_intent_us.reserve(most);
  result.from_send_us.reserve(most);
  result_ = &result;
  phase_ = &phase;
  // Cashiers come in no order; in that of their enrolment memory would be read as it lies.
  std::shuffle(free_.begin(), free_.end(), std::mt19937(kSeed));
  const std::int64_t started = NowUs();
  const auto length = static_cast<std::int64_t>(phase.seconds * 1e6);
  std::int64_t arrivals = 0;
  std::int64_t ended = started + length;
  std::int64_t sold_in_time = 0;
  bool counted = false;
  while (true) {
    SampleVerify(NowUs());
    Redial(NowUs());
    const std::int64_t now = NowUs();
    if (phase.close_ms != 0 && result.refused_closed + result.refused_other ==
                                   static_cast<std::int64_t>(terminals_.size()))
      ended = std::min(ended, now);  // nobody is left to sell
    SendAgain(now);
    if (now < ended && phase.rate > 0) {
      arrivals = Arrive(started, now, arrivals);
    } else if (now < ended) {
      while (under_way_ < phase.window && Start(now)) {
      }
    }
    if (now >= ended && !counted) {
      counted = true;
      sold_in_time = result.sold;
      result.seconds = static_cast<double>(now - started) / 1e6;
    }
    if (now >= ended && under_way_ == 0) break;
    if (now >= ended + (phase.kills ? kRecoveryWaitUs : kAnswerWaitUs)) break;
    reactor_.Poll(std::chrono::microseconds(kPollUs), kAtOnce);
  }
  result.unanswered = under_way_;
  result.sold = sold_in_time;  // the rate is of the phase; what came later is verified all the same
  result_ = nullptr;
  phase_ = nullptr;
  return result;
}

void Load::Verify() {
  Receipts halves[2];
  Share([&](Terminal& terminal, std::size_t half) {
    const terminal::ReceiptKeys keys{config_.operator_name, terminal.key_id, config_.record_key};
    for (const auto& order : terminal.orders) {
      if (!order.receipt.empty()) halves[half].Add(MessageOf(order.frame), order.receipt, keys);
    }
  });
  for (const auto& half : halves) verified_.Join(half);
}

int Load::most_outstanding() const {
  int most = 0;
  for (const auto& t : terminals_) most = std::max(most, t->most_outstanding);
  return most;
}

void Load::Close() {
  for (auto& t : terminals_) {
    if (t->open) t->connection->Close({base::ErrorCode::kDisconnected, ""});
    t->connection.reset();
  }
}

}  // namespace lottery::bench
