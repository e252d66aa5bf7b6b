#include "draw/rng_text.h"

#include <fmt/format.h>

#include "crypto/hash.h"

namespace lottery::draw {

base::json::object ToJson(const RngReport& report, const Bytes& master, base::UtcTime at) {
  base::json::array tests;
  for (const auto& t : report.tests) {
    tests.push_back(base::json::object{{"zh", t.zh},
                                       {"en", t.en},
                                       {"statistic", t.statistic},
                                       {"degrees", t.degrees},
                                       {"p", t.p},
                                       {"detectable_bias", t.detectable},
                                       {"passed", t.passed}});
  }
  return {{"format", "rng-report/1"},    {"at", base::ToIso(at)},         {"game", "ssq"},
          {"outcomes", report.outcomes}, {"master", base::ToHex(master)}, {"level", kLevel},
          {"tests", std::move(tests)},   {"passed", report.passed()}};
}

std::string ToText(const RngReport& report, const Bytes& master, base::UtcTime at) {
  std::string text = fmt::format(
      "双色球随机数发生器统计检验报告 / Statistical report on the generator of Double Colour "
      "Ball\n\n"
      "时间 made        {}\n"
      "样本 outcomes    {}\n"
      "主种子 master    {}\n"
      "方法 method      第 i 个结果的种子为 TAGGED(lottery-rng-report/1, 主种子, i) 的 "
      "SHA-512，其余为开奖所用代码\n"
      "                 outcome i has the seed SHA-512 of TAGGED(lottery-rng-report/1, master, i); "
      "the rest is\n"
      "                 the code that draws. Anybody with the master repeats this report.\n"
      "水平 level       {} (Holm)\n\n",
      base::ToIso(at), report.outcomes, base::ToHex(master), kLevel);
  for (const auto& t : report.tests) {
    text += fmt::format(
        "{}  {} / {}\n      统计量 {:.1f}，自由度 {:.0f}，p = {:.4f}；每格 {:.4f} % 的相对偏差以 "
        "99 % 的概率被发现\n"
        "      statistic {:.1f}, {:.0f} degrees, p = {:.4f}; a relative bias of {:.4f} % a cell is "
        "found 99 times in 100\n",
        t.passed ? "通过 pass" : "不通过 FAIL", t.zh, t.en, t.statistic, t.degrees, t.p,
        100 * t.detectable, t.statistic, t.degrees, t.p, 100 * t.detectable);
  }
  text += fmt::format(
      "\n结论 result      {}\n\n"
      "统计检验只能发现明显的偏差，不能证明不可预测。不可预测来自信标与各开奖人员的密钥，见开奖计划"
      "与证书。\n"
      "Statistics find clear unevenness and prove nothing about prediction: that rests on the "
      "beacon and on the\n"
      "officials' keys, as plan and certificate show.\n",
      report.passed() ? "通过 passed" : "不通过 FAILED");
  return text;
}

void WriteRngStream(const Bytes& master, std::int64_t octets, std::FILE* out) {
  for (std::int64_t i = 0, done = 0; done < octets || octets == 0; ++i) {
    const Bytes block = crypto::TaggedHash512(
        "lottery-stream/1",
        {master, base::ByteWriter().U64(static_cast<std::uint64_t>(i)).bytes()});
    if (std::fwrite(block.data(), 1, block.size(), out) != block.size()) return;
    done += static_cast<std::int64_t>(block.size());
  }
}

}  // namespace lottery::draw
