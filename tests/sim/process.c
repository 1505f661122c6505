/* The process as `serve` is one: what the app and its lane do with engine, store and pump, on one thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#include "core/check.h"
#include "core/civil.h"

enum {
    PROCESS_PAGE = 64,
    PROCESS_STARTS = 40,
    PROCESS_NAP_MS = 60000,   /* while the clock is doubted */
    PROCESS_FAILING_MS = 250, /* as the lane waits */
    PROCESS_UPKEEP_MS = 6 * 3600000
};

/* ---- messages and results */

static void process_give(struct sim *sim, const struct jr_delivery *delivery, bool told) {
    const char *wrong = NULL;
    struct post *post = ledger_note(&sim->ledger, delivery, sim->plan->kind == PLAN_KNOWN, &wrong);
    if (wrong != NULL) sim_blame(sim, "%s: %.*s of %.*s", wrong, JN_FMT(delivery->id), JN_FMT(delivery->customer));
    post->told = post->told || told;
    if (told && post->at < sim->last_at) sim_blame(sim, "engine time went back");
    if (told) sim->last_at = post->at;
    sim_trace(sim, told ? "made" : "read back", delivery->delivery, delivery->id);
    JN_CHECK(jr_pump_add(sim->pump, delivery) == JR_PUMP_HELD);
}

static void process_report(void *user, const struct jr_report *report) {
    struct sim *sim = user;
    struct result *result = jn_alloc_zero(1, sizeof(*result) + jr_report_room(report));
    result->input = jr_report_input(report, result->text);
    *sim->result_end = result;
    sim->result_end = &result->next;
}

static void process_drop_results(struct sim *sim, uint32_t n) {
    for (; n > 0 && sim->result != NULL; n--) {
        struct result *next = sim->result->next;
        free(sim->result);
        sim->result = next;
    }
    if (sim->result == NULL) sim->result_end = &sim->result;
}

/* ---- start and end */

static int64_t process_now(void *user) {
    return sim_engine_now(user);
}

static int64_t process_steady(void *user) {
    return ((const struct sim *)user)->now;
}

static void process_open_pump(struct sim *sim) {
    struct jr_pump_options options = {.loop = &sim->loop,
                                      .ops = &network_ops,
                                      .per_destination = sim->plan->kind == PLAN_TWIN ? 4096 : 8,
                                      .at_a_time = 4096,
                                      .now = process_now,
                                      .steady = process_steady,
                                      .report = process_report,
                                      .user = sim,
                                      .seed = jn_random_next(&sim->dice)};
    struct jr_disabled *gone;
    uint32_t n;
    JN_CHECK(uv_loop_init(&sim->loop) == 0);
    sim->pump = jr_pump_new(&options);
    jr_engine_disabled(sim->engine, &sim->arena, &gone, &n);
    for (uint32_t i = 0; i < n; i++)
        jr_pump_disable(sim->pump, gone[i].channel, gone[i].url, gone[i].since);
}

static jn_rc process_read_back(struct sim *sim, struct jn_err *err) {
    uint64_t after = 0;
    for (uint32_t n = PROCESS_PAGE; n == PROCESS_PAGE;) {
        struct jr_delivery *delivery;
        jn_rc rc = jr_engine_pending(sim->engine, after, PROCESS_PAGE, &sim->arena, &delivery, &n, err);
        if (rc != JN_OK) return rc;
        for (uint32_t i = 0; i < n; i++)
            process_give(sim, &delivery[i], false);
        if (n > 0) after = delivery[n - 1].delivery;
    }
    return JN_OK;
}

/* As a program with personal attributes would have it, at some start. */
static jn_rc process_seal(struct sim *sim, struct jn_err *err) {
    sim->sealing = false;
    if (!sim->plan->sealed || sim->restarts < sim->plan->sealed_after) return JN_OK;
    return sim->store->ops->seal(sim->store, &sim->sealing, err);
}

jn_rc process_start(struct sim *sim, struct jn_err *err) {
    static const struct jr_engine_options OPTIONS = {.timers_max = 8};
    jn_arena_reset(&sim->arena);
    sim->failing_until = 0;
    jn_rc rc = jr_store_open(JN_STR("sqlite:state"), &sim->store, err);
    if (rc == JN_OK) rc = process_seal(sim, err);
    if (rc == JN_OK) rc = jr_engine_open(sim->store, &OPTIONS, &sim->engine, err);
    if (rc == JN_OK && jr_engine_program(sim->engine) == NULL)
        rc = jr_engine_deploy(sim->engine, sim->plan->image, err);
    jr_clock_open(&sim->clock, rc == JN_OK ? jr_engine_time(sim->engine) : 0);
    if (rc == JN_OK) process_open_pump(sim);
    return rc == JN_OK ? process_read_back(sim, err) : rc;
}

/* The process ends: killed, or in the good order of one that has given up. */
static void process_end(struct sim *sim, bool killed) {
    sim->disk.gone = killed;
    if (sim->pump != NULL) {
        jr_pump_close(sim->pump);
        (void)uv_run(&sim->loop, UV_RUN_DEFAULT);
        jr_pump_free(sim->pump);
        JN_CHECK(uv_loop_close(&sim->loop) == 0);
    }
    process_drop_results(sim, UINT32_MAX);
    if (sim->engine != NULL) jr_engine_close(sim->engine);
    if (sim->store != NULL) sim->store->ops->close(sim->store);
    network_drop(sim);
    jr_clock_close(&sim->clock);
    sim->pump = NULL;
    sim->engine = NULL;
    sim->store = NULL;
    sim->disk.gone = false;
    disk_forget_process(&sim->disk);
    if (sim->disk.retried) sim_blame(sim, "a sync that failed was tried again");
}

void process_kill(struct sim *sim) {
    process_end(sim, true);
}

void process_begin(struct sim *sim) {
    struct jn_err err = {.text = ""};
    if (process_start(sim, &err) != JN_OK) sim_blame(sim, "it does not start: %s", err.text);
}

/* Power and room come back and it starts again; sometimes that is disturbed, too. */
void process_restart(struct sim *sim) {
    struct jn_err err = {.text = ""};
    jn_rc rc = JN_IO;
    for (int tries = 0; rc != JN_OK && tries < PROCESS_STARTS; tries++) {
        sim->restarts++;
        disk_restore(&sim->disk);
        if (sim->now < sim->plan->quiet && tries < PROCESS_STARTS / 2 && jn_random_below(&sim->dice, 4) == 0)
            disk_arm(&sim->disk, jn_random_below(&sim->dice, 2) == 0 ? DISK_POWER : DISK_KILL,
                     (enum disk_loss)jn_random_below(&sim->dice, DISK_LOSSES), 1 + jn_random_below(&sim->dice, 20));
        rc = process_start(sim, &err);
        sim_trace(sim, "start", (uint64_t)rc, JN_STR(""));
        bool struck = sim->disk.struck;
        if (rc != JN_OK) process_kill(sim);
        if (rc != JN_OK && !struck) break; /* nothing is wrong with the disk */
    }
    if (rc == JN_OK && sim->disk.fault == DISK_SOUND) rc = sim->store->ops->check(sim->store, &err);
    if (rc != JN_OK) sim_blame(sim, "it does not start again (%d): %s", (int)rc, err.text);
}

/* ---- turns */

static bool process_may_recover(jn_rc rc) {
    return rc == JN_IO || rc == JN_FULL || rc == JN_READ_ONLY || rc == JN_BUSY || rc == JN_UNAVAILABLE;
}

static void process_committed(struct sim *sim, const struct jr_turn *turn, uint32_t n_result) {
    struct result *result = sim->result;
    uint64_t settled[SIM_INPUTS];
    for (uint32_t i = 0; i < n_result; i++, result = result->next)
        settled[i] = result->input.delivery;
    process_drop_results(sim, n_result);
    for (uint32_t i = 0; i < n_result; i++)
        jr_pump_settled(sim->pump, settled[i]);
    for (uint32_t i = 0; i < turn->n_delivery; i++)
        process_give(sim, &turn->delivery[i], true);
    for (uint32_t i = 0; i < turn->n_cancelled; i++) {
        struct post *post = ledger_of(&sim->ledger, turn->cancelled[i]);
        if (post != NULL) post->cancelled = true;
        jr_pump_cancel(sim->pump, turn->cancelled[i]);
    }
}

/* Nothing has happened, or nobody knows whether it has: as the lane does, it goes on or ends. */
static void process_failed(struct sim *sim, jn_rc rc) {
    sim_trace(sim, "failed", (uint64_t)rc, JN_STR(""));
    if (rc == JN_FULL && jn_random_below(&sim->dice, 3) == 0) /* somebody makes room */
        disk_arm(&sim->disk, DISK_SOUND, DISK_LOSES_ALL, 0);
    bool cut = (sim->disk.fault == DISK_POWER || sim->disk.fault == DISK_KILL) && sim->disk.struck;
    if (cut || !process_may_recover(rc)) {
        /* In the known workspace nothing is ever cancelled. */
        for (uint32_t i = 0; i < sim->ledger.n && sim->plan->kind != PLAN_KNOWN; i++)
            sim->ledger.post[i]->doubtful = true;
        process_end(sim, cut);
        process_restart(sim);
    } else if (sim->plan->kind != PLAN_TWIN) {
        sim->failing_until = sim->now + PROCESS_FAILING_MS;
    }
}

static const struct jr_keep KEEP = {4000 * JN_MS_DAY, 4000 * JN_MS_DAY, 4000 * JN_MS_DAY};

static void process_upkeep(struct sim *sim, int64_t now) {
    bool more = true;
    jn_rc rc = JN_OK;
    if (sim->plan->kind == PLAN_TWIN || now < sim->next_upkeep) return;
    sim->next_upkeep = now + PROCESS_UPKEEP_MS;
    while (rc == JN_OK && more)
        rc = jr_engine_upkeep(sim->engine, now, &KEEP, &more, NULL);
    bool cut = (sim->disk.fault == DISK_POWER || sim->disk.fault == DISK_KILL) && sim->disk.struck;
    if (!cut) return; /* what fails is tried again in the next round */
    process_kill(sim);
    process_restart(sim);
}

/* A slice of what was there before, between two turns. */
static void process_seal_rest(struct sim *sim) {
    jn_rc rc = sim->store->ops->seal_rest(sim->store, &sim->sealing, NULL);
    if (rc != JN_OK) process_failed(sim, rc);
}

static uint32_t process_results(struct sim *sim, struct jr_input *input, int64_t now) {
    uint32_t n = 0;
    for (struct result *result = sim->result; result != NULL && n < SIM_INPUTS / 2; result = result->next) {
        input[n] = result->input;
        input[n++].received = now;
    }
    return n;
}

bool process_turn(struct sim *sim) {
    struct jr_input input[SIM_INPUTS];
    uint32_t which[SIM_INPUTS];
    int64_t now = sim_engine_now(sim);
    if (sim->now < sim->failing_until) return false;
    if (sim->sealing) {
        process_seal_rest(sim);
        return sim->now >= sim->failing_until;
    }
    jn_arena_reset(&sim->arena);
    uint32_t n_result = process_results(sim, input, now);
    uint32_t n_request = requests_gather(sim, input + n_result, SIM_INPUTS - n_result, which);
    for (uint32_t i = 0; i < n_request; i++)
        input[n_result + i].received = now;
    uint32_t n = n_result + n_request;
    if (n == 0 && sim->failing_until == 0 && jr_engine_next_due(sim->engine) > now) {
        process_upkeep(sim, now);
        return false;
    }
    struct jr_turn turn = {.arena = &sim->arena};
    jn_rc rc = jr_engine_turn(sim->engine, input, n, now, &turn, NULL);
    sim->turns++;
    sim_trace(sim, "turn", n, JN_STR(""));
    sim->failing_until = 0;
    if (rc == JN_OK) {
        process_committed(sim, &turn, n_result);
        requests_answered(sim, which, n_request, &(struct jr_turn){.answer = turn.answer + n_result});
    } else {
        requests_refused(sim, which, n_request);
        process_failed(sim, rc);
    }
    requests_free(sim);
    return sim->now >= sim->failing_until;
}

/* In ms, of the loop's timers: the loop itself never runs. */
static void process_soonest(uv_handle_t *handle, void *user) {
    uint64_t *soonest = user;
    if (handle->type != UV_TIMER || !uv_is_active(handle)) return;
    uint64_t in = uv_timer_get_due_in((uv_timer_t *)handle);
    if (in < *soonest) *soonest = in;
}

int64_t process_next(struct sim *sim) {
    int64_t wake = INT64_MAX, nap = PROCESS_NAP_MS, due = jr_engine_next_due(sim->engine);
    int64_t clock = sim_engine_now(sim);
    if (sim->failing_until > 0) return sim->failing_until;
    if (jr_clock_error(&sim->clock) <= 0) nap = INT64_MAX; /* it goes on evenly, or at half speed */
    if (due != INT64_MAX) wake = sim->now + (due - clock < nap ? due - clock : nap);
    jr_pump_wake(sim->pump); /* so that its timer counts from now */
    uint64_t pump = UINT64_MAX;
    uv_walk(&sim->loop, process_soonest, &pump);
    return pump != UINT64_MAX && sim->now + (int64_t)pump < wake ? sim->now + (int64_t)pump : wake;
}
