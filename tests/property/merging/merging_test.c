/* Whoever becomes whom, and whenever: no event is lost, no run is left over, nothing that is sent once is sent twice.
 *
 * JOURNEY_SEEDS=N runs that many random histories (300 otherwise), JOURNEY_SEED=N begins at N: a failure prints its
 * seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "compiler/diag/print.h"
#include "core/log.h"
#include "core/random.h"
#include "image/image.h"
#include "journey/compile.h"
#include "journey/runtime.h"
#include "journey/store.h"

extern const struct jr_store_ops jr_store_mem;

#define START INT64_C(1767225600000) /* 2026-01-01 */
#define HOUR  INT64_C(3600000)
#define IDS   8 /* the first three are persons' */
#define DEEDS 60

/* Everything in it is done at most once by one person: `once` sends early and late, `waits` when e comes. */
static const char SCRIPT[] =
    "workspace\n  timezone \"UTC\"\nend\nevent a\nevent b\nevent e\n"
    "channel post\n  webhook \"https://example.com/\"\nend\n"
    "message early on post\n  body \"1\"\nend\nmessage late on post\n  body \"2\"\nend\n"
    "message met on post\n  body \"3\"\nend\n"
    "journey once\n  enter when a\n  re-enter never\n  goal g when e within 3 days\n  stage s\n"
    "    wait 5 hours\n    send early\n    wait 2 days\n    send late\n  end\nend\n"
    "journey waits\n  enter when b\n  re-enter never\n  stage s\n"
    "    wait for e up to 4 days then\n      send met\n    end\n    wait 1 day\n  end\nend\n";

struct history {
    uint64_t seed;
    struct jn_random random;
    struct jr_store *store;
    struct jr_engine *engine;
    struct jn_arena arena;
    int64_t now;
    uint32_t events;  /* accepted */
    int root[IDS];    /* whose customer each id is, as told */
    bool got[IDS][3]; /* what the customer of this root has been sent */
    int entered, left;
};

static const char *const ID[IDS] = {"ann", "bo", "cy", "phone", "laptop", "tablet", "tv", "watch"};

static int id_of(struct jn_str name) {
    for (int i = 0; i < IDS; i++)
        if (jn_str_is(name, ID[i])) return i;
    return -1;
}

static void unite(struct history *h, int a, int b) {
    int keep = h->root[a], gone = h->root[b];
    for (int i = 0; i < IDS; i++)
        if (h->root[i] == gone) h->root[i] = keep;
    for (int m = 0; m < 3; m++)
        h->got[keep][m] |= h->got[gone][m];
}

static void hear(void *user, const struct jr_trace *trace) {
    struct history *h = user;
    static const char *const MESSAGE[] = {"early", "late", "met"};
    int who = id_of(trace->customer);
    h->entered += trace->kind == JR_TRACE_ENTERED;
    h->left += trace->kind == JR_TRACE_LEFT;
    if (trace->kind == JR_TRACE_MERGED || trace->kind == JR_TRACE_NAMED) unite(h, who, id_of(trace->name));
    if (trace->kind != JR_TRACE_SENT) return;
    for (int m = 0; m < 3; m++) {
        if (!jn_str_is(trace->name, MESSAGE[m])) continue;
        if (h->got[h->root[who]][m])
            fail_msg("seed %llu: %s got %s twice", (unsigned long long)h->seed, ID[who], MESSAGE[m]);
        h->got[h->root[who]][m] = true;
    }
}

static void open_engine(struct history *h) {
    struct jr_engine_options options = {.trace = hear, .trace_user = h};
    assert_int_equal(jr_engine_open(h->store, &options, &h->engine, NULL), JN_OK);
}

static void take_turn(struct history *h, const struct jr_input *input, uint32_t n, int64_t now) {
    struct jr_turn turn;
    do {
        jn_arena_reset(&h->arena);
        turn = (struct jr_turn){.arena = &h->arena};
        assert_int_equal(jr_engine_turn(h->engine, input, n, now, &turn, NULL), JN_OK);
        for (uint32_t i = 0; i < n; i++)
            h->events += input[i].kind == JR_INPUT_EVENT && turn.answer[i] == JR_ANSWER_TAKEN;
        n = 0;
    } while (turn.more);
}

static void pass_time(struct history *h, int64_t until) {
    while (jr_engine_next_due(h->engine) <= until)
        take_turn(h, NULL, 0, jr_engine_next_due(h->engine));
    h->now = until;
}

static uint32_t below(struct history *h, uint32_t n) {
    return (uint32_t)jn_random_below(&h->random, n);
}

/* A person or a device does something, a device turns out to be a person's, or both in one call. */
static struct jr_input deed(struct history *h) {
    static const char *const EVENT[] = {"a", "b", "e"};
    uint32_t person = below(h, 3), device = 3 + below(h, IDS - 3), kind = below(h, 8);
    struct jr_input input = {.kind = JR_INPUT_EVENT, .received = h->now, .happened = h->now, .source = JN_STR("track")};
    input.customer = jn_str_z(ID[kind < 3 ? device : person]);
    input.known = kind >= 3;
    input.event = jn_str_z(EVENT[below(h, 3)]);
    if (kind >= 5) input.other = jn_str_z(ID[device]);
    if (kind == 7) input.kind = JR_INPUT_ALIAS;
    return input;
}

static void expect_whole(struct history *h) {
    struct jr_row_customer *row;
    uint32_t n, stored = 0;
    int whose[IDS];
    for (int i = 0; i < IDS; i++) {
        struct jr_customer_view view;
        whose[i] = -1;
        if (jr_engine_customer(h->engine, jn_str_z(ID[i]), &h->arena, &view, NULL) != JN_OK) continue;
        whose[i] = id_of(view.id);
        assert_int_equal(view.n_run, 0);
    }
    for (int i = 0; i < IDS; i++)
        for (int k = 0; k < IDS; k++)
            if (whose[i] >= 0 && whose[k] >= 0) assert_int_equal(whose[i] == whose[k], h->root[i] == h->root[k]);
    assert_int_equal(h->store->ops->customers(h->store, 0, 1000, &h->arena, &row, &n, NULL), JN_OK);
    for (uint32_t i = 0; i < n; i++) {
        struct jr_row_event *event;
        uint32_t n_event;
        assert_int_equal(h->store->ops->events(h->store, row[i].customer, 0, 1000, &h->arena, &event, &n_event, NULL),
                         JN_OK);
        stored += n_event;
    }
    assert_int_equal(stored, h->events);
    assert_int_equal(h->entered, h->left);
    assert_int_equal(jr_engine_timer_count(h->engine), 0);
}

static void one_seed(uint64_t seed, struct jn_str image) {
    struct history h = {.seed = seed, .now = START};
    struct jn_err err;
    jn_random_seed(&h.random, seed);
    jn_arena_init(&h.arena);
    for (int i = 0; i < IDS; i++)
        h.root[i] = i;
    assert_int_equal(jr_store_mem.open(JN_STR(""), &h.store, NULL), JN_OK);
    open_engine(&h);
    if (jr_engine_deploy(h.engine, image, &err) != JN_OK) fail_msg("%s", err.text);
    for (uint32_t i = 0; i < DEEDS;) {
        struct jr_input input[6];
        uint32_t n = 1 + below(&h, 6); /* often many in one turn */
        for (uint32_t k = 0; k < n; k++)
            input[k] = deed(&h);
        take_turn(&h, input, n, h.now);
        i += n;
        if (below(&h, 6) == 0) {
            jr_engine_close(h.engine);
            open_engine(&h);
        }
        pass_time(&h, h.now + (int64_t)below(&h, 20) * HOUR);
    }
    pass_time(&h, h.now + 400 * 24 * HOUR);
    expect_whole(&h);
    jr_engine_close(h.engine);
    jr_store_mem.close(h.store);
    jn_arena_release(&h.arena);
}

static uint64_t setting(const char *name, uint64_t preset) {
    const char *text = getenv(name);
    return text == NULL ? preset : strtoull(text, NULL, 10);
}

static void nothing_is_lost_and_nothing_repeated(void **state) {
    uint64_t first = setting("JOURNEY_SEED", 1), n = setting("JOURNEY_SEEDS", 300);
    struct jc_source source = {JN_STR("merging.journey"), {SCRIPT, sizeof(SCRIPT) - 1}, JC_READ};
    struct jn_arena arena;
    struct jc_result result;
    struct jn_buf image;
    (void)state;
    jn_log_set_level(JN_LOG_OFF);
    jn_arena_init(&arena);
    assert_int_equal(jc_compile(&arena, &source, 1, &result, NULL), JN_OK);
    assert_non_null(result.program);
    jn_buf_init(&image, JN_IMAGE_MAX);
    assert_int_equal(jn_image_encode(result.program, &image, NULL), JN_OK);
    for (uint64_t seed = first; seed < first + n; seed++)
        one_seed(seed, jn_buf_view(&image));
    jn_buf_release(&image);
    jn_arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_lost_and_nothing_repeated)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
