#include "cli/simulate/report.h"
#include "core/civil.h"
#include "core/value.h"
#include "image/image.h"

static const char *const MESSAGE_KEY[SIM_MESSAGE_COUNTS] = {
    [SIM_WRITTEN] = "written",         [SIM_ACCEPTED] = "accepted",
    [SIM_FAILED] = "failed",           [SIM_RETRIED] = "retried",
    [SIM_UNREACHABLE] = "unreachable", [SIM_GHOST] = "control",
    [SIM_CAPPED] = "capped",           [SIM_QUIET] = "quiet",
    [SIM_NO_CONSENT] = "no_consent",   [SIM_HELD_QUIET] = "held_quiet",
    [SIM_HELD_CAP] = "held_cap"};

static void json_count(struct jn_json_out *w, const char *key, uint64_t value) {
    jn_jw_key(w, key);
    jn_jw_int(w, (int64_t)value);
}

static void json_text(struct jn_json_out *w, const char *key, struct jn_str value) {
    jn_jw_key(w, key);
    jn_jw_str(w, value);
}

static void json_real(struct jn_json_out *w, const char *key, double value) {
    struct jn_dec dec, rounded;
    jn_jw_key(w, key);
    if (jn_dec_from_double(value, &dec) && jn_dec_round(dec, 6, &rounded))
        jn_jw_dec(w, rounded);
    else
        jn_jw_null(w);
}

static void json_instant(struct jn_json_out *w, const char *key, int64_t at) {
    jn_jw_key(w, key);
    jn_value_to_json(jn_value_of(JN_T_INSTANT, at), w);
}

static void json_goal(const struct sim_report *r, uint32_t journey, uint32_t goal, struct jn_json_out *w) {
    static const char *const SIDE[] = {"messaged", "control"};
    struct sim_lift lift = sim_lift(r, journey, goal);
    jn_jw_object(w);
    json_text(w, "goal", r->program->string[r->program->goal[goal].name]);
    for (int i = 0; i < 2; i++) {
        jn_jw_key(w, SIDE[i]);
        jn_jw_object(w);
        json_count(w, "runs", lift.runs[i]);
        json_count(w, "reached", lift.reached[i]);
        json_real(w, "rate", lift.rate[i]);
        jn_jw_end_object(w);
    }
    jn_jw_key(w, "lift");
    if (lift.known) {
        jn_jw_object(w);
        json_real(w, "value", lift.value);
        json_real(w, "low", lift.low);
        json_real(w, "high", lift.high);
        json_text(w, "method", JN_STR("ratio of rates, 95% interval of Katz, fixed horizon"));
        jn_jw_end_object(w);
    } else {
        jn_jw_null(w);
    }
    jn_jw_end_object(w);
}

static void json_journey(const struct sim_report *r, uint32_t j, struct jn_json_out *w) {
    const struct jn_program *p = r->program;
    const struct jn_journey *row = &p->journey[j];
    const uint64_t *count = r->tally->journey[j];
    jn_jw_object(w);
    cli_walk_json(&r->tally->walk, j, w);
    json_text(w, "title", p->string[row->title]);
    json_count(w, "entered", count[SIM_ENTERED]);
    json_count(w, "control", count[SIM_CONTROL]);
    json_count(w, "outside_rollout", count[SIM_OUTSIDE]);
    json_count(w, "ignored", count[SIM_IGNORED]);
    json_count(w, "inside", count[SIM_ENTERED] - count[SIM_LEFT]);
    json_count(w, "parked", count[SIM_PARKED]);
    jn_jw_key(w, "stages");
    jn_jw_array(w);
    for (uint32_t i = row->first_stage; i < row->first_stage + row->n_stage; i++) {
        jn_jw_object(w);
        json_text(w, "stage", p->string[p->stage[i].name]);
        json_count(w, "runs", r->tally->stage[i]);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
    jn_jw_key(w, "goals");
    jn_jw_array(w);
    for (uint32_t i = row->first_goal; i < row->first_goal + row->n_goal; i++)
        json_goal(r, j, i, w);
    jn_jw_end_array(w);
    jn_jw_key(w, "exits");
    jn_jw_array(w);
    for (uint32_t i = 0; i < r->tally->n_exit; i++) {
        if (r->tally->exit[i].journey != j) continue;
        jn_jw_object(w);
        json_text(w, "as", r->tally->exit[i].name);
        json_count(w, "runs", r->tally->left[i]);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
    jn_jw_end_object(w);
}

static void json_messages(const struct sim_report *r, struct jn_json_out *w) {
    const struct jn_program *p = r->program;
    jn_jw_key(w, "messages");
    jn_jw_array(w);
    for (uint32_t m = 0; m < p->n_message; m++) {
        jn_jw_object(w);
        json_text(w, "message", p->string[p->message[m].name]);
        json_text(w, "channel", p->string[p->channel[p->message[m].channel].name]);
        for (unsigned i = 0; i < SIM_MESSAGE_COUNTS; i++)
            json_count(w, MESSAGE_KEY[i], r->tally->message[m][i]);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
    jn_jw_key(w, "messages_per_customer");
    jn_jw_array(w);
    for (uint32_t i = 0; i <= SIM_PERSON_MAX; i++)
        jn_jw_int(w, (int64_t)r->tally->person[i]);
    jn_jw_end_array(w);
}

static void json_channels(const struct sim_report *r, struct jn_json_out *w) {
    const struct jn_program *p = r->program;
    struct jn_value value;
    jn_jw_key(w, "channels");
    jn_jw_array(w);
    for (uint32_t c = 0; c < p->n_channel; c++) {
        jn_jw_object(w);
        json_text(w, "channel", p->string[p->channel[c].name]);
        json_count(w, "accepted", sim_sent_on(r, c));
        jn_jw_key(w, "cost");
        if (sim_cost(r, c, false, &value))
            jn_value_to_json(value, w);
        else
            jn_jw_null(w);
        jn_jw_key(w, "carbon_grams");
        if (sim_cost(r, c, true, &value))
            jn_value_to_json(value, w);
        else
            jn_jw_null(w);
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
}

static void json_peaks(const struct sim_report *r, struct jn_json_out *w) {
    static const struct {
        const char *key;
        uint32_t minutes;
    } ROW[] = {{"minute", 1}, {"hour", 60}};
    jn_jw_key(w, "peak");
    jn_jw_object(w);
    for (int i = 0; i < 2; i++) {
        struct sim_peak peak = sim_peak(r, ROW[i].minutes);
        jn_jw_key(w, ROW[i].key);
        jn_jw_object(w);
        json_count(w, "messages", peak.messages);
        json_instant(w, "at", peak.at);
        jn_jw_end_object(w);
    }
    jn_jw_end_object(w);
}

static void json_dead(const struct sim_report *r, uint32_t i, struct jn_json_out *w) {
    const struct jn_program *p = r->program;
    const struct jn_step *step = &p->step[i];
    jn_jw_object(w);
    json_text(w, "step", sim_step_name(p, i));
    json_text(w, "file", p->string[step->file]);
    json_count(w, "line", step->line);
}

static void json_never(const struct sim_report *r, struct jn_json_out *w) {
    const struct jn_program *p = r->program;
    jn_jw_key(w, "never_reached");
    jn_jw_array(w);
    for (uint32_t i = 0; i < p->n_step; i++)
        if (sim_is_dead_step(r, i)) {
            json_dead(r, i, w);
            jn_jw_end_object(w);
        }
    jn_jw_end_array(w);
    jn_jw_key(w, "dead_arms");
    jn_jw_array(w);
    for (uint32_t i = 0; i < p->n_step; i++)
        for (uint32_t a = 0; jn_step_ways((enum jn_step_kind)p->step[i].kind) == JN_WAYS_ARMS && a < p->step[i].b; a++)
            if (sim_is_dead_arm(r, i, p->step[i].a + a)) {
                json_dead(r, i, w);
                json_text(w, "arm", p->string[p->arm[p->step[i].a + a].name]);
                jn_jw_end_object(w);
            }
    jn_jw_end_array(w);
}

void sim_report_json(const struct sim_report *r, struct jn_buf *out) {
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    json_count(&w, "customers", r->cohort->customers);
    json_count(&w, "seed", r->cohort->seed);
    json_text(&w, "model", r->model_file == NULL ? JN_STR("suggested") : jn_str_z(r->model_file));
    json_instant(&w, "from", r->model->start);
    json_instant(&w, "to", r->model->end);
    jn_jw_key(&w, "journeys");
    jn_jw_array(&w);
    for (uint32_t j = 0; j < r->program->n_journey; j++)
        json_journey(r, j, &w);
    jn_jw_end_array(&w);
    json_messages(r, &w);
    json_channels(r, &w);
    json_peaks(r, &w);
    json_never(r, &w);
    json_count(&w, "refused_events", *r->tally->refused);
    jn_jw_key(&w, "refused_first");
    if (*r->tally->refused > 0)
        jn_jw_z(&w, r->tally->refused_why);
    else
        jn_jw_null(&w);
    jn_jw_end_object(&w);
    jn_buf_char(out, '\n');
}
