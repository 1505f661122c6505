#include <math.h>
#include <stdio.h>

#include "cli/simulate/report.h"
#include "core/civil.h"
#include "core/value.h"
#include "image/image.h"

#define FIGURES_Z 1.959963984540054 /* 95%, two sides */

/* Ratio of two rates with the interval of Katz and others (1978): one look at the end, so a fixed horizon is right. */
struct sim_lift sim_lift(const struct sim_report *report, uint32_t journey, uint32_t goal) {
    const uint64_t *count = report->tally->journey[journey];
    struct sim_lift lift = {.runs = {count[SIM_ENTERED] - count[SIM_CONTROL], count[SIM_CONTROL]}};
    double variance = 0;
    lift.known = true;
    for (int i = 0; i < 2; i++) {
        lift.reached[i] = report->tally->goal[goal][i];
        lift.rate[i] = lift.runs[i] == 0 ? 0 : (double)lift.reached[i] / (double)lift.runs[i];
        lift.known = lift.known && lift.reached[i] > 0;
        if (lift.reached[i] > 0) variance += (1 - lift.rate[i]) / (double)lift.reached[i];
    }
    if (!lift.known) return lift;
    double ratio = log(lift.rate[0] / lift.rate[1]), half = FIGURES_Z * sqrt(variance);
    lift.value = expm1(ratio);
    lift.low = expm1(ratio - half);
    lift.high = expm1(ratio + half);
    return lift;
}

struct sim_peak sim_peak(const struct sim_report *report, uint32_t minutes) {
    struct sim_peak peak = {0, report->model->start};
    for (uint32_t at = 0; at < report->tally->n_minute; at += minutes) {
        uint64_t sum = 0;
        for (uint32_t i = at; i < at + minutes && i < report->tally->n_minute; i++)
            sum += report->tally->minute[i];
        if (sum > peak.messages) peak = (struct sim_peak){sum, report->model->start + at * JN_MS_MINUTE};
    }
    return peak;
}

uint64_t sim_sent_on(const struct sim_report *report, uint32_t channel) {
    uint64_t sum = 0;
    for (uint32_t m = 0; m < report->program->n_message; m++)
        if (report->program->message[m].channel == channel) sum += report->tally->message[m][SIM_ACCEPTED];
    return sum;
}

bool sim_cost(const struct sim_report *report, uint32_t channel, bool carbon, struct jn_value *out) {
    const struct jn_channel *row = &report->program->channel[channel];
    uint32_t constant = carbon ? row->carbon : row->cost;
    struct jn_dec sum;
    if (constant == JN_NONE) return false;
    struct jn_value each = report->program->value[constant];
    if (!jn_dec_mul(jn_value_to_dec(each), jn_dec_int((int64_t)sim_sent_on(report, channel)), &sum)) return false;
    *out = carbon ? jn_value_dec(sum) : jn_value_money(sum, each.currency);
    return true;
}

bool sim_is_dead_step(const struct sim_report *report, uint32_t step) {
    return report->program->step[step].kind != JN_STEP_PASS && report->tally->walk.count[step] == 0;
}

bool sim_is_dead_arm(const struct sim_report *report, uint32_t step, uint32_t arm) {
    return report->tally->walk.count[step] > 0 && report->tally->walk.arm[arm] == 0;
}

struct jn_str sim_step_name(const struct jn_program *program, uint32_t step) {
    struct jn_str name = program->string[program->step[step].name];
    return name.n > 0 ? name : jn_str_z(jn_step_word((enum jn_step_kind)program->step[step].kind));
}

struct jn_str sim_grouped(struct jn_arena *arena, uint64_t n) {
    char digits[32], grouped[48];
    int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n), at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) grouped[at++] = ',';
        grouped[at++] = digits[i];
    }
    return jn_arena_str(arena, (struct jn_str){grouped, (size_t)at});
}
