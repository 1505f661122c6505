#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/civil.h"
#include "core/hash.h"
#include "core/log.h"

enum { SIM_ROUNDS = 400 }; /* turns of one instant */

void sim_blame(struct sim *sim, const char *format, ...) {
    va_list arguments;
    if (sim->wrong[0] != '\0') return;
    va_start(arguments, format);
    (void)vsnprintf(sim->wrong, sizeof(sim->wrong), format, arguments);
    va_end(arguments);
    sim_trace(sim, "wrong", 0, jn_str_z(sim->wrong));
}

void sim_trace(struct sim *sim, const char *what, uint64_t number, struct jn_str text) {
    struct jn_buf line;
    jn_buf_init(&line, 1u << 20);
    jn_buf_printf(&line, "%lld %s %llu %.*s", (long long)(sim->now - sim->plan->start), what,
                  (unsigned long long)number, JN_FMT(text));
    sim->hash = jn_hash64_seed(jn_buf_view(&line), sim->hash);
    if (getenv("SIM_TRACE") != NULL) fprintf(stderr, "%.*s\n", JN_FMT(jn_buf_view(&line)));
    jn_buf_release(&line);
}

int64_t sim_engine_now(struct sim *sim) {
    int64_t now = jr_clock_look(&sim->clock, sim->now + sim->off, sim->now);
    sim->doubted |= jr_clock_error(&sim->clock) > 0;
    return now;
}

/* ---- what goes wrong */

static void sim_trouble(struct sim *sim, const struct trouble *trouble) {
    sim_trace(sim, "trouble", (uint64_t)trouble->kind, JN_STR(""));
    switch (trouble->kind) {
    case TROUBLE_DISK:
        disk_arm(&sim->disk, trouble->fault, trouble->loss, trouble->strike);
        break;
    case TROUBLE_KILL:
        process_kill(sim);
        process_restart(sim);
        break;
    case TROUBLE_STALL:
        sim->stalled_until = sim->now + trouble->ms;
        break;
    case TROUBLE_CLOCK:
        sim->off = trouble->ms;
        break;
    case TROUBLE_OUTAGE:
        sim->outage_until = sim->now + trouble->ms;
        break;
    case TROUBLES:
        break;
    }
}

static void sim_troubles(struct sim *sim) {
    const struct plan *plan = sim->plan;
    while (sim->disturbed && sim->next_trouble < plan->n_trouble && plan->trouble[sim->next_trouble].at <= sim->now &&
           sim->wrong[0] == '\0')
        sim_trouble(sim, &plan->trouble[sim->next_trouble++]);
    if (sim->now < plan->quiet || sim->settled) return;
    /* All is well again from here on; what was only in memory is gone once more. */
    sim->settled = true;
    process_kill(sim);
    disk_arm(&sim->disk, DISK_POWER, DISK_LOSES_ALL, 0);
    process_restart(sim);
}

/* ---- time */

static int64_t earlier(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t sim_next(struct sim *sim) {
    int64_t next = earlier(requests_next(sim), network_next(sim));
    next = earlier(next, process_next(sim));
    if (next <= sim->now) next = sim->now + 1;
    if (next < sim->stalled_until) next = sim->stalled_until;
    if (sim->disturbed && sim->next_trouble < sim->plan->n_trouble)
        next = earlier(next, sim->plan->trouble[sim->next_trouble].at);
    if (sim->now < sim->plan->quiet) next = earlier(next, sim->plan->quiet);
    return next;
}

static void sim_instant(struct sim *sim) {
    sim_troubles(sim);
    if (sim->now == sim->plan->quiet) sim->off = 0;
    if (sim->now < sim->stalled_until) return;
    for (int round = 0; sim->wrong[0] == '\0'; round++) {
        network_step(sim);
        jr_pump_wake(sim->pump);
        network_step(sim);
        if (!process_turn(sim)) return;
        if (round == SIM_ROUNDS) sim_blame(sim, "it does not come to rest");
    }
}

void sim_live(struct sim *sim, const struct plan *plan, bool disturbed) {
    *sim = (struct sim){.plan = plan, .disturbed = disturbed, .now = plan->start, .hash = plan->seed};
    jn_log_set_level(JN_LOG_OFF);
    jn_random_seed(&sim->dice, plan->seed ^ UINT64_C(0x51));
    jn_random_seed(&sim->ids, plan->seed ^ UINT64_C(0x1D5));
    jn_arena_init(&sim->arena);
    ledger_open(&sim->ledger);
    sim->result_end = &sim->result;
    sim->keys.any = true;
    disk_open(&sim->disk, plan->seed + 1);
    for (uint32_t i = 0; i < plan->n_request; i++)
        sim->asking[i].next_try = plan->request[i].at;
    network_use(sim);
    process_begin(sim);
    while (sim->wrong[0] == '\0' && sim->now <= plan->end) {
        sim_instant(sim);
        sim->now = sim_next(sim);
    }
    sim->now = plan->end;
    if (sim->wrong[0] == '\0') judge_end(sim);
}

void sim_end(struct sim *sim) {
    process_kill(sim);
    requests_free(sim);
    disk_close(&sim->disk);
    ledger_close(&sim->ledger);
    jn_arena_release(&sim->arena);
}
