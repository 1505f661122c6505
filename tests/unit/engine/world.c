#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world.h"

#include "core/civil.h"
#include "core/log.h"

extern const struct jr_store_ops jr_store_mem;

static struct world *here; /* of the running test: the store's calls carry no place of ours */

static jn_rc world_commit(struct jr_store *store, const struct jr_batch *batch, struct jn_err *err) {
    if (here->failing > 0) {
        here->failing--;
        return jn_fail(err, JN_FULL, "the disk is full");
    }
    here->commits++;
    return jr_store_mem.commit(store, batch, err);
}

/* ---- telling */

static bool world_is_told(enum jr_trace_kind kind) {
    return kind != JR_TRACE_EVENT && kind != JR_TRACE_STEP && kind != JR_TRACE_STAGE && kind != JR_TRACE_HELD;
}

static void world_hear(void *user, const struct jr_trace *trace) {
    static const char *const WORD[] = {
#define TRACE(name, text) #name,
#include "journey/tbl/traces.def"
#undef TRACE
    };
    struct world *w = user;
    if (!world_is_told(trace->kind)) return;
    if (w->told.n > 0) jn_buf_z(&w->told, "; ");
    if (!jn_str_is(trace->customer, "ann")) jn_buf_printf(&w->told, "%.*s ", JN_FMT(trace->customer));
    for (const char *letter = WORD[trace->kind]; *letter != '\0'; letter++)
        jn_buf_char(&w->told, (char)(*letter - 'A' + 'a'));
    if (trace->name.n > 0) jn_buf_printf(&w->told, " %.*s", JN_FMT(trace->name));
}

/* ---- life */

static void world_open_engine(struct world *w) {
    struct jr_engine_options options = {.trace = world_hear,
                                        .trace_user = w,
                                        .timers_max = w->timers_max,
                                        .quarantine_rows = w->quarantine_rows,
                                        .quarantine_bytes = w->quarantine_bytes};
    struct jn_err err;
    if (jr_engine_open(w->store, &options, &w->engine, &err) != JN_OK) fail_msg("%s", err.text);
}

void world_open(struct world *w) {
    *w = (struct world){.ops = jr_store_mem};
    here = w;
    jn_log_set_level(JN_LOG_OFF);
    jn_arena_init(&w->arena);
    jn_arena_init(&w->turn_arena);
    jn_buf_init(&w->told, 1 << 20);
    w->turn.arena = &w->turn_arena;
    assert_true(jn_instant_parse(JN_STR("2026-01-01T00:00:00Z"), &w->now));
    assert_int_equal(jr_store_mem.open(JN_STR(""), &w->store, NULL), JN_OK);
    w->ops.commit = world_commit;
    w->store->ops = &w->ops;
    world_open_engine(w);
}

static void world_drop_inputs(struct world *w) {
    for (uint32_t i = 0; i < w->n_input; i++)
        if (w->json[i] != NULL) jn_json_free(w->json[i]);
    w->n_input = 0;
}

void world_close(struct world *w) {
    world_drop_inputs(w);
    jr_engine_close(w->engine);
    jr_store_mem.close(w->store);
    jn_buf_release(&w->told);
    jn_arena_release(&w->turn_arena);
    jn_arena_release(&w->arena);
}

void restart(struct world *w) {
    jr_engine_close(w->engine);
    world_open_engine(w);
}

void deploy(struct world *w, struct draft *d) {
    struct jn_err err;
    if (jr_engine_deploy(w->engine, draft_image(d), &err) != JN_OK) fail_msg("%s", err.text);
}

/* ---- time */

static jn_rc world_turn(struct world *w) {
    struct jn_err err;
    jn_arena_reset(&w->turn_arena);
    jn_rc rc = jr_engine_turn(w->engine, w->input, w->n_input, w->now, &w->turn, &err);
    for (uint32_t i = 0; rc == JN_OK && i < w->turn.n_delivery; i++) {
        assert_in_range(w->n_sent, 0, WORLD_MESSAGES - 1);
        struct jr_delivery *kept = &w->sent[w->n_sent++];
        *kept = w->turn.delivery[i];
        kept->id = jn_arena_str(&w->arena, kept->id);
        kept->to = jn_arena_str(&w->arena, kept->to);
        kept->body = jn_arena_str(&w->arena, kept->body);
    }
    if (rc == JN_OK) world_drop_inputs(w);
    return rc;
}

jn_rc try_turn(struct world *w) {
    return world_turn(w);
}

void turn(struct world *w) {
    do
        assert_int_equal(world_turn(w), JN_OK);
    while (w->turn.more);
}

void at(struct world *w, const char *instant) {
    int64_t then;
    assert_true(jn_instant_parse(jn_str_z(instant), &then));
    assert_true(then >= w->now);
    after(w, then - w->now);
}

void after(struct world *w, int64_t ms) {
    int64_t then = w->now + ms;
    if (w->n_input > 0) turn(w);
    while (jr_engine_next_due(w->engine) < then) {
        w->now = jr_engine_next_due(w->engine);
        turn(w);
    }
    w->now = then;
}

/* ---- inputs */

static struct jr_input *world_input(struct world *w, enum jr_input_kind kind, const char *json) {
    assert_in_range(w->n_input, 0, WORLD_INPUTS - 1);
    struct jr_input *input = &w->input[w->n_input];
    w->json[w->n_input] = NULL;
    *input = (struct jr_input){.kind = kind, .received = w->now, .happened = w->now, .source = JN_STR("track")};
    if (json != NULL) assert_int_equal(jn_json_parse(jn_str_z(json), &w->json[w->n_input], NULL), JN_OK);
    w->n_input++;
    return input;
}

void does(struct world *w, const char *who, const char *event, const char *properties) {
    does_once(w, who, event, properties, "");
}

void does_once(struct world *w, const char *who, const char *event, const char *properties, const char *id) {
    struct jr_input *input = world_input(w, JR_INPUT_EVENT, properties);
    input->customer = jn_str_z(who);
    input->event = jn_str_z(event);
    input->properties = w->json[w->n_input - 1];
    input->dedupe = jn_str_z(id);
}

void does_from(struct world *w, const char *who, const char *device, const char *event) {
    struct jr_input *input = world_input(w, JR_INPUT_EVENT, NULL);
    input->customer = jn_str_z(who);
    input->known = true;
    input->other = jn_str_z(device);
    input->event = jn_str_z(event);
}

void is_alias(struct world *w, const char *previous, const char *who, bool insist) {
    struct jr_input *input = world_input(w, JR_INPUT_ALIAS, NULL);
    input->customer = jn_str_z(who);
    input->known = true;
    input->other = jn_str_z(previous);
    input->insist = insist;
}

void is_known(struct world *w, const char *who, const char *traits) {
    struct jr_input *input = world_input(w, JR_INPUT_IDENTIFY, traits);
    input->customer = jn_str_z(who);
    input->traits = w->json[w->n_input - 1];
}

void consents(struct world *w, const char *who, const char *topic, bool in) {
    struct jr_input *input = world_input(w, JR_INPUT_CONSENT, NULL);
    input->customer = jn_str_z(who);
    input->event = jn_str_z(topic);
    input->in = in;
}

void answers(struct world *w, uint32_t message, enum jr_result result) {
    struct jr_input *input = world_input(w, JR_INPUT_RESULT, NULL);
    input->delivery = w->sent[message].delivery;
    input->result = result;
    input->retry_at = w->now + JN_MS_MINUTE;
    input->reason = JN_STR("503");
}

void replays(struct world *w, uint32_t message) {
    world_input(w, JR_INPUT_REPLAY, NULL)->delivery = w->sent[message].delivery;
}

void unparks(struct world *w, uint64_t run) {
    world_input(w, JR_INPUT_UNPARK, NULL)->run = run;
}

void decides(struct world *w, const char *by, struct jn_str approval, bool approves) {
    struct jr_input *input = world_input(w, JR_INPUT_DECISION, NULL);
    input->event = jn_str_z(by);
    input->other = approval;
    input->in = approves;
}

void is_erased(struct world *w, const char *who) {
    world_input(w, JR_INPUT_ERASE, NULL)->customer = jn_str_z(who);
}

void is_set_aside(struct world *w, const char *text) {
    struct jr_input *input = world_input(w, JR_INPUT_QUARANTINE, NULL);
    input->text = jn_str_z(text);
    input->reason = JN_STR("it is none");
}

/* ---- what is so */

void expect(struct world *w, const char *told) {
    turn(w);
    jn_buf_char(&w->told, '\0');
    assert_string_equal(w->told.p, told);
    jn_buf_reset(&w->told);
}

void expect_place(struct world *w, const char *journey, const char *place) {
    struct jr_customer_view view;
    struct jn_buf is;
    jn_buf_init(&is, 4096);
    turn(w);
    assert_int_equal(jr_engine_customer(w->engine, JN_STR("ann"), &w->turn_arena, &view, NULL), JN_OK);
    for (uint32_t i = 0; i < view.n_run; i++) {
        const struct jr_run_view *run = &view.run[i];
        if (!jn_str_is(run->journey, journey)) continue;
        if (is.n > 0) jn_buf_z(&is, "; ");
        if (run->ended.n > 0) {
            jn_buf_printf(&is, "as %.*s", JN_FMT(run->ended));
            continue;
        }
        jn_buf_printf(&is, "%.*s", JN_FMT(run->step));
        if (run->due == INT64_MAX) continue;
        jn_buf_z(&is, " until ");
        jn_instant_print(run->due, &is);
    }
    if (is.n == 0) jn_buf_z(&is, "nowhere");
    jn_buf_char(&is, '\0');
    assert_string_equal(is.p, place);
    jn_buf_release(&is);
}
