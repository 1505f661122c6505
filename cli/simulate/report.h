/* What a simulation has shown: for people in a terminal, for programs, and as a picture. */
#ifndef CLI_SIMULATE_REPORT_H
#define CLI_SIMULATE_REPORT_H

#include "cli/simulate/cohort.h"

struct sim_report {
    const struct jn_program *program;
    const struct sim_model *model;
    const struct sim_cohort *cohort;
    const struct sim_tally *tally;
    const char *path, *model_file; /* NULL: the model that the program suggests */
};

void sim_report_text(const struct sim_report *report, struct jn_buf *out);
void sim_report_json(const struct sim_report *report, struct jn_buf *out);
void sim_report_svg(const struct sim_report *report, struct jn_buf *out);

/* ---- figures (figures.c) */

/* A goal: rates of those who are messaged and of the control group, and what the journey adds. */
struct sim_lift {
    uint64_t runs[2], reached[2]; /* [1]: control */
    double rate[2];
    bool known; /* somebody reached it in both */
    double value, low, high;
};
struct sim_lift sim_lift(const struct sim_report *report, uint32_t journey, uint32_t goal);

/* The most messages that left within so many minutes, counted from the start. */
struct sim_peak {
    uint64_t messages;
    int64_t at; /* instant */
};
struct sim_peak sim_peak(const struct sim_report *report, uint32_t minutes);

uint64_t sim_sent_on(const struct sim_report *report, uint32_t channel);
/* A channel's cost or grams for so many messages; false when it has none, or the sum is too large. */
bool sim_cost(const struct sim_report *report, uint32_t channel, bool carbon, struct jn_value *out);
/* Whether a box of the picture, an arm of a split, was never gone through though others were. */
bool sim_is_dead_step(const struct sim_report *report, uint32_t step);
bool sim_is_dead_arm(const struct sim_report *report, uint32_t step, uint32_t arm);
struct jn_str sim_step_name(const struct jn_program *program, uint32_t step);

struct jn_str sim_grouped(struct jn_arena *arena, uint64_t n); /* 1,234,567 */

#endif
