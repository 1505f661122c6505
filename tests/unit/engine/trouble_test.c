/* Full disks, crashes and little memory change nothing of what happens to anybody: the same lives, with and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/civil.h"
#include "core/random.h"
#include "world.h"

#define STEPS 400
#define SEEDS 20

/* Keys, a goal that outlives the run, waits that look back, a loop, a message a round. */
static struct draft busy(struct world *w) {
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event_with(&d, "begin", "order", JN_T_TEXT, JN_PROP_REQUIRED);
    uint32_t ping = declare_event(&d, "ping"), purchase = declare_event(&d, "purchase");
    uint32_t stop = declare_event(&d, "stop"), hello = declare_message(&d, "hello", d.post);
    begin_journey(&d, "keyed", begin, JN_REENTER_ALWAYS);
    journey_returns_after(&d, days(2));
    journey_keyed(&d, 0);
    journey_goal(&d, "bought", purchase, days(5), 0);
    journey_leaves_on(&d, "stop", stop);
    uint32_t nap = step_wait(&d, "nap", minutes(90));
    uint32_t wait = step_wait_for(&d, "for_ping", ping, days(1), JN_SINCE_ENTRY);
    step_send(&d, hello);
    step_goes_to(&d, step_wait_time(&d, "ten", "10:00"), nap);
    timeout_goes_to(&d, wait, step_exit(&d, "silent"));
    begin_journey(&d, "again", ping, JN_REENTER_ALWAYS);
    d.journey.flags |= JN_JOURNEY_RESTART;
    step_wait(&d, "day", days(1));
    step_exit(&d, "completed");
    return d;
}

static void act(struct world *w, struct jn_random *dice) {
    static const char *const WHO[] = {"ann", "bo", "cy"};
    static const char *const ORDER[] = {"{\"order\":\"a\"}", "{\"order\":\"b\"}", "{}"};
    static const char *const ZONE[] = {"{\"timezone\":\"Asia/Shanghai\"}", "{\"timezone\":\"Europe/Berlin\"}"};
    const char *who = WHO[jn_random_below(dice, 3)];
    switch (jn_random_below(dice, 8)) {
    case 0:
    case 1:
        does(w, who, "begin", ORDER[jn_random_below(dice, 3)]);
        break;
    case 2:
    case 3:
        does(w, who, "ping", NULL);
        break;
    case 4:
        does(w, who, "purchase", NULL);
        break;
    case 5:
        does(w, who, jn_random_below(dice, 4) == 0 ? "stop" : "other", NULL);
        break;
    case 6:
        is_known(w, who, ZONE[jn_random_below(dice, 2)]);
        break;
    default:
        after(w, (int64_t)jn_random_below(dice, 600) * JN_MS_MINUTE);
    }
}

/* What is told of everybody's lives under this seed. */
static struct jn_str lives(struct jn_arena *kept, uint64_t seed, bool trouble) {
    struct world w;
    struct jn_random dice, bad_luck;
    world_open(&w);
    jn_random_seed(&dice, seed);
    jn_random_seed(&bad_luck, seed + 1);
    struct draft d = busy(&w);
    deploy(&w, &d);
    if (trouble) { /* few timers in memory: they are shed and read again all the time */
        w.timers_max = 4;
        restart(&w);
    }
    for (int i = 0; i < STEPS; i++) {
        act(&w, &dice);
        if (trouble && jn_random_below(&bad_luck, 3) == 0) {
            w.failing = 1;
            (void)try_turn(&w);
            w.failing = 0;
        }
        if (trouble && jn_random_below(&bad_luck, 4) == 0) restart(&w);
        turn(&w);
        w.n_sent = 0;
    }
    struct jn_str told = jn_arena_str(kept, jn_buf_view(&w.told));
    world_close(&w);
    return told;
}

static void trouble_changes_nothing(void **state) {
    struct jn_arena kept;
    (void)state;
    jn_arena_init(&kept);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct jn_str calm = lives(&kept, seed, false), rough = lives(&kept, seed, true);
        assert_true(calm.n > 1000);
        size_t same = 0;
        while (same < calm.n && same < rough.n && calm.p[same] == rough.p[same])
            same++;
        size_t from = same < 150 ? 0 : same - 150;
        if (same < calm.n || same < rough.n)
            fail_msg("seed %u:\n%.300s\n%.300s", (unsigned)seed, calm.p + from, rough.p + from);
        jn_arena_reset(&kept);
    }
    jn_arena_release(&kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trouble_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
