#include "draw/print.h"

#include <cairo-pdf.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>

#include <algorithm>

#include "base/file.h"
#include "base/owned.h"
#include "draw/test_draw.h"

namespace lottery::draw {
using base::ErrorCode;
using base::Fail;
using base::Owned;
using protocol::DrawCertificate;
namespace {

constexpr double kWidth = 595.28, kHeight = 841.89;  // A4 in points
constexpr double kMargin = 48, kLabelWidth = 150;
constexpr const char* kFont = "WenQuanYi Micro Hei, Noto Sans CJK SC, sans-serif";
constexpr const char* kFixedFont = "WenQuanYi Micro Hei Mono, Noto Sans Mono CJK SC, monospace";

struct Style {
  double size = 9;
  bool bold = false, centred = false, fixed = false;
};

// Lays text out downwards and begins a new page where there is no room.
class Page {
 public:
  Page()
      : surface_(cairo_pdf_surface_create_for_stream(Take, &pdf_, kWidth, kHeight)),
        cairo_(cairo_create(surface_.get())) {}
  Page(const Page&) = delete;

  // Returns the height it took.
  double Text(const std::string& text, double left, double width, const Style& style) {
    const Owned<PangoLayout, g_object_unref> layout(pango_cairo_create_layout(cairo_.get()));
    const Owned<PangoFontDescription, pango_font_description_free> font(
        pango_font_description_from_string(style.fixed ? kFixedFont : kFont));
    pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
    if (style.bold) pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout.get(), font.get());
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), style.fixed ? PANGO_WRAP_CHAR : PANGO_WRAP_WORD_CHAR);
    if (style.centred) pango_layout_set_alignment(layout.get(), PANGO_ALIGN_CENTER);
    const Owned<PangoAttrList, pango_attr_list_unref> whole(pango_attr_list_new());
    pango_attr_list_insert(whole.get(), pango_attr_insert_hyphens_new(FALSE));  // a hash has none
    pango_layout_set_attributes(layout.get(), whole.get());
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    unknown_glyphs_ += pango_layout_get_unknown_glyphs_count(layout.get());
    int wide = 0, high = 0;
    pango_layout_get_pixel_size(layout.get(), &wide, &high);
    cairo_move_to(cairo_.get(), left, y_);
    pango_cairo_show_layout(cairo_.get(), layout.get());
    return high;
  }

  void Centred(const std::string& text, double size, bool bold) {
    y_ += Text(text, kMargin, kWidth - 2 * kMargin, {size, bold, true, false}) + 4;
  }

  void Heading(const std::string& text) {
    Room(60);
    y_ += 8;
    y_ += Text(text, kMargin, kWidth - 2 * kMargin, {11, true, false, false}) + 2;
    Rule();
  }

  void Line(const Sheet::Line& line) {
    Room(40);
    const double label = Text(line.label, kMargin, kLabelWidth - 8, {9, false, false, false});
    const double value = Text(line.value, kMargin + kLabelWidth, kWidth - 2 * kMargin - kLabelWidth,
                              {line.fixed ? 8.0 : 9.0, false, false, line.fixed});
    y_ += std::max(label, value) + 3;
  }

  void Rule() {
    cairo_set_line_width(cairo_.get(), 0.6);
    cairo_move_to(cairo_.get(), kMargin, y_);
    cairo_line_to(cairo_.get(), kWidth - kMargin, y_);
    cairo_stroke(cairo_.get());
    y_ += 5;
  }

  // Places to sign by hand.
  void SignHere(const std::vector<std::string>& names) {
    Room(70);
    y_ += 34;
    const double each = (kWidth - 2 * kMargin) / static_cast<double>(names.size());
    double left = kMargin;
    for (const auto& name : names) {
      cairo_move_to(cairo_.get(), left, y_);
      cairo_line_to(cairo_.get(), left + each - 16, y_);
      cairo_stroke(cairo_.get());
      Text(name, left, each - 16, {8, false, false, false});
      left += each;
    }
    y_ += 24;
  }

  /// The whole file, for the one way in which files are written. Errors: kNoFont.
  Result<base::Bytes> Finish() {
    cairo_.reset();
    cairo_surface_finish(surface_.get());
    const auto status = cairo_surface_status(surface_.get());
    if (status != CAIRO_STATUS_SUCCESS)
      return Fail(ErrorCode::kInternal, cairo_status_to_string(status));
    if (unknown_glyphs_ != 0) return Fail(ErrorCode::kNoFont, kFont);
    return std::move(pdf_);
  }

 private:
  static cairo_status_t Take(void* pdf, const unsigned char* octets, unsigned length) {
    static_cast<base::Bytes*>(pdf)->append(reinterpret_cast<const char*>(octets), length);
    return CAIRO_STATUS_SUCCESS;
  }

  void Room(double needed) {
    if (y_ + needed < kHeight - kMargin) return;
    cairo_show_page(cairo_.get());
    y_ = kMargin;
  }

  base::Bytes pdf_;  // before the surface, which writes to it until its end
  Owned<cairo_surface_t, cairo_surface_destroy> surface_;
  Owned<cairo_t, cairo_destroy> cairo_;
  double y_ = kMargin;
  int unknown_glyphs_ = 0;
};

std::string Hex(const Digest& digest) { return base::ToHex(digest.view()); }

std::string Balls(const std::vector<std::vector<int>>& tests) {
  std::string out;
  for (const auto& test : tests) {
    out += out.empty() ? "" : " / ";
    for (std::size_t i = 0; i < test.size(); ++i)
      out += (i == 0 ? "" : " ") + std::to_string(test[i]);
  }
  return out;
}

std::string PromotionText(const protocol::Promotion& p) {
  if (!p.exists()) return "无 none";
  return fmt::format("{}: 最多 at most {} 元 yuan", p.document, p.Most().ToYuanText());
}

Sheet::Part SalesPart(const Ground& g) {
  const auto& t = g.seal.totals;
  return {"封存的销售 Sales, sealed before the outcome could exist",
          {{"售出 Sold",
            fmt::format("{} 张 tickets, {} 元 yuan", t.sales, t.sales_amount.ToYuanText()), false},
           {"注销 Voided",
            fmt::format("{} 张 tickets, {} 元 yuan", t.voids, t.voids_amount.ToYuanText()), false},
           {"终端 Terminals", std::to_string(g.seal.terminals), false},
           {"封存时间 Sealed at", base::ToBeijingText(g.seal.sealed_at), false},
           {"封存 Seal", Hex(g.seal_hash), true},
           {"计划 Plan", Hex(g.plan_hash), true},
           {"规则 Rule book", Hex(g.seal.rule_book), true},
           {"派奖 Promotion", PromotionText(g.plan.promotion), false},
           {"程序 Program", g.seal.program_version, false},
           {"见证 Witnesses",
            fmt::format("{} 方中至少 {} 方 at least {} of {}: {}", g.plan.witnesses.size(),
                        g.plan.quorum, g.plan.quorum, g.plan.witnesses.size(),
                        fmt::join(g.plan.witnesses, ", ")),
            false}}};
}

Result<Sheet::Part> BeaconPart(const Ground& g, const DrawCertificate& c) {
  Sheet::Part part{"信标与开奖人员 Beacon and officials",
                   {{"信标轮次 Beacon round", c.round + "  " + g.plan.beacon, false},
                    {"脉冲文件 Pulse file", Hex(c.beacon), true},
                    {"输入 alpha", base::ToHex(c.alpha), true}}};
  for (const auto& x : c.contributions) {
    const std::string opened = x.opening.empty() ? "" : "（托管恢复 from escrow）";
    part.lines.push_back({"证明 Proof of " + x.official + opened, base::ToHex(x.proof), true});
  }
  for (const auto& x : c.contributions) {
    if (x.opening.empty()) continue;
    LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(x.opening, protocol::kTypeKeyOpening));
    LOTTERY_TRY(const auto opening, protocol::ParseKeyOpening(envelope.body));
    part.lines.push_back(
        {"开启托管 Escrow opened", opening.official + ": " + opening.reason, false});
  }
  part.lines.push_back({"种子 Seed", base::ToHex(c.seed), true});
  return part;
}

Result<Sheet::Part> MachinePart(const DrawCertificate& c) {
  Sheet::Part part{"摇奖机 Ball machine", {}};
  for (const auto& text : c.entries) {
    LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeBallEntry));
    LOTTERY_TRY(const auto e, protocol::ParseBallEntry(envelope.body));
    part.lines.push_back({"录入 Entered by " + e.official,
                          fmt::format("{}  球组 ball set {}  {}", e.machine, e.ball_set,
                                      base::ToBeijingText(e.started)),
                          false});
    part.lines.push_back({"出球顺序 In order", Balls({e.numbers}), false});
    part.lines.push_back(
        {"试摇 Test draws", Balls(e.tests_before) + "  |  " + Balls(e.tests_after), false});
    for (const auto& i : e.interruptions)
      part.lines.push_back({"中断 Interrupted",
                            fmt::format("{} 球后 after {} balls, {}: {}", i.after, i.after,
                                        i.continued_on, i.reason),
                            false});
    part.lines.push_back({"录像 Recording", Hex(e.video), true});
  }
  return part;
}

}  // namespace

Result<Sheet> SheetOf(const Ground& ground, const std::string& certificate_text) {
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(certificate_text, protocol::kTypeDrawCertificate,
                                   ground.plan.SigningKeys(), ground.plan.certificate_quorum));
  LOTTERY_TRY(const auto c, protocol::ParseDrawCertificate(envelope.body));
  LOTTERY_TRY_VOID(Recomputes(ground, c, envelope.body));
  const auto name = games::GameName(c.draw.game);
  Sheet sheet;
  sheet.game = std::string(name.zh) + " " + std::string(name.en);
  sheet.draw = fmt::format("第 {} 期 Draw {}", c.draw.number, c.draw.number);
  sheet.numbers = protocol::NumbersText(c.draw.game, c.numbers, c.extra);
  sheet.rehearsal = protocol::IsRehearsal(ground.trust.operator_name);
  sheet.held = fmt::format(
      "{}  {}", ground.way.balls ? "摇奖机 ball machine" : "信标与可验证随机函数 beacon and VRF",
      base::ToBeijingText(c.at));
  sheet.parts.push_back(SalesPart(ground));
  if (ground.way.balls) {
    LOTTERY_TRY(auto part, MachinePart(c));
    sheet.parts.push_back(std::move(part));
  } else {
    LOTTERY_TRY(auto part, BeaconPart(ground, c));
    sheet.parts.push_back(std::move(part));
  }
  Sheet::Part signatures{"签名 Signatures, each after recomputing it", {}};
  for (const auto& official : ground.plan.officials) {
    const bool has = envelope.SignedBy(official.signing_key);
    signatures.lines.push_back(
        {official.name,
         has ? "已签 signed  " + base::ToHex(official.signing_key) : "未签 has not signed", true});
  }
  signatures.lines.push_back({"证书 Certificate", Hex(protocol::BodyHash(envelope)), true});
  signatures.lines.push_back(
      {"信任根 Trust root", protocol::RootFingerprint(ground.trust.root_key), true});
  sheet.parts.push_back(std::move(signatures));
  return sheet;
}

Status WritePdf(const Sheet& sheet, const std::string& path) {
  Page page;
  page.Centred("中国福利彩票 China Welfare Lottery", 14, true);
  if (sheet.rehearsal) page.Centred("演练，不是开奖 REHEARSAL, NOT A DRAW", 22, true);
  page.Centred("开奖证书与开奖记录 Draw certificate and protocol", 12, false);
  page.Rule();
  page.Centred(sheet.game + "   " + sheet.draw, 13, true);
  page.Centred(sheet.numbers, 30, true);
  page.Centred(sheet.held, 10, false);
  for (const auto& part : sheet.parts) {
    page.Heading(part.heading);
    for (const auto& line : part.lines) page.Line(line);
  }
  page.Heading("核验 Check it yourself");
  page.Line(
      {"任何人 Anybody",
       "lottery-compliance verify 公布目录 PUBLIC-FOLDER --trust 信任根 TRUST-ROOT，不需相信任何人 "
       "believes nobody: it recomputes the numbers from the published files.",
       false});
  if (sheet.rehearsal) page.Centred("演练，不是开奖 REHEARSAL, NOT A DRAW", 22, true);
  page.SignHere({"开奖人员 Officials", "公证员 Notary", "监督 Supervisor"});
  LOTTERY_TRY(const auto pdf, page.Finish());
  return base::WriteFile(path, pdf);
}

}  // namespace lottery::draw
