#include "cli/simulate/report.h"
#include "compiler/diag/show.h"
#include "core/value.h"

#define SVG_WIDTH  760
#define SVG_LEFT   24
#define SVG_NAME   250 /* where bars begin */
#define SVG_BAR    330
#define SVG_ROW    24
#define SVG_HEADER 46

struct svg_page {
    const struct sim_report *report;
    struct jn_arena arena;
    struct jn_buf body;
    int y;
};

static const char SVG_STYLE[] =
    "<style>\n"
    ".report{font:13px system-ui,-apple-system,\"Segoe UI\",\"Noto Sans\",\"Noto Sans CJK SC\",sans-serif}\n"
    ".ground{fill:#ffffff}.text{fill:#1f2328}.head{fill:#1f2328;font-size:16px;font-weight:600}.quiet{fill:#59636e}\n"
    ".end{text-anchor:end}.bar{fill:#0969da}.rest{fill:#eaeef2}.span{stroke:#1f2328;stroke-width:2}.zero{stroke:#"
    "818b98}\n"
    "@media (prefers-color-scheme:dark){.ground{fill:#0d1117}.text,.head{fill:#f0f6fc}.quiet{fill:#9198a1}"
    ".bar{fill:#4493f8}.rest{fill:#212830}.span{stroke:#f0f6fc}.zero{stroke:#656c76}}\n</style>\n";

static void page_text(struct svg_page *page, const char *kind, int x, struct jn_str text) {
    jn_buf_printf(&page->body, "<text class=\"%s\" x=\"%d\" y=\"%d\">", kind, x, page->y);
    jc_show_xml(text, &page->body);
    jn_buf_z(&page->body, "</text>\n");
}

static void page_head(struct svg_page *page, struct jn_str text) {
    page->y += SVG_HEADER;
    page_text(page, "head", SVG_LEFT, text);
    page->y += 4;
}

static void page_row(struct svg_page *page, struct jn_str name, uint64_t n, uint64_t of) {
    double share = of == 0 ? 0 : (double)n / (double)of;
    page->y += SVG_ROW;
    page_text(page, "text", SVG_LEFT, name);
    jn_buf_printf(&page->body,
                  "<rect class=\"rest\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"14\" rx=\"3\"/>\n"
                  "<rect class=\"bar\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"14\" rx=\"3\"/>\n",
                  SVG_NAME, page->y - 12, SVG_BAR, SVG_NAME, page->y - 12, SVG_BAR * (share > 1 ? 1 : share));
    page_text(page, "text end", SVG_NAME + SVG_BAR + 80, sim_grouped(&page->arena, n));
    page_text(page, "quiet end", SVG_WIDTH - SVG_LEFT, jn_arena_printf(&page->arena, "%.1f%%", 100 * share));
}

/* The interval of a lift as a line, its estimate as a point; the scale reaches as far as the interval does. */
static void page_lift(struct svg_page *page, const struct sim_lift *lift) {
    double most = 0.1, middle = SVG_NAME + SVG_BAR / 2.0, half = SVG_BAR / 2.0;
    if (lift->high > most) most = lift->high;
    if (-lift->low > most) most = -lift->low;
    page->y += SVG_ROW;
    page_text(page, "quiet", SVG_LEFT, JN_STR("  lift, 95%"));
    jn_buf_printf(&page->body,
                  "<line class=\"zero\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n"
                  "<line class=\"span\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n"
                  "<circle class=\"bar\" cx=\"%.1f\" cy=\"%d\" r=\"5\"/>\n",
                  middle, middle, page->y - 14, page->y + 4, middle + half * lift->low / most,
                  middle + half * lift->high / most, page->y - 5, page->y - 5, middle + half * lift->value / most,
                  page->y - 5);
    page_text(page, "text end", SVG_WIDTH - SVG_LEFT,
              jn_arena_printf(&page->arena, "%+.1f%%, %+.1f%% to %+.1f%%", 100 * lift->value, 100 * lift->low,
                              100 * lift->high));
}

static void page_goals(struct svg_page *page, uint32_t j) {
    const struct jn_program *p = page->report->program;
    const struct jn_journey *row = &p->journey[j];
    for (uint32_t i = row->first_goal; i < row->first_goal + row->n_goal; i++) {
        struct sim_lift lift = sim_lift(page->report, j, i);
        struct jn_str name = p->string[p->goal[i].name];
        page_row(page, jn_arena_printf(&page->arena, "goal %.*s", JN_FMT(name)), lift.reached[0], lift.runs[0]);
        if (lift.runs[1] > 0)
            page_row(page, jn_arena_printf(&page->arena, "goal %.*s, control", JN_FMT(name)), lift.reached[1],
                     lift.runs[1]);
        if (lift.known) page_lift(page, &lift);
    }
}

static void page_journey(struct svg_page *page, uint32_t j) {
    const struct sim_report *r = page->report;
    const struct jn_program *p = r->program;
    const struct jn_journey *row = &p->journey[j];
    uint64_t entered = r->tally->journey[j][SIM_ENTERED];
    page_head(page, p->string[row->title].n > 0 ? p->string[row->title] : p->string[row->name]);
    page_row(page, JN_STR("entered"), entered, entered);
    for (uint32_t i = row->first_stage; i < row->first_stage + row->n_stage; i++)
        page_row(page, p->string[p->stage[i].name], r->tally->stage[i], entered);
    for (uint32_t i = 0; i < r->tally->n_exit; i++)
        if (r->tally->exit[i].journey == j)
            page_row(page, jn_arena_printf(&page->arena, "left as %.*s", JN_FMT(r->tally->exit[i].name)),
                     r->tally->left[i], entered);
    page_row(page, JN_STR("inside at the end"), entered - r->tally->journey[j][SIM_LEFT], entered);
    page_goals(page, j);
}

static void page_messages(struct svg_page *page) {
    const struct sim_report *r = page->report;
    uint64_t most = 0;
    uint32_t last = 0;
    for (uint32_t m = 0; m < r->program->n_message; m++)
        if (r->tally->message[m][SIM_ACCEPTED] > most) most = r->tally->message[m][SIM_ACCEPTED];
    page_head(page, JN_STR("Messages sent"));
    for (uint32_t m = 0; m < r->program->n_message; m++)
        page_row(page, r->program->string[r->program->message[m].name], r->tally->message[m][SIM_ACCEPTED], most);
    page_head(page, JN_STR("Messages of one customer"));
    for (uint32_t i = 0; i <= SIM_PERSON_MAX; i++)
        if (r->tally->person[i] > 0) last = i;
    for (uint32_t i = 0; i <= last; i++)
        page_row(page, jn_arena_printf(&page->arena, i == SIM_PERSON_MAX ? "%u or more" : "%u", i), r->tally->person[i],
                 r->cohort->customers);
}

void sim_report_svg(const struct sim_report *report, struct jn_buf *out) {
    struct svg_page page = {.report = report, .y = 8};
    jn_arena_init(&page.arena);
    jn_buf_init(&page.body, 64u << 20);
    page.y += 20;
    page_text(&page, "quiet", SVG_LEFT,
              jn_arena_printf(&page.arena, "%.*s simulated customers, seed %llu, model: %s",
                              JN_FMT(sim_grouped(&page.arena, report->cohort->customers)),
                              (unsigned long long)report->cohort->seed,
                              report->model_file == NULL ? "suggested by the script" : report->model_file));
    for (uint32_t j = 0; j < report->program->n_journey; j++)
        page_journey(&page, j);
    page_messages(&page);
    jn_buf_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"report\" width=\"%d\" height=\"%d\" "
                  "viewBox=\"0 0 %d %d\">\n",
                  SVG_WIDTH, page.y + SVG_LEFT, SVG_WIDTH, page.y + SVG_LEFT);
    jn_buf_z(out, SVG_STYLE);
    jn_buf_printf(out, "<rect class=\"ground\" width=\"%d\" height=\"%d\"/>\n", SVG_WIDTH, page.y + SVG_LEFT);
    jn_buf_str(out, jn_buf_view(&page.body));
    jn_buf_z(out, "</svg>\n");
    jn_buf_release(&page.body);
    jn_arena_release(&page.arena);
}
