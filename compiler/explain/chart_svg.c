/* SVG: a picture of its own, legible on light and on dark ground. */
#include "compiler/diag/show.h"
#include "compiler/explain/layout.h"

#define SVG_MARGIN 24.0
#define SVG_HEAD   44.0 /* above a journey: its title */

static const char SVG_STYLE[] =
    "<style>\n"
    ".journey{font:13px system-ui,-apple-system,\"Segoe UI\",\"Noto Sans\",\"Noto Sans CJK SC\",sans-serif}\n"
    ".ground{fill:#ffffff}.title{font-size:17px;font-weight:600;fill:#1f2328}.quiet{fill:#59636e}\n"
    ".stage{fill:#f6f8fa;stroke:#d1d9e0}.stage-name{font-size:12px;font-weight:600;fill:#59636e;letter-spacing:.04em}\n"
    ".box{stroke-width:1.4}.label{text-anchor:middle;fill:#1f2328}.count{font-size:11.5px;fill:#59636e}\n"
    ".entry{fill:#dafbe1;stroke:#1a7f37}.send{fill:#ddf4ff;stroke:#0969da}.hold{fill:#fff8c5;stroke:#9a6700}\n"
    ".choice{fill:#fbefff;stroke:#8250df}.effect{fill:#ffffff;stroke:#818b98}.exit{fill:#eaeef2;stroke:#424a53}\n"
    ".way{fill:none;stroke:#59636e;stroke-width:1.4}.tip{fill:#59636e}.back{stroke-dasharray:6 4}\n"
    ".on{font-size:11.5px;text-anchor:middle;fill:#1f2328;stroke:#ffffff;stroke-width:4px;paint-order:stroke;"
    "stroke-linejoin:round}\n"
    ".went{stroke:#1a7f37}.tip.went{fill:#1a7f37;stroke:none}.bare{stroke:#cf222e;stroke-dasharray:4 3}"
    ".tip.bare{fill:#cf222e;stroke:none}.flow{stroke:#0969da;stroke-opacity:.65}.tip.flow{fill:#0969da;stroke:none}\n"
    "@media (prefers-color-scheme:dark){\n"
    ".ground{fill:#0d1117}.title,.label{fill:#f0f6fc}.quiet,.stage-name,.count{fill:#9198a1}\n"
    ".stage{fill:#151b23;stroke:#3d444d}\n"
    ".entry{fill:#12261e;stroke:#3fb950}.send{fill:#121d2f;stroke:#4493f8}.hold{fill:#272115;stroke:#d29922}\n"
    ".choice{fill:#211830;stroke:#ab7df8}.effect{fill:#0d1117;stroke:#656c76}.exit{fill:#212830;stroke:#9198a1}\n"
    ".way{stroke:#9198a1}.tip{fill:#9198a1}.on{fill:#f0f6fc;stroke:#0d1117}\n"
    ".went{stroke:#3fb950}.tip.went{fill:#3fb950}.bare{stroke:#f85149}.tip.bare{fill:#f85149}"
    ".flow{stroke:#4493f8}.tip.flow{fill:#4493f8}\n"
    "}\n</style>\n";

static const char *const SVG_CLASS[CHART_SHAPES] = {"entry", "send", "hold", "choice", "effect", "exit"};

static void svg_write(const char *kind, double x, double y, struct jn_str text, struct jn_buf *out) {
    jn_buf_printf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", kind, x, y);
    jc_show_xml(text, out);
    jn_buf_z(out, "</text>\n");
}

static void svg_stages(const struct chart *chart, const struct layout *layout, struct jn_buf *out) {
    for (uint32_t band = 0; band < chart->journey->n_stage; band++) {
        const struct layout_band *row = &layout->band[band];
        if (row->bottom <= row->top) continue;
        jn_buf_printf(out, "<rect class=\"stage\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"8\"/>\n",
                      layout->left - LAYOUT_PAD, row->top, layout->width + 2 * LAYOUT_PAD, row->bottom - row->top);
        svg_write("stage-name", layout->left, row->top + 18, chart_band_name(chart, band), out);
    }
}

static void svg_outline(const struct chart_node *node, const struct layout_box *box, const char *marked,
                        struct jn_buf *out) {
    double left = box->x - box->w / 2, right = box->x + box->w / 2, top = box->y, bottom = box->y + box->h;
    const char *kind = SVG_CLASS[node->shape];
    if (node->shape == CHART_CHOICE) {
        double cut = LAYOUT_PAD * 0.9, middle = (top + bottom) / 2;
        jn_buf_printf(
            out, "<path class=\"box %s%s\" d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fL%.1f %.1fL%.1f %.1fL%.1f %.1fZ\"/>\n",
            kind, marked, left, middle, left + cut, top, right - cut, top, right, middle, right - cut, bottom,
            left + cut, bottom);
        return;
    }
    double round = node->shape == CHART_ENTRY || node->shape == CHART_EXIT ? box->h / 2 : 6;
    jn_buf_printf(out, "<rect class=\"box %s%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%.1f\"/>\n",
                  kind, marked, left, top, box->w, box->h, round);
}

static const char *svg_mark(const struct chart *chart, bool bare) {
    if (chart->marks == NULL || chart->marks->mark != JC_GRAPH_COVERAGE) return "";
    return bare ? " bare" : " went";
}

static void svg_box(const struct chart *chart, const struct chart_node *node, const struct layout_box *box,
                    struct jn_buf *out) {
    bool counted = chart->marks != NULL;
    svg_outline(node, box, svg_mark(chart, chart_is_bare(chart, node->count)), out);
    for (uint32_t i = 0; i < box->n_line; i++)
        svg_write(counted && i + 1 == box->n_line ? "label count" : "label", box->x,
                  box->y + LAYOUT_PAD / 2 + LAYOUT_LINE * (i + 0.76), box->line[i], out);
    if (node->step == JN_NONE) return;
    const struct jn_step *step = &chart->program->step[node->step];
    jn_buf_z(out, "<title>");
    jc_show_xml(node->label, out);
    jn_buf_z(out, "&#10;");
    jc_show_xml(chart->program->string[step->file], out);
    jn_buf_printf(out, ":%u</title>\n", step->line);
}

/* ---- arrows */

static void svg_path(const struct layout_route *route, struct jn_buf *out) {
    const struct layout_point *p = route->point;
    double tip = p[route->n_point - 1].y > p[route->n_point - 2].y ? -5 : 5; /* the line ends within the tip */
    jn_buf_printf(out, "M%.1f %.1f", p[0].x, p[0].y);
    for (uint32_t i = 1; i < route->n_point; i += 2) {
        double y = p[i].y + (i + 1 == route->n_point ? tip : 0), middle = (p[i - 1].y + y) / 2;
        jn_buf_printf(out, "C%.1f %.1f %.1f %.1f %.1f %.1f", p[i - 1].x, middle, p[i].x, middle, p[i].x, y);
        if (i + 1 < route->n_point) jn_buf_printf(out, "L%.1f %.1f", p[i + 1].x, p[i + 1].y);
    }
}

static void svg_way(const struct chart *chart, const struct chart_edge *edge, const struct layout_route *route,
                    struct jn_buf *out) {
    const struct layout_point *end = &route->point[route->n_point - 1];
    bool flow = chart->marks != NULL && chart->marks->mark == JC_GRAPH_FLOW;
    bool down = end->y > end[-1].y;
    const char *marked = flow ? " flow" : svg_mark(chart, edge->bare);
    double share = chart_share(chart, edge->count);
    double width = flow ? 1.2 + 9 * (share > 1 ? 1 : share) : 1.4, half = width / 2 + 3.4, back = down ? -9 : 9;
    jn_buf_printf(out, "<path class=\"way%s%s\" style=\"stroke-width:%.1fpx\" d=\"", marked, route->back ? " back" : "",
                  width);
    svg_path(route, out);
    jn_buf_printf(out, "\"/>\n<path class=\"tip%s\" d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fZ\"/>\n", marked, end->x, end->y,
                  end->x - half, end->y + back, end->x + half, end->y + back);
}

/* On the first curve, a third of the way: ways from one box part there. */
static void svg_way_text(const struct chart_edge *edge, const struct layout_route *route, struct jn_buf *out) {
    if (edge->text.n == 0) return;
    const struct layout_point *a = route->back ? &route->point[route->n_point - 1] : &route->point[0];
    const struct layout_point *b = route->back ? a - 1 : a + 1;
    double t = 0.6, k = 3 * t * t - 2 * t * t * t; /* x along a curve whose ends are upright */
    svg_write("on", a->x + (b->x - a->x) * k, a->y + (b->y - a->y) * t + 2, edge->text, out);
}

static double svg_chart(const struct chart *chart, const struct layout *layout, double y, struct jn_buf *out) {
    const struct jn_journey *journey = chart->journey;
    const struct jn_program *p = chart->program;
    jn_buf_printf(out, "<g transform=\"translate(%.1f %.1f)\">\n", SVG_MARGIN + LAYOUT_PAD - layout->left,
                  y + SVG_HEAD);
    struct jn_str title = p->string[journey->title].n > 0 ? p->string[journey->title] : p->string[journey->name];
    svg_write("title", layout->left - LAYOUT_PAD, -18, title, out);
    svg_stages(chart, layout, out);
    for (uint32_t e = 0; e < chart->n_edge; e++)
        svg_way(chart, &chart->edge[e], &layout->route[e], out);
    for (uint32_t i = 0; i < chart->n_node; i++) {
        jn_buf_z(out, "<g>");
        svg_box(chart, &chart->node[i], &layout->box[i], out);
        jn_buf_z(out, "</g>\n");
    }
    for (uint32_t e = 0; e < chart->n_edge; e++)
        svg_way_text(&chart->edge[e], &layout->route[e], out);
    jn_buf_z(out, "</g>\n");
    return y + SVG_HEAD + layout->height + SVG_MARGIN;
}

static double svg_width(const struct chart *chart, const struct layout *layout) {
    const struct jn_program *p = chart->program;
    double title = layout_text_width(p->string[chart->journey->title]) * 1.4;
    return (layout->width > title ? layout->width : title) + 2 * (SVG_MARGIN + LAYOUT_PAD);
}

void chart_svg(const struct chart *chart, uint32_t n, struct jn_buf *out) {
    double width = 0, height = SVG_MARGIN, y = SVG_MARGIN / 2;
    if (n == 0) return;
    struct layout *layout = JN_NEW_ARRAY(chart->arena, struct layout, n);
    for (uint32_t i = 0; i < n; i++) {
        layout_make(&chart[i], &layout[i]);
        double w = svg_width(&chart[i], &layout[i]);
        if (w > width) width = w;
        height += SVG_HEAD + layout[i].height + SVG_MARGIN;
    }
    jn_buf_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"journey\" width=\"%.0f\" height=\"%.0f\" "
                  "viewBox=\"0 0 %.0f %.0f\">\n",
                  width, height, width, height);
    jn_buf_z(out, SVG_STYLE);
    jn_buf_printf(out, "<rect class=\"ground\" width=\"%.0f\" height=\"%.0f\"/>\n", width, height);
    for (uint32_t i = 0; i < n; i++)
        y = svg_chart(&chart[i], &layout[i], y, out);
    jn_buf_z(out, "</svg>\n");
}
