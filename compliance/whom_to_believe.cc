#include "compliance/whom_to_believe.h"

namespace lottery::compliance {
namespace {

struct Words {
  std::string zh, en;
};

Words OfNumbers(const protocol::Plan& plan, const protocol::Way& way,
                const protocol::Escrow& escrow) {
  if (way.cancelled)
    return {"未开奖，凭票退款，无号码可选", "nothing was drawn, so there was nothing to choose"};
  if (way.balls) {
    const std::string quorum = std::to_string(plan.overseer_quorum);
    if (plan.overseers.empty())
      return {"摇奖机号码：在场的两名开奖人员合谋",
              "its balls: the two officials who stood at the machine, together"};
    return {"摇奖机号码：在场的两名开奖人员与 " + quorum + " 名监督人员合谋",
            "its balls: the two officials and " + quorum +
                " overseers who stood at the machine, together"};
  }
  const std::string all = std::to_string(plan.officials.size());
  Words words{"选定号码：运营方、信标 " + plan.beacon + " 与全部 " + all + " 名开奖人员",
              "choosing its numbers: the operator, the beacon " + plan.beacon + " and all " + all +
                  " officials"};
  if (!escrow.holders.empty()) {
    words.zh += "（或两名托管人）";
    words.en += " (or two holders of the escrow)";
  }
  return {words.zh + "合谋", words.en + ", together"};
}

}  // namespace

base::json::object WhomToBelieve(const std::string& name, const protocol::Plan& plan,
                                 const protocol::Way& way, const protocol::Escrow& escrow,
                                 const protocol::Trust& trust, bool settled, bool entries) {
  Words words = OfNumbers(plan, way, escrow);
  const std::string quorum = std::to_string(plan.quorum);
  const std::string witnesses = std::to_string(trust.witnesses.size());
  words.zh += "；封存后换掉销售记录：运营方与 " + witnesses + " 个见证方中的 " + quorum + " 个合谋";
  words.en += "; other sales after the seal: the operator and " + quorum + " of " + witnesses +
              " witnesses, together";
  if (!entries) {
    words.zh += "；中奖注数与销售总额：运营方、独立控制与结算方合谋（有审计数据即可重算）";
    words.en +=
        "; counts of winners and totals of sales: operator, control and settlement, "
        "together (whoever has the auditors' entries recomputes them)";
  } else if (settled) {
    words.zh += "；奖金已由销售记录逐笔重算";
    words.en += "; every prize was recomputed from the sales";
  }
  return {{"draw", name}, {"zh", words.zh + "。"}, {"en", words.en + "."}};
}

}  // namespace lottery::compliance
