#include "terminal/ticket_image.h"

#include <pango/pangocairo.h>
#include <qrencode.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "base/owned.h"

namespace lottery::terminal {
using base::ErrorCode;
using base::Fail;
using base::Owned;
namespace {

constexpr int kMostRows = 6000;  // 75 cm of paper: more than the longest ticket
constexpr int kMargin = 4;       // dots at either side
constexpr int kQuiet = 4;        // modules of white around a QR code, ISO/IEC 18004
constexpr const char* kFont = "WenQuanYi Micro Hei, Noto Sans CJK SC, sans-serif";
constexpr const char* kFixedFont = "WenQuanYi Micro Hei Mono, Noto Sans Mono CJK SC, monospace";

using Surface = Owned<cairo_surface_t, cairo_surface_destroy>;
using Cairo = Owned<cairo_t, cairo_destroy>;
using Context = Owned<PangoContext, g_object_unref>;
using Layout = Owned<PangoLayout, g_object_unref>;
using Font = Owned<PangoFontDescription, pango_font_description_free>;
using QrCode = Owned<QRcode, QRcode_free>;

struct Style {
  int size = 22;  // dots
  bool bold = false, centred = false, fixed = false;
};

// One map of fonts for the life of the process: reading them takes longer than a ticket. Its users
// take turns.
struct Fonts {
  std::mutex mutex;
  const Owned<PangoFontMap, g_object_unref> map{pango_cairo_font_map_new()};
};
Fonts& TheFonts() {
  static Fonts fonts;
  return fonts;
}

// Draws downwards. One octet a dot while drawing; what is dark enough becomes black at the end.
class Painter {
 public:
  explicit Painter(int width)
      : width_(width),
        surface_(cairo_image_surface_create(CAIRO_FORMAT_A8, width, kMostRows)),
        cairo_(cairo_create(surface_.get())),
        context_(pango_font_map_create_context(TheFonts().map.get())) {
    cairo_set_antialias(cairo_.get(), CAIRO_ANTIALIAS_NONE);
  }

  void Text(const std::string& text, const Style& style) {
    const Layout layout = MakeLayout(text, style);
    cairo_set_source_rgba(cairo_.get(), 0, 0, 0, 1);
    cairo_move_to(cairo_.get(), kMargin, y_);
    pango_cairo_show_layout(cairo_.get(), layout.get());
    y_ += HeightOf(layout.get());
  }

  // White on black: cannot be overlooked.
  void Banner(const std::string& text, int size) {
    const Layout layout = MakeLayout(text, {size, true, true, false});
    const int height = HeightOf(layout.get()) + 8;
    cairo_set_source_rgba(cairo_.get(), 0, 0, 0, 1);
    cairo_rectangle(cairo_.get(), 0, y_, width_, height);
    cairo_fill(cairo_.get());
    cairo_set_operator(cairo_.get(), CAIRO_OPERATOR_CLEAR);
    cairo_move_to(cairo_.get(), kMargin, y_ + 4);
    pango_cairo_show_layout(cairo_.get(), layout.get());
    cairo_set_operator(cairo_.get(), CAIRO_OPERATOR_OVER);
    y_ += height;
  }

  void Rule() {
    cairo_set_source_rgba(cairo_.get(), 0, 0, 0, 1);
    cairo_rectangle(cairo_.get(), kMargin, y_ + 3, width_ - 2 * kMargin, 2);
    cairo_fill(cairo_.get());
    y_ += 8;
  }

  void Skip(int rows) { y_ += rows; }

  // Side by side with a label under each, in the largest modules the paper has room for.
  base::Status Codes(const std::string& left, const std::string& left_label,
                     const std::string& right, const std::string& right_label) {
    LOTTERY_TRY(const auto a, Encode(left));
    LOTTERY_TRY(const auto b, Encode(right));
    const int modules = a->width + b->width + 3 * kQuiet;
    const int dots = std::min(6, width_ / modules);
    if (dots < 3) return Fail(ErrorCode::kInternal, "a code is too long for the paper");
    const int height = (std::max(a->width, b->width) + 2 * kQuiet) * dots;
    DrawCode(*a, kQuiet * dots, dots);
    const int second = width_ - (b->width + kQuiet) * dots;
    DrawCode(*b, second, dots);
    y_ += height;
    y_ += std::max(Label(left_label, kQuiet * dots, a->width * dots),
                   Label(right_label, second, b->width * dots));
    return {};
  }

  Result<Bitmap> Finish() {
    if (unknown_glyphs_ != 0) return Fail(ErrorCode::kNoFont, kFont);
    if (y_ > kMostRows) return Fail(ErrorCode::kInternal, "the ticket is too long");
    cairo_surface_flush(surface_.get());
    const unsigned char* dots = cairo_image_surface_get_data(surface_.get());
    const int stride = cairo_image_surface_get_stride(surface_.get());
    Bitmap out{width_, y_, {}};
    out.rows.assign(static_cast<std::size_t>(out.stride() * out.height), '\0');
    for (int y = 0; y < y_; ++y) {
      for (int x = 0; x < width_; ++x) {
        if (dots[static_cast<std::ptrdiff_t>(y) * stride + x] < 128) continue;
        auto& octet = out.rows[static_cast<std::size_t>(y * out.stride() + x / 8)];
        octet = static_cast<char>(octet | 0x80 >> x % 8);
      }
    }
    return out;
  }

 private:
  Layout MakeLayout(const std::string& text, const Style& style) {
    Layout layout(pango_layout_new(context_.get()));
    const Font font(pango_font_description_from_string(style.fixed ? kFixedFont : kFont));
    pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
    if (style.bold) pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout.get(), font.get());
    pango_layout_set_width(layout.get(), (width_ - 2 * kMargin) * PANGO_SCALE);
    // A code breaks anywhere; a number on the ticket never does.
    const bool code = style.fixed && text.find(' ') == std::string::npos;
    pango_layout_set_wrap(layout.get(), code ? PANGO_WRAP_CHAR : PANGO_WRAP_WORD_CHAR);
    if (style.centred) pango_layout_set_alignment(layout.get(), PANGO_ALIGN_CENTER);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    unknown_glyphs_ += pango_layout_get_unknown_glyphs_count(layout.get());
    return layout;
  }

  static int HeightOf(PangoLayout* layout) {
    int width = 0, height = 0;
    pango_layout_get_pixel_size(layout, &width, &height);
    return height + 2;
  }

  static Result<QrCode> Encode(const std::string& text) {
    QrCode code(QRcode_encodeData(static_cast<int>(text.size()),
                                  reinterpret_cast<const unsigned char*>(text.data()), 0,
                                  QR_ECLEVEL_M));
    if (!code) return Fail(ErrorCode::kInternal, "QR code");
    return code;
  }

  void DrawCode(const QRcode& code, int left, int dots) {
    cairo_set_source_rgba(cairo_.get(), 0, 0, 0, 1);
    for (int y = 0; y < code.width; ++y) {
      for (int x = 0; x < code.width; ++x) {
        if ((code.data[y * code.width + x] & 1) == 0) continue;
        cairo_rectangle(cairo_.get(), left + x * dots, y_ + (y + kQuiet) * dots, dots, dots);
      }
    }
    cairo_fill(cairo_.get());
  }

  // Rows it took.
  int Label(const std::string& text, int left, int width) {
    const Layout layout = MakeLayout(text, {18, false, true, false});
    pango_layout_set_width(layout.get(), width * PANGO_SCALE);
    cairo_move_to(cairo_.get(), left, y_);
    pango_cairo_show_layout(cairo_.get(), layout.get());
    return HeightOf(layout.get());
  }

  int width_, y_ = 0, unknown_glyphs_ = 0;
  Surface surface_;
  Cairo cairo_;
  Context context_;
};

void Bets(Painter& p, const TicketFace& face) {
  char letter = 'A';
  for (const auto& line : face.lines) {
    p.Text(std::string(1, letter++) + "  " + line.play, {18});
    p.Text(line.numbers, {28, true, false, true});
  }
}

}  // namespace

Result<Paper> PaperFrom(std::string_view text) {
  if (text == "58") return Paper::k58mm;
  if (text == "80") return Paper::k80mm;
  return Fail(ErrorCode::kUsage, "paper is 58 or 80 mm wide");
}

Result<Bitmap> SlipImage(const std::string& heading, const std::vector<std::string>& lines,
                         Paper paper) {
  const std::lock_guard lock(TheFonts().mutex);
  Painter p(paper == Paper::k58mm ? 384 : 576);
  p.Skip(8);
  p.Text(heading, {28, true, true, false});
  p.Rule();
  for (const auto& line : lines) p.Text(line, {20});
  p.Rule();
  p.Skip(8);
  return p.Finish();
}

base::Status CheckFonts(Paper paper) {
  return SlipImage("中国福利彩票 China Welfare Lottery", {"双色球 期号 Draw 01 05 + 09"}, paper)
      .map([](const Bitmap&) {});
}

Result<Bitmap> TicketImage(const TicketFace& face, Paper paper) {
  const std::lock_guard lock(TheFonts().mutex);
  Painter p(paper == Paper::k58mm ? 384 : 576);
  p.Skip(8);
  p.Text("中国福利彩票", {36, true, true, false});
  p.Text("China Welfare Lottery", {20, false, true, false});
  p.Text(face.game, {28, true, true, false});
  if (face.training) p.Banner("培训票 无效 · TRAINING, NOT VALID", 28);
  if (!face.original.empty()) p.Banner("兑换票 · EXCHANGE TICKET", 28);
  if (face.reprint) p.Banner("补打 · REPRINT", 28);
  p.Rule();
  p.Text("期号 Draw  " + face.draws, {22, true, false, false});
  if (!face.days.empty()) p.Text("开奖日期 Drawn on  " + face.days, {20});
  Bets(p, face);
  p.Rule();
  p.Text("倍数 Multiplier ×" + std::to_string(face.multiplier) +
             (face.original.empty() ? "   金额 Price " + face.price.ToYuanText() + " 元"
                                    : "   原票 Came of " + face.original),
         {24, true, false, false});
  p.Text("终端 Terminal " + face.terminal + "   收银 Cashier " + face.cashier, {20});
  p.Text("出票时间 Sold  " + face.sold, {20});
  p.Text("兑奖期：自开奖之日起 60 个自然日" +
             (face.claim_until.empty() ? "" : "，至 " + face.claim_until) +
             "\nClaim within 60 calendar days of the draw" +
             (face.claim_until.empty() ? "" : ", until " + face.claim_until),
         {18});
  LOTTERY_TRY_VOID(p.Codes(face.codes.public_code, "票面码\npublic code", face.codes.secret_code,
                           "保密码\nsecret code"));
  p.Text(face.codes.public_code, {16, false, false, true});
  p.Text(face.codes.secret_code, {16, false, false, true});
  p.Rule();
  p.Text(
      "凭票兑奖，请妥善保管；未成年人不得购买和兑奖；理性购彩。\n"
      "Bearer ticket: keep it safe. Not for minors. Play responsibly.",
      {18});
  if (face.training) p.Banner("培训票 无效 · TRAINING, NOT VALID", 28);
  p.Skip(8);
  return p.Finish();
}

}  // namespace lottery::terminal
