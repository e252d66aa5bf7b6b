#include "central/metrics.h"

#include <fmt/format.h>

namespace lottery::central {
namespace {

// One metric with its help and type; values follow by Add.
class Metrics {
 public:
  void Begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  template <typename Value>
  void Add(const std::string& labels, Value value) {
    text_ += labels.empty() ? fmt::format("{} {}\n", name_, value)
                            : fmt::format("{}{{{}}} {}\n", name_, labels, value);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string_view name_;
  std::string text_;
};

// Origins are names an operator chose; a label's value escapes what would end it.
std::string Label(std::string_view key, std::string_view value) {
  std::string out = std::string(key) + "=\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

void AddLogs(Metrics& m, const State& state) {
  m.Begin("lottery_log_leaves", "gauge", "Leaves of a log.");
  for (const auto& log : state.logs) m.Add(Label("origin", log.origin), log.tree.size());
  m.Begin("lottery_log_witnessed_leaves", "gauge", "Leaves a quorum of witnesses has cosigned.");
  for (const auto& log : state.logs) m.Add(Label("origin", log.origin), log.witnessed);
}

void AddDraws(Metrics& m, const State& state) {
  const auto of = [](const DrawId& id) { return Label("draw", id.ToText()); };
  const auto sums = [&](const Draw& d) -> const SaleTotals& {
    return state.logs[static_cast<std::size_t>(d.log)].sum;
  };
  m.Begin("lottery_draw_state", "gauge", "1 for the state a draw is in.");
  for (const auto& [id, d] : state.draws)
    m.Add(of(id) + "," + Label("state", protocol::NameOf(d.state)), 1);
  m.Begin("lottery_draw_close_seconds", "gauge", "When a draw stops selling, since 1970.");
  for (const auto& [id, d] : state.draws) m.Add(of(id), d.close.ms / 1000);
  m.Begin("lottery_draw_sales_total", "counter", "Tickets sold into a draw.");
  for (const auto& [id, d] : state.draws) m.Add(of(id), sums(d).sales);
  m.Begin("lottery_draw_sales_fen_total", "counter", "Money taken for a draw.");
  for (const auto& [id, d] : state.draws) m.Add(of(id), sums(d).sales_amount.fen());
  m.Begin("lottery_draw_voids_total", "counter", "Tickets of a draw taken back.");
  for (const auto& [id, d] : state.draws) m.Add(of(id), sums(d).voids);
}

}  // namespace

std::string MetricsText(const Sequencer& sequencer, Traffic traffic, UtcTime now) {
  const State& state = sequencer.state();
  Metrics m;
  m.Begin("lottery_batch_records_total", "counter", "Batch records committed, ever.");
  m.Add("", state.record_number);
  m.Begin("lottery_writer_epoch", "counter", "Takeovers of the one writer's lease.");
  m.Add("", state.epoch);
  m.Begin("lottery_clock_seconds", "gauge", "The writer's clock, since 1970.");
  m.Add("", static_cast<double>(now.ms) / 1000);
  m.Begin("lottery_witnesses_late", "gauge", "Logs whose newest leaves lack their witnesses.");
  m.Add("", LateLogs(state, now).size());
  AddLogs(m, state);
  AddDraws(m, state);
  m.Begin("lottery_terminals", "gauge", "Enrolled terminals.");
  m.Add("", state.terminals.size());
  m.Begin("lottery_messages_inside", "gauge", "Messages let in that have no answer yet.");
  m.Add("", traffic.inside);
  m.Begin("lottery_flooded", "gauge", "1 while more messages come than can be answered.");
  m.Add("", traffic.flooded ? 1 : 0);
  return m.Take();
}

std::vector<std::string> LateLogs(const State& state, UtcTime now) {
  std::vector<std::string> late;
  for (const auto& log : state.logs) {
    const bool behind = log.witnessed < log.tree.size();
    if (behind && now.ms - log.last.ms > kWitnessLateMs) late.push_back(log.origin);
  }
  return late;
}

}  // namespace lottery::central
