#include "cli/simulate/tally.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "core/civil.h"

static void tally_exit(struct sim_tally *tally, uint32_t journey, struct jn_str name, struct jn_arena *arena) {
    if (sim_tally_exit(tally, journey, name) < tally->n_exit) return;
    struct sim_exit *row = jn_arena_grow(arena, &tally->exit, &tally->n_exit, sizeof(*row));
    *row = (struct sim_exit){journey, name};
}

static void tally_exits(struct sim_tally *tally, struct jn_arena *arena) {
    const struct jn_program *p = tally->program;
    for (uint32_t j = 0; j < p->n_journey; j++) {
        const struct jn_journey *row = &p->journey[j];
        for (uint32_t i = row->first_step; i < row->first_step + row->n_step; i++)
            if (p->step[i].kind == JN_STEP_EXIT) tally_exit(tally, j, p->string[p->step[i].a], arena);
        for (uint32_t i = row->first_goal; i < row->first_goal + row->n_goal; i++)
            if ((p->goal[i].flags & JN_GOAL_EXIT) != 0) tally_exit(tally, j, p->string[p->goal[i].name], arena);
        for (uint32_t i = row->first_leave; i < row->first_leave + row->n_leave; i++)
            tally_exit(tally, j, p->string[p->leave[i].name], arena);
        if (row->exit_if != JN_NONE) tally_exit(tally, j, JN_STR("exit_if"), arena);
        if ((row->flags & JN_JOURNEY_RESTART) != 0) tally_exit(tally, j, JN_STR("restarted"), arena);
    }
}

void sim_tally_init(struct sim_tally *tally, const struct jn_program *program, const struct sim_model *model,
                    struct jn_arena *arena) {
    *tally = (struct sim_tally){.program = program, .refused_by = UINT32_MAX};
    tally_exits(tally, arena);
    tally->n_minute = (uint32_t)((model->end - model->start) / JN_MS_MINUTE) + 1;
    size_t n[] = {(size_t)program->n_journey * SIM_JOURNEY_COUNTS,
                  (size_t)program->n_message * SIM_MESSAGE_COUNTS,
                  (size_t)program->n_goal * 2,
                  program->n_stage,
                  (size_t)tally->n_exit + 1,
                  SIM_PERSON_MAX + 1,
                  tally->n_minute,
                  1};
    uint64_t *at[sizeof(n) / sizeof(*n)];
    for (size_t i = 0; i < sizeof(n) / sizeof(*n); i++)
        tally->n_cell += n[i];
    tally->cell = jn_alloc_zero(tally->n_cell, sizeof(*tally->cell));
    uint64_t *cell = tally->cell;
    for (size_t i = 0; i < sizeof(n) / sizeof(*n); cell += n[i++])
        at[i] = cell;
    tally->journey = (uint64_t(*)[SIM_JOURNEY_COUNTS])at[0];
    tally->message = (uint64_t(*)[SIM_MESSAGE_COUNTS])at[1];
    tally->goal = (uint64_t(*)[2])at[2];
    tally->stage = at[3];
    tally->left = at[4];
    tally->person = at[5];
    tally->minute = at[6];
    tally->refused = at[7];
    cli_walk_init(&tally->walk, program);
}

void sim_tally_release(struct sim_tally *tally) {
    free(tally->cell);
    cli_walk_release(&tally->walk);
}

void sim_tally_add(struct sim_tally *tally, const struct sim_tally *other) {
    for (size_t i = 0; i < tally->n_cell; i++)
        tally->cell[i] += other->cell[i];
    cli_walk_add(&tally->walk, &other->walk);
    if (other->refused_by < tally->refused_by) {
        tally->refused_by = other->refused_by;
        snprintf(tally->refused_why, sizeof(tally->refused_why), "%s", other->refused_why);
    }
}

uint32_t sim_tally_exit(const struct sim_tally *tally, uint32_t journey, struct jn_str name) {
    for (uint32_t i = 0; i < tally->n_exit; i++)
        if (tally->exit[i].journey == journey && jn_str_eq(tally->exit[i].name, name)) return i;
    return tally->n_exit;
}
