/* The report of a failed test: its lines on the left, what happened meanwhile on the right. */
#include "cli/scenario/play.h"
#include "core/civil.h"
#include "core/utf8.h"
#include "core/zone.h"

#define CLI_LEFT_CELLS 56
#define CLI_LINE_MAX   4096

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
    [JR_TRACE_GHOST] = "would have got %1, but for the control group",
    [JR_TRACE_SKIPPED] = "did not get %1: %2",
    [JR_TRACE_CONSENT] = "is %2 for %1",
    [JR_TRACE_ACCEPTED] = "got %1",
    [JR_TRACE_RETRY] = "%1 will be tried again: %2",
    [JR_TRACE_FAILED] = "%1 failed: %2",
    [JR_TRACE_CANCELLED] = "%1 was cancelled",
    [JR_TRACE_SET] = "%1 became %2",
    [JR_TRACE_TAGGED] = "tagged %1",
    [JR_TRACE_UNTAGGED] = "lost tag %1",
    [JR_TRACE_GOAL] = "reached %1",
    [JR_TRACE_LEFT] = "left as %1",
    [JR_TRACE_PARKED] = "cannot go on: %2",
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

/* Cuts or fills to a column of terminal cells. */
static void cli_print_column(struct jn_str text, unsigned cells, struct jn_buf *out) {
    unsigned used = 0;
    for (size_t at = 0; at < text.n;) {
        size_t start = at;
        unsigned width = (unsigned)jn_utf8_width(jn_utf8_next(text, &at));
        if (used + width > cells) break;
        jn_buf_str(out, jn_str_sub(text, start, at - start));
        used += width;
    }
    for (; used < cells; used++)
        jn_buf_char(out, ' ');
}

static const struct cli_happening *cli_next_told(const struct cli_happening *happening, uint32_t scene) {
    while (happening != NULL && (happening->scene < scene || CLI_SENTENCE[happening->trace.kind] == NULL))
        happening = happening->next;
    return happening != NULL && happening->scene == scene ? happening : NULL;
}

static void cli_print_scene(const struct cli_played *played, const struct jn_zone *zone, uint32_t i, bool failed,
                            struct jn_buf *out) {
    const struct cli_happening *happening = cli_next_told(played->happening, i);
    struct jn_buf right;
    jn_buf_init(&right, CLI_LINE_MAX);
    for (bool first = true; first || happening != NULL; first = false) {
        jn_buf_z(out, first && failed ? "  > " : "    ");
        cli_print_column(first ? played->scenario->scene[i].source : JN_STR_NONE, CLI_LEFT_CELLS, out);
        jn_buf_z(out, " | ");
        if (happening != NULL) {
            jn_buf_reset(&right);
            cli_print_happening(zone, &happening->trace, &right);
            jn_buf_str(out, jn_buf_view(&right));
            happening = cli_next_told(happening->next, i);
        }
        jn_buf_char(out, '\n');
    }
    jn_buf_release(&right);
}

void cli_timeline_print(const struct jn_program *program, const struct cli_played *played, struct jn_buf *out) {
    const struct jn_zone *zone;
    if (jn_zone_find(jn_program_str(program, program->meta[0].timezone), &zone, NULL) != JN_OK) zone = jn_zone_utc();
    jn_buf_z(out, "    ");
    cli_print_column(JN_STR("expected"), CLI_LEFT_CELLS, out);
    jn_buf_z(out, " | what happened\n");
    uint32_t first = played->finding == NULL ? UINT32_MAX : played->finding->scene;
    for (uint32_t i = 0; i < played->scenario->n_scene; i++)
        cli_print_scene(played, zone, i, i == first, out);
}
