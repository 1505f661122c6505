#include "cli/simulate/report.h"
#include "cli/terminal.h"
#include "core/utf8.h"
#include "core/value.h"
#include "image/image.h"

#define TEXT_NAME 26 /* cells */
#define TEXT_BAR  30

static void text_right(struct jn_str text, size_t cells, struct jn_buf *out) {
    for (size_t n = text.n; n < cells; n++)
        jn_buf_char(out, ' ');
    jn_buf_str(out, text);
}

/* A name, how many, a bar of eighths, and the share. */
static void text_row(struct jn_arena *arena, struct jn_str name, uint64_t n, uint64_t of, struct jn_buf *out) {
    static const char *const EIGHTH[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    double share = of == 0 ? 0 : (double)n / (double)of;
    uint32_t eighths = (uint32_t)((share > 1 ? 1 : share) * TEXT_BAR * 8 + 0.5), cells = (eighths + 7) / 8;
    jn_buf_z(out, "  ");
    cli_cell(name, TEXT_NAME, out);
    text_right(sim_grouped(arena, n), 12, out);
    jn_buf_z(out, "  ");
    for (uint32_t i = 0; i < eighths / 8; i++)
        jn_buf_z(out, "█");
    jn_buf_z(out, EIGHTH[eighths % 8]);
    for (; cells < TEXT_BAR; cells++)
        jn_buf_char(out, ' ');
    jn_buf_printf(out, " %5.1f%%\n", 100 * share);
}

static void text_goal(const struct sim_report *r, uint32_t j, uint32_t goal, struct jn_arena *arena,
                      struct jn_buf *out) {
    struct sim_lift lift = sim_lift(r, j, goal);
    struct jn_str name = r->program->string[r->program->goal[goal].name];
    jn_buf_printf(out, "  goal %.*s: %.2f%% of %.*s", JN_FMT(name), 100 * lift.rate[0],
                  JN_FMT(sim_grouped(arena, lift.runs[0])));
    if (lift.runs[1] == 0) {
        jn_buf_z(out, "; no control group to compare with (`control 10%` makes one)\n");
        return;
    }
    jn_buf_printf(out, " messaged, %.2f%% of %.*s in control", 100 * lift.rate[1],
                  JN_FMT(sim_grouped(arena, lift.runs[1])));
    if (lift.known)
        jn_buf_printf(out, "\n    lift %+.1f%%, between %+.1f%% and %+.1f%% (95%%)\n", 100 * lift.value, 100 * lift.low,
                      100 * lift.high);
    else
        jn_buf_z(out, "; too few reached it to say more\n");
}

static void text_journey(const struct sim_report *r, uint32_t j, struct jn_arena *arena, struct jn_buf *out) {
    const struct jn_program *p = r->program;
    const struct jn_journey *row = &p->journey[j];
    const uint64_t *count = r->tally->journey[j];
    uint64_t entered = count[SIM_ENTERED];
    jn_buf_printf(out, "\n%.*s", JN_FMT(p->string[row->name]));
    if (p->string[row->title].n > 0) jn_buf_printf(out, " · %.*s", JN_FMT(p->string[row->title]));
    jn_buf_char(out, '\n');
    text_row(arena, JN_STR("entered"), entered, entered, out);
    for (uint32_t i = row->first_stage; i < row->first_stage + row->n_stage; i++)
        text_row(arena, jn_arena_printf(arena, "stage %.*s", JN_FMT(p->string[p->stage[i].name])), r->tally->stage[i],
                 entered, out);
    for (uint32_t i = 0; i < r->tally->n_exit; i++)
        if (r->tally->exit[i].journey == j)
            text_row(arena, jn_arena_printf(arena, "left as %.*s", JN_FMT(r->tally->exit[i].name)), r->tally->left[i],
                     entered, out);
    text_row(arena, JN_STR("inside at the end"), entered - count[SIM_LEFT], entered, out);
    if (count[SIM_PARKED] > 0) text_row(arena, JN_STR("cannot go on"), count[SIM_PARKED], entered, out);
    if (count[SIM_OUTSIDE] > 0)
        jn_buf_printf(out, "  %.*s more were outside the rollout\n", JN_FMT(sim_grouped(arena, count[SIM_OUTSIDE])));
    if (count[SIM_IGNORED] > 0)
        jn_buf_printf(out, "  %.*s further triggers let nobody in\n", JN_FMT(sim_grouped(arena, count[SIM_IGNORED])));
    for (uint32_t i = row->first_goal; i < row->first_goal + row->n_goal; i++)
        text_goal(r, j, i, arena, out);
}

static const struct {
    enum sim_message_count count;
    const char *word;
} UNSENT_ROW[] = {{SIM_FAILED, "failed"},           {SIM_RETRIED, "tried again"},
                  {SIM_UNREACHABLE, "no address"},  {SIM_GHOST, "in control"},
                  {SIM_NO_CONSENT, "no consent"},   {SIM_QUIET, "dropped in quiet hours"},
                  {SIM_CAPPED, "skipped by a cap"}, {SIM_HELD_QUIET, "held over quiet hours"},
                  {SIM_HELD_CAP, "held by a cap"}};

static void text_messages(const struct sim_report *r, struct jn_arena *arena, struct jn_buf *out) {
    const struct jn_program *p = r->program;
    uint64_t most = 0;
    for (uint32_t m = 0; m < p->n_message; m++)
        if (r->tally->message[m][SIM_ACCEPTED] > most) most = r->tally->message[m][SIM_ACCEPTED];
    jn_buf_z(out, "\nmessages\n");
    for (uint32_t m = 0; m < p->n_message; m++) {
        const uint64_t *count = r->tally->message[m];
        const char *before = "    ";
        struct jn_str channel = p->string[p->channel[p->message[m].channel].name];
        text_row(arena, jn_arena_printf(arena, "%.*s on %.*s", JN_FMT(p->string[p->message[m].name]), JN_FMT(channel)),
                 count[SIM_ACCEPTED], most, out);
        for (size_t i = 0; i < sizeof(UNSENT_ROW) / sizeof(*UNSENT_ROW); i++) {
            if (count[UNSENT_ROW[i].count] == 0) continue;
            jn_buf_printf(out, "%s%.*s %s", before, JN_FMT(sim_grouped(arena, count[UNSENT_ROW[i].count])),
                          UNSENT_ROW[i].word);
            before = ", ";
        }
        if (before[0] == ',') jn_buf_char(out, '\n');
    }
    jn_buf_z(out, "\nmessages of one customer\n");
    uint32_t last = 0;
    for (uint32_t i = 0; i <= SIM_PERSON_MAX; i++)
        if (r->tally->person[i] > 0) last = i;
    for (uint32_t i = 0; i <= last; i++)
        text_row(arena, jn_arena_printf(arena, i == SIM_PERSON_MAX ? "%u or more" : "%u", i), r->tally->person[i],
                 r->cohort->customers, out);
}

static void text_channels(const struct sim_report *r, struct jn_arena *arena, struct jn_buf *out) {
    struct jn_value value;
    jn_buf_z(out, "\nchannels\n");
    for (uint32_t c = 0; c < r->program->n_channel; c++) {
        jn_buf_z(out, "  ");
        cli_cell(r->program->string[r->program->channel[c].name], TEXT_NAME, out);
        text_right(sim_grouped(arena, sim_sent_on(r, c)), 12, out);
        if (sim_cost(r, c, false, &value)) {
            jn_buf_z(out, "  cost ");
            jn_value_print(value, out);
        }
        if (sim_cost(r, c, true, &value)) {
            jn_buf_z(out, "  carbon ");
            jn_value_print(value, out);
            jn_buf_z(out, " g");
        }
        jn_buf_char(out, '\n');
    }
    for (int i = 0; i < 2; i++) {
        struct sim_peak peak = sim_peak(r, i == 0 ? 1 : 60);
        jn_buf_printf(out, "  at most %.*s %s, from ", JN_FMT(sim_grouped(arena, peak.messages)),
                      i == 0 ? "a minute" : "an hour");
        jn_value_print(jn_value_of(JN_T_INSTANT, peak.at), out);
        jn_buf_char(out, '\n');
    }
}

static void text_never(const struct sim_report *r, struct jn_buf *out) {
    const struct jn_program *p = r->program;
    struct jn_buf never;
    jn_buf_init(&never, 1u << 20);
    for (uint32_t i = 0; i < p->n_step; i++) {
        const struct jn_step *step = &p->step[i];
        if (sim_is_dead_step(r, i))
            jn_buf_printf(&never, "  %.*s:%u: %.*s was never reached\n", JN_FMT(p->string[step->file]), step->line,
                          JN_FMT(sim_step_name(p, i)));
        for (uint32_t a = 0; jn_step_ways((enum jn_step_kind)step->kind) == JN_WAYS_ARMS && a < step->b; a++)
            if (sim_is_dead_arm(r, i, step->a + a))
                jn_buf_printf(&never, "  %.*s:%u: arm %.*s of %.*s was never taken\n", JN_FMT(p->string[step->file]),
                              step->line, JN_FMT(p->string[p->arm[step->a + a].name]), JN_FMT(p->string[step->c]));
    }
    if (never.n > 0) jn_buf_z(out, "\nnever\n");
    jn_buf_str(out, jn_buf_view(&never));
    jn_buf_release(&never);
}

void sim_report_text(const struct sim_report *r, struct jn_buf *out) {
    struct jn_arena arena;
    jn_arena_init(&arena);
    jn_buf_printf(out, "%.*s simulated customers of %s, ", JN_FMT(sim_grouped(&arena, r->cohort->customers)), r->path);
    jn_value_print(jn_value_of(JN_T_INSTANT, r->model->start), out);
    jn_buf_z(out, " to ");
    jn_value_print(jn_value_of(JN_T_INSTANT, r->model->end), out);
    jn_buf_printf(out, ", seed %llu\n", (unsigned long long)r->cohort->seed);
    if (r->model_file != NULL)
        jn_buf_printf(out, "model: %s\n", r->model_file);
    else
        jn_buf_z(out, "model: what the script suggests, not what your customers do; `--print-model` shows it, to begin "
                      "your own from\n");
    for (uint32_t j = 0; j < r->program->n_journey; j++)
        text_journey(r, j, &arena, out);
    text_messages(r, &arena, out);
    text_channels(r, &arena, out);
    text_never(r, out);
    if (*r->tally->refused > 0)
        jn_buf_printf(out, "\n%.*s events were refused, as a server would: the model does not fit; the first is %s\n",
                      JN_FMT(sim_grouped(&arena, *r->tally->refused)), r->tally->refused_why);
    jn_arena_release(&arena);
}
