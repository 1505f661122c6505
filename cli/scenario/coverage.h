/* How much of a program its tests went through: steps, sides, timeouts, arms and policies. */
#ifndef CLI_SCENARIO_COVERAGE_H
#define CLI_SCENARIO_COVERAGE_H

#include "cli/scenario/play.h"
#include "cli/scenario/walk.h"
#include "cli/workspace.h"

/* What is counted apart from each other. */
enum cli_cover {
    CLI_COVER_STEPS,
    CLI_COVER_BRANCHES,
    CLI_COVER_TIMEOUTS,
    CLI_COVER_ARMS,
    CLI_COVER_POLICIES,
    CLI_COVERS
};

struct cli_tally {
    uint32_t covered[CLI_COVERS], all[CLI_COVERS];
};

/* A policy that a test should see at work. */
struct cli_policy_point {
    struct jn_str name;    /* "quiet hours", "consent to offers", "control group" … */
    struct jn_str journey; /* empty: the whole workspace's */
    struct jn_str sign;    /* what its traces' detail holds; empty: anything */
    uint64_t kinds;        /* bits of jr_trace_kind that show it */
    uint64_t count;
};

struct cli_coverage {
    const struct cli_workspace *workspace;
    struct cli_walk walk;
    struct cli_policy_point *policy;
    uint32_t n_policy;
    struct cli_tally total; /* by cli_coverage_report */
};

/* The program must outlive it; points live in the arena. */
void cli_coverage_init(struct cli_coverage *coverage, const struct jn_program *program,
                       const struct cli_workspace *workspace, struct jn_arena *arena);
void cli_coverage_release(struct cli_coverage *coverage);
void cli_coverage_add(struct cli_coverage *coverage, const struct cli_played *played);

/* A row a journey in `table`, and a line for each thing no test went through, by file and line, in `missing`. */
void cli_coverage_report(struct cli_coverage *coverage, struct jn_buf *table, struct jn_buf *missing);
/* Elements of the arrays "journeys" and "policies". */
void cli_coverage_json_journeys(const struct cli_coverage *coverage, struct jn_json_out *w);
void cli_coverage_json_policies(const struct cli_coverage *coverage, struct jn_json_out *w);

/* Headline of the table, and its last line. */
void cli_coverage_head(struct jn_buf *out);
void cli_coverage_row(struct jn_str name, const struct cli_tally *tally, struct jn_buf *out);
/* Basis points; nothing to cover is all. */
uint32_t cli_coverage_share(const struct cli_tally *tally);

#endif
