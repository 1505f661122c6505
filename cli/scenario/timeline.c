/* The report of a failed test: its lines on the left, what happened meanwhile on the right. */
#include "cli/scenario/play.h"
#include "core/civil.h"
#include "core/utf8.h"
#include "core/zone.h"

#define CLI_LINE_MAX 4096

/* How a happening reads; NULL: too small to tell. %1 is the trace's name, %2 its detail. */
static const char *const CLI_SENTENCE[JR_TRACES] = {
    [JR_TRACE_DUPLICATE] = "%1 was taken before",
    [JR_TRACE_QUARANTINED] = "%1 was quarantined: %2",
    [JR_TRACE_ENTERED] = "entered",
    [JR_TRACE_IGNORED] = "%1 did not enter: %2",
    [JR_TRACE_HELD] = "holds until %2",
    [JR_TRACE_ARM] = "took arm %1",
    [JR_TRACE_MATCHED] = "%1 passed the wait",
    [JR_TRACE_TIMEOUT] = "timed out",
    [JR_TRACE_UNSENT] = "could not send %1: %2",
    [JR_TRACE_ASKED] = "asked %1",
    [JR_TRACE_ANSWERED] = "%1 answered",
    [JR_TRACE_DEFAULTED] = "%1 gave no answer (%2): its defaults stand",
    [JR_TRACE_LATE] = "an answer of %1 came too late",
    [JR_TRACE_REQUESTED] = "asked %1 to decide",
    [JR_TRACE_APPROVED] = "%1 approved",
    [JR_TRACE_REJECTED] = "%1 rejected",
    [JR_TRACE_WITHDRAWN] = "does not need %1 to decide any more",
    [JR_TRACE_GHOST] = "would have got %1, but for the control group",
    [JR_TRACE_SKIPPED] = "did not get %1: %2",
    [JR_TRACE_CONSENT] = "is %2 for %1",
    [JR_TRACE_ACCEPTED] = "got %1",
    [JR_TRACE_RETRY] = "%1 will be tried again: %2",
    [JR_TRACE_FAILED] = "%1 failed: %2",
    [JR_TRACE_REPLAYED] = "%1 was tried anew",
    [JR_TRACE_CANCELLED] = "%1 was cancelled",
    [JR_TRACE_SET] = "%1 became %2",
    [JR_TRACE_TAGGED] = "tagged %1",
    [JR_TRACE_UNTAGGED] = "lost tag %1",
    [JR_TRACE_NAMED] = "is also %1",
    [JR_TRACE_MERGED] = "and %1 are one",
    [JR_TRACE_APART] = "and %1 stay two: %2",
    [JR_TRACE_GOAL] = "reached %1",
    [JR_TRACE_LEFT] = "left as %1",
    [JR_TRACE_PARKED] = "cannot go on: %2",
    [JR_TRACE_ERASED] = "was erased",
    [JR_TRACE_UNPARKED] = "tries again",
};

static void cli_print_instant(const struct jn_zone *zone, int64_t at, struct jn_buf *out) {
    jn_strftime(JN_STR("%Y-%m-%d %H:%M"), at, jn_zone_offset(zone, at, NULL), JN_STR_NONE, out);
}

static void cli_print_happening(const struct jn_zone *zone, const struct jr_trace *trace, struct jn_buf *out) {
    cli_print_instant(zone, trace->at, out);
    jn_buf_printf(out, "  %.*s", JN_FMT(trace->customer));
    if (trace->step.n > 0)
        jn_buf_printf(out, " (%.*s)", JN_FMT(trace->step));
    else if (trace->journey.n > 0)
        jn_buf_printf(out, " (%.*s)", JN_FMT(trace->journey));
    jn_buf_char(out, ' ');
    for (const char *p = CLI_SENTENCE[trace->kind]; *p != '\0'; p++) {
        if (p[0] != '%') {
            jn_buf_char(out, *p);
            continue;
        }
        p++;
        jn_buf_str(out, *p == '1' ? trace->name : trace->detail);
    }
}

/* How many bytes fit into a column, cut behind a space when that is not far back. */
static size_t cli_fits(struct jn_str text, unsigned cells) {
    unsigned used = 0;
    size_t space = 0, at = 0;
    while (at < text.n) {
        size_t start = at;
        used += (unsigned)jn_utf8_width(jn_utf8_next(text, &at));
        if (used > cells) {
            size_t cut = start > 0 ? start : at; /* a character wider than the column goes out all the same */
            return space > cut / 2 ? space : cut;
        }
        if (text.p[start] == ' ') space = at;
    }
    return text.n;
}

static void cli_print_cell(struct jn_str text, unsigned cells, struct jn_buf *out) {
    unsigned used = 0;
    for (size_t at = 0; at < text.n;)
        used += (unsigned)jn_utf8_width(jn_utf8_next(text, &at));
    jn_buf_str(out, text);
    for (; used < cells; used++)
        jn_buf_char(out, ' ');
}

struct cli_columns {
    unsigned left, right;
    struct jn_buf *out;
};

/* One row of both columns, over as many lines as they need. */
static void cli_print_row(const struct cli_columns *c, const char *mark, struct jn_str left, struct jn_str right) {
    do {
        size_t n_left = cli_fits(left, c->left), n_right = cli_fits(right, c->right);
        jn_buf_z(c->out, mark);
        cli_print_cell(jn_str_sub(left, 0, n_left), right.n > 0 ? c->left : 0, c->out);
        if (right.n > 0) jn_buf_z(c->out, " | ");
        struct jn_str end = jn_str_sub(right, 0, n_right);
        while (end.n > 0 && end.p[end.n - 1] == ' ')
            end.n--;
        jn_buf_str(c->out, end);
        jn_buf_char(c->out, '\n');
        left = jn_str_sub(left, n_left, left.n);
        right = jn_str_sub(right, n_right, right.n);
        mark = "    ";
    } while (left.n > 0 || right.n > 0);
}

static const struct cli_happening *cli_next_told(const struct cli_happening *happening, uint32_t scene) {
    while (happening != NULL && (happening->scene < scene || CLI_SENTENCE[happening->trace.kind] == NULL))
        happening = happening->next;
    return happening != NULL && happening->scene == scene ? happening : NULL;
}

static const struct cli_finding *cli_finding_of(const struct cli_played *played, uint32_t scene) {
    const struct cli_finding *finding = played->finding;
    while (finding != NULL && finding->scene != scene)
        finding = finding->next;
    return finding;
}

static void cli_print_scene(const struct cli_columns *c, const struct cli_played *played, const struct jn_zone *zone,
                            uint32_t i) {
    const struct cli_happening *happening = cli_next_told(played->happening, i);
    const struct cli_finding *finding = cli_finding_of(played, i);
    struct jn_str left = played->scenario->scene[i].source;
    const char *mark = finding == NULL ? "    " : finding == played->finding ? "  > " : "  x ";
    struct jn_buf right;
    jn_buf_init(&right, CLI_LINE_MAX);
    if (finding != NULL)
        jn_buf_printf(&right, "%s %.*s", finding == played->finding ? "<--" : "x", JN_FMT(finding->text));
    if (finding != NULL || happening == NULL) {
        cli_print_row(c, mark, left, jn_buf_view(&right));
        left = JN_STR_NONE;
    }
    for (; happening != NULL; happening = cli_next_told(happening->next, i)) {
        jn_buf_reset(&right);
        cli_print_happening(zone, &happening->trace, &right);
        cli_print_row(c, "    ", left, jn_buf_view(&right));
        left = JN_STR_NONE;
    }
    jn_buf_release(&right);
}

static const struct jn_zone *cli_timeline_zone(const struct jn_program *program) {
    const struct jn_zone *zone;
    if (jn_zone_find(jn_program_str(program, program->meta[0].timezone), &zone, NULL) != JN_OK) zone = jn_zone_utc();
    return zone;
}

void cli_timeline_print(const struct jn_program *program, const struct cli_played *played, unsigned width,
                        struct jn_buf *out) {
    unsigned room = width - 7; /* the mark and the bar */
    struct cli_columns c = {.left = room * 9 / 20, .out = out};
    c.right = room - c.left;
    cli_print_row(&c, "    ", JN_STR("expected"), JN_STR("what happened"));
    for (uint32_t i = 0; i < played->scenario->n_scene; i++)
        cli_print_scene(&c, played, cli_timeline_zone(program), i);
}

void cli_timeline_json(const struct jn_program *program, const struct cli_played *played, struct jn_json_out *w) {
    const struct jn_zone *zone = cli_timeline_zone(program);
    struct jn_buf text;
    jn_buf_init(&text, CLI_LINE_MAX);
    jn_jw_array(w);
    for (uint32_t i = 0; i < played->scenario->n_scene; i++) {
        const struct cli_finding *finding = cli_finding_of(played, i);
        jn_jw_object(w);
        jn_jw_key(w, "line");
        jn_jw_int(w, played->scenario->scene[i].line);
        jn_jw_key(w, "expected");
        jn_jw_str(w, played->scenario->scene[i].source);
        jn_jw_key(w, "differs");
        jn_jw_bool(w, finding != NULL);
        jn_jw_key(w, "happened");
        jn_jw_array(w);
        for (const struct cli_happening *h = cli_next_told(played->happening, i); h != NULL;
             h = cli_next_told(h->next, i)) {
            jn_buf_reset(&text);
            cli_print_happening(zone, &h->trace, &text);
            jn_jw_str(w, jn_buf_view(&text));
        }
        jn_jw_end_array(w);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
    jn_buf_release(&text);
}
