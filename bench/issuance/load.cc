#include "bench/issuance/load.h"

#include <algorithm>
#include <chrono>

#include "base/file.h"
#include "crypto/envelope.h"
#include "protocol/leaf.h"

namespace lottery::bench {
using protocol::Frame;
using protocol::FrameType;
using protocol::net::Connection;
namespace asio = boost::asio;

namespace {

std::int64_t NowUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// What a terminal keeps of a sale until the run is over: enough to verify the receipt in full.
struct Kept {
  protocol::SignedMessage message;
  base::Bytes receipt;
};

struct Model {
  std::uint32_t id = 0;
  std::optional<crypto::SigningKey> key;
  crypto::TlsContext context;
  std::shared_ptr<Connection> connection;
  std::uint64_t sequence = 0;
  base::Digest head;
  std::optional<protocol::SignedMessage> pending;
  base::Bytes frame;
  std::int64_t first_sent_us = 0;
  int outstanding = 0;
};

class Load : public Connection::Owner {
 public:
  Load(const LoadConfig& config, const base::Clock& clock)
      : config_(config), clock_(clock), rng_(7) {}
  LoadResult Run();

  void OnOpen(const std::shared_ptr<Connection>& connection) override;
  void OnFrame(const std::shared_ptr<Connection>& connection, Frame frame,
               base::UtcTime read_at) override;
  void OnBroken(const std::shared_ptr<Connection>&, const base::Error&) override {
    ++result_.refused;
  }
  void OnClosed(const std::shared_ptr<Connection>&, const base::Error&) override { --open_; }

 private:
  void Connect(Model& model);
  void NextOrder(Model& model);
  void SendPending(Model& model);
  void Accept(Model& model, const base::Bytes& body);
  void VerifyAll();

  const LoadConfig& config_;
  const base::Clock& clock_;
  std::mt19937_64 rng_;
  asio::io_context context_{1};
  std::vector<std::unique_ptr<Model>> models_;
  std::vector<Kept> kept_;
  LoadResult result_;
  int open_ = 0;
  bool measuring_ = false, ending_ = false;
};

wire::TerminalMessage OrderMessage(const Model& model, std::uint32_t draw, std::int64_t now_ms,
                                   std::mt19937_64& rng) {
  wire::TerminalMessage m;
  m.set_terminal(model.id);
  m.set_sequence(model.sequence + 1);
  m.set_previous(std::string(model.head.view()));
  m.set_time_ms(now_ms);
  m.set_not_after_ms(now_ms + 60'000);
  m.set_cashier("1");
  auto* order = m.mutable_order();
  order->set_game("ssq");
  order->set_first_draw(draw);
  order->set_draw_count(1);
  order->set_multiplier(1);
  order->set_t_hash(std::string(32, static_cast<char>(rng())));
  const int bets = 1 + static_cast<int>(rng() % 5);
  for (int b = 0; b < bets; ++b) {
    std::uint8_t balls[33];
    for (std::uint8_t i = 0; i < 33; ++i) balls[i] = static_cast<std::uint8_t>(i + 1);
    for (std::size_t i = 0; i < 6; ++i) std::swap(balls[i], balls[i + rng() % (33 - i)]);
    std::sort(balls, balls + 6);
    auto* bet = order->add_bets()->mutable_ssq();
    bet->set_reds(std::string(balls, balls + 6));
    bet->set_blues(std::string(1, static_cast<char>(1 + rng() % 16)));
  }
  order->set_price_fen(200 * bets);
  return m;
}

}  // namespace

crypto::SigningKey LoadKey(base::ByteView seed, std::uint32_t terminal) {
  base::ByteWriter w;
  w.Raw(seed).U32(terminal);
  auto key = crypto::SigningKey::FromSeed(crypto::Sha256(w.bytes()).view());
  LOTTERY_CHECK(key.has_value());
  return std::move(*key);
}

namespace {

void Load::Connect(Model& model) {
  asio::ip::tcp::socket socket(context_);
  const auto colon = config_.address.rfind(':');
  const auto port = static_cast<unsigned short>(std::stoi(config_.address.substr(colon + 1)));
  socket.connect({asio::ip::make_address(config_.address.substr(0, colon)), port});
  model.connection = std::make_shared<Connection>(std::move(socket), model.context.get(), false,
                                                  protocol::kMaxAnswerOctets, clock_, *this);
  model.connection->attachment = std::shared_ptr<void>(&model, [](void*) {});
  model.connection->Start();
}

void Load::OnOpen(const std::shared_ptr<Connection>&) { ++open_; }

void Load::NextOrder(Model& model) {
  const auto message = OrderMessage(model, config_.draw, clock_.Now().ms, rng_);
  model.pending = protocol::SignMessage(message, *model.key);
  result_.order_octets += static_cast<std::int64_t>(model.pending->octets.size());
  wire::Submit submit;
  submit.set_message(model.pending->octets);
  submit.set_signature(model.pending->signature);
  model.frame = protocol::EncodeFrame(FrameType::kSubmit, submit.SerializeAsString());
  model.first_sent_us = NowUs();
  SendPending(model);
}

void Load::SendPending(Model& model) {
  result_.max_outstanding = std::max(result_.max_outstanding, ++model.outstanding);
  model.connection->Send(model.frame);
}

void Load::OnFrame(const std::shared_ptr<Connection>& connection, Frame frame, base::UtcTime) {
  auto& model = *static_cast<Model*>(connection->attachment.get());
  --model.outstanding;
  if (frame.type == FrameType::kReceipt) {
    Accept(model, frame.body);
    if (!ending_) NextOrder(model);
    return;
  }
  wire::Refusal refusal;
  const bool busy = refusal.ParseFromString(frame.body) &&
                    refusal.code() == static_cast<std::uint32_t>(base::ErrorCode::kBusy);
  (busy ? result_.busy : result_.refused) += 1;
  if (busy && !ending_) SendPending(model);  // the same octets again
}

void Load::Accept(Model& model, const base::Bytes& body) {
  model.sequence += 1;
  model.head = model.pending->hash;
  if (measuring_) {
    ++result_.sold;
    result_.latency_us.push_back(NowUs() - model.first_sent_us);
  }
  kept_.push_back({std::move(*model.pending), body});
  model.pending.reset();
}

// Every receipt of the run. A record's signature is verified once, however many receipts carry it.
void Load::VerifyAll() {
  base::Bytes good_record, good_signature;
  for (const auto& kept : kept_) {
    wire::Receipt receipt;
    bool good = receipt.ParseFromString(kept.receipt);
    if (good && (receipt.record() != good_record || receipt.record_signature() != good_signature)) {
      good = crypto::VerifyTyped(config_.record_key, protocol::kTypeRecord, receipt.record(),
                                 receipt.record_signature());
      good_record = receipt.record();
      good_signature = receipt.record_signature();
    }
    good = good && terminal::VerifyReceiptContent(kept.message, receipt).has_value();
    result_.wrong_receipts += good ? 0 : 1;
  }
}

LoadResult Load::Run() {
  const auto ca = base::ReadFile(config_.ca_file);
  LOTTERY_CHECK(ca.has_value());
  for (int i = 0; i < config_.connections; ++i) {
    auto model = std::make_unique<Model>();
    model->id = config_.first_terminal + static_cast<std::uint32_t>(i);
    model->key.emplace(LoadKey(config_.seed_base, model->id));
    const std::string stem = config_.keys_folder + "/load-" + std::to_string(model->id);
    auto context = crypto::MakeTlsContext(
        false, {*base::ReadFile(stem + ".pem"), *base::ReadFile(stem + ".key.pem")}, *ca);
    LOTTERY_CHECK(context.has_value());
    model->context = std::move(*context);
    models_.push_back(std::move(model));
  }
  for (auto& model : models_) {
    Connect(*model);
    context_.poll();
  }
  while (open_ < config_.connections) context_.run_one();
  for (auto& model : models_) NextOrder(*model);
  context_.run_for(std::chrono::seconds(2));  // warm
  measuring_ = true;
  const std::int64_t started = NowUs();
  context_.run_for(std::chrono::seconds(config_.seconds));
  measuring_ = false;
  result_.seconds = static_cast<double>(NowUs() - started) / 1e6;
  ending_ = true;
  context_.run_for(std::chrono::seconds(2));  // what is under way comes home
  for (const auto& model : models_) result_.wrong_receipts += model->pending ? 1 : 0;
  VerifyAll();
  std::sort(result_.latency_us.begin(), result_.latency_us.end());
  return std::move(result_);
}

}  // namespace

LoadResult RunLoad(const LoadConfig& config, const base::Clock& clock) {
  return Load(config, clock).Run();
}

}  // namespace lottery::bench
