#include "life.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/civil.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/log.h"

enum { LIFE_INPUTS = 16, LIFE_TRIES = 1000, LIFE_PAGE = 64 };

static void life_blame(struct life *life, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void life_blame(struct life *life, const char *format, ...) {
    va_list arguments;
    if (life->wrong[0] != '\0') return;
    va_start(arguments, format);
    (void)vsnprintf(life->wrong, sizeof(life->wrong), format, arguments);
    va_end(arguments);
}

/* ---- the process */

static char folder[64];

static jn_rc life_start(struct life *life) {
    static const struct jr_engine_options OPTIONS = {.timers_max = 8};
    char url[96];
    (void)snprintf(url, sizeof(url), "sqlite:%s", folder);
    jn_rc rc = jr_store_open(jn_str_z(url), &life->store, NULL);
    if (rc != JN_OK) return rc;
    rc = jr_engine_open(life->store, &OPTIONS, &life->engine, NULL);
    if (rc == JN_OK) return JN_OK;
    life->store->ops->close(life->store);
    life->store = NULL;
    return rc;
}

static void life_stop(struct life *life) {
    if (life->engine != NULL) jr_engine_close(life->engine);
    if (life->store != NULL) life->store->ops->close(life->store);
    life->engine = NULL;
    life->store = NULL;
}

static jn_rc life_deploy(struct life *life) {
    struct draft d = draft_new(&life->arena);
    uint32_t begin = declare_event(&d, "begin");
    uint32_t first = declare_message(&d, "first", d.post), second = declare_message(&d, "second", d.post);
    begin_journey(&d, "life", begin, JN_REENTER_NEVER);
    step_send(&d, first);
    step_wait(&d, "nap", minutes(90));
    step_send(&d, second);
    step_exit(&d, "completed");
    return jr_engine_deploy(life->engine, draft_image(&d), NULL);
}

/* ---- the receiver */

static void life_receive(struct life *life, const struct jr_delivery *delivery) {
    unsigned who = (unsigned)strtoul(delivery->customer.p + 1, NULL, 10);
    unsigned which = jn_str_is(delivery->message, "second");
    uint64_t body = jn_hash64(delivery->body);
    JN_CHECK(who < LIFE_CUSTOMERS && delivery->id.n < sizeof(life->customer[0].id[0]));
    struct life_customer *c = &life->customer[who];
    if (!c->asked) life_blame(life, "customer %u got a message without an event", who);
    if (c->id[which][0] == '\0') {
        memcpy(c->id[which], delivery->id.p, delivery->id.n);
        c->body[which] = body;
    }
    if (!jn_str_is(delivery->id, c->id[which])) life_blame(life, "customer %u got one message under two ids", who);
    if (c->body[which] != body) life_blame(life, "customer %u got two messages under one id", who);
    JN_CHECK(life->n_flying < LIFE_FLYING);
    life->flying[life->n_flying++] = delivery->delivery;
}

/* What a crash has left in the outbox is sent again. */
static jn_rc life_recover(struct life *life) {
    uint64_t after = 0;
    uint32_t n = LIFE_PAGE;
    life->n_flying = 0;
    while (n == LIFE_PAGE) {
        struct jr_delivery *delivery;
        jn_arena_reset(&life->turn_arena);
        jn_rc rc = jr_engine_pending(life->engine, after, LIFE_PAGE, &life->turn_arena, &delivery, &n, NULL);
        if (rc != JN_OK) return rc;
        for (uint32_t i = 0; i < n; i++)
            life_receive(life, &delivery[i]);
        if (n > 0) after = delivery[n - 1].delivery;
    }
    return JN_OK;
}

/* The process has ended; power, room and a sound disk come back, and it starts again. */
static void life_restart(struct life *life) {
    struct jn_err err = {.text = ""};
    life->restarts++;
    life->disk.gone = true;
    life_stop(life);
    life->disk.gone = false;
    disk_forget_process(&life->disk);
    if (life->disk.retried) life_blame(life, "a sync that failed was tried again");
    disk_restore(&life->disk);
    jn_rc rc = life_start(life);
    if (rc == JN_OK) rc = life->store->ops->check(life->store, &err);
    if (rc == JN_OK && jr_engine_program(life->engine) == NULL) rc = life_deploy(life);
    if (rc == JN_OK) rc = life_recover(life);
    if (rc != JN_OK) life_blame(life, "it does not start again (%d): %s", (int)rc, err.text);
}

/* ---- a turn, and what the process does when it fails */

static void life_done(struct life *life, const struct jr_input *input, uint32_t n, const struct jr_turn *turn) {
    for (uint32_t i = 0; i < n; i++)
        if (input[i].kind == JR_INPUT_EVENT)
            life->customer[strtoul(input[i].customer.p + 1, NULL, 10)].acknowledged = true;
    for (uint32_t i = 0; i < turn->n_delivery; i++)
        life_receive(life, &turn->delivery[i]);
}

/* True when the inputs are taken. False: the process was started again, and its clients ask anew. */
static bool life_turn(struct life *life, const struct jr_input *input, uint32_t n) {
    for (int tries = 0; tries < LIFE_TRIES && life->wrong[0] == '\0'; tries++) {
        struct jr_turn turn = {.arena = &life->turn_arena};
        jn_arena_reset(&life->turn_arena);
        jn_rc rc = jr_engine_turn(life->engine, input, n, life->now, &turn, NULL);
        if (rc == JN_OK) {
            life_done(life, input, n, &turn);
            n = 0;
            if (!turn.more) return true;
            continue;
        }
        bool room = rc == JN_FULL && jn_random_below(&life->dice, 3) == 0;
        if (room) disk_arm(&life->disk, DISK_SOUND, DISK_LOSES_ALL, 0);
        if (rc != JN_IO && rc != JN_FULL) { /* as `serve` does: what cannot pass by trying again ends the process */
            if (rc == JN_UNSYNCED) life_stop(life); /* in good order: that must not make it worse */
            life_restart(life);
            return false;
        }
        if (life->disk.fault == DISK_POWER) {
            life_restart(life);
            return false;
        }
    }
    if (life->wrong[0] == '\0') life_blame(life, "a turn fails for ever");
    return false;
}

/* ---- what happens */

static uint32_t life_events(struct life *life, struct jr_input *input, char (*name)[16]) {
    uint32_t n = 0;
    while (n < LIFE_INPUTS && jn_random_below(&life->dice, 4) > 0) {
        uint32_t who = (uint32_t)jn_random_below(&life->dice, LIFE_CUSTOMERS);
        (void)snprintf(name[n], 16, "c%u", who);
        life->customer[who].asked = true;
        struct jn_str id = jn_str_z(name[n]); /* asked again, it is the same event */
        input[n++] = (struct jr_input){.kind = JR_INPUT_EVENT,
                                       .received = life->now,
                                       .source = JN_STR("track"),
                                       .dedupe = id,
                                       .customer = id,
                                       .event = JN_STR("begin"),
                                       .happened = life->now};
    }
    return n;
}

static void life_results(struct life *life) {
    struct jr_input input[LIFE_INPUTS];
    uint32_t n = 0;
    while (n < LIFE_INPUTS && n < life->n_flying) {
        input[n] = (struct jr_input){.kind = JR_INPUT_RESULT,
                                     .received = life->now,
                                     .delivery = life->flying[n],
                                     .result = JR_RESULT_ACCEPTED,
                                     .status = 200};
        n++;
    }
    if (n == 0) return;
    memmove(life->flying, life->flying + n, (life->n_flying - n) * sizeof(*life->flying));
    life->n_flying -= n;
    (void)life_turn(life, input, n); /* lost with a crash: the message is still in the outbox then */
}

static void life_pass(struct life *life, int64_t ms) {
    int64_t then = life->now + ms;
    while (life->wrong[0] == '\0' && jr_engine_next_due(life->engine) <= then) {
        int64_t due = jr_engine_next_due(life->engine);
        if (due > life->now) life->now = due;
        (void)life_turn(life, NULL, 0);
    }
    life->now = then;
}

void life_go_on(struct life *life) {
    struct jr_input input[LIFE_INPUTS];
    char name[LIFE_INPUTS][16];
    for (int i = 0; i < 12 && life->wrong[0] == '\0'; i++) {
        uint32_t n = life_events(life, input, name);
        while (life->wrong[0] == '\0' && !life_turn(life, input, n)) {
        }
        if (jn_random_below(&life->dice, 2) == 0) life_results(life);
        life_pass(life, (int64_t)jn_random_below(&life->dice, 60) * JN_MS_MINUTE);
    }
}

void life_settle(struct life *life) {
    disk_arm(&life->disk, DISK_POWER, DISK_LOSES_ALL,
             0); /* what was only in memory is gone now, whatever the fault was */
    if (life->wrong[0] == '\0') life_restart(life);
    for (int i = 0; i < 4 && life->wrong[0] == '\0'; i++) {
        life_pass(life, 3 * JN_MS_HOUR);
        while (life->n_flying > 0 && life->wrong[0] == '\0')
            life_results(life);
    }
    for (uint32_t who = 0; who < LIFE_CUSTOMERS; who++) {
        const struct life_customer *c = &life->customer[who];
        if (!c->acknowledged) continue;
        if (c->id[0][0] == '\0') life_blame(life, "the event of customer %u was acknowledged and forgotten", who);
        if (c->id[1][0] == '\0') life_blame(life, "customer %u was left in the wait", who);
    }
}

void life_open(struct life *life, uint64_t seed) {
    *life = (struct life){.now = 0};
    jn_log_set_level(JN_LOG_OFF);
    jn_random_seed(&life->dice, seed);
    jn_arena_init(&life->arena);
    jn_arena_init(&life->turn_arena);
    JN_CHECK(jn_instant_parse(JN_STR("2026-01-01T00:00:00Z"), &life->now));
    (void)snprintf(folder, sizeof(folder), "fault-%llu", (unsigned long long)seed);
    disk_open(&life->disk, seed + 1);
    if (life_start(life) != JN_OK || life_deploy(life) != JN_OK) life_blame(life, "it does not start");
}

void life_close(struct life *life) {
    char lock[96];
    life_stop(life);
    disk_close(&life->disk);
    (void)snprintf(lock, sizeof(lock), "%s/lock", folder);
    (void)remove(lock);
    (void)remove(folder);
    jn_arena_release(&life->turn_arena);
    jn_arena_release(&life->arena);
}
