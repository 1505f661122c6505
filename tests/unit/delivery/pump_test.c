/* The pump over a channel and a clock of the test: who may begin, when, and what one receiver does to the others. */
#include "runtime/delivery/destination.h"
#include "runtime/delivery/pump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { RECEIVERS = 100, MANY = 9000 };

struct jr_channel {
    int unused;
};

struct jr_attempt {
    const struct jr_delivery *delivery;
    jr_attempt_done done;
    void *user;
};

static struct {
    uv_loop_t loop;
    struct jr_pump *pump;
    struct jr_channel channel;
    int64_t now;
    int64_t slow;                    /* by so much less has it gone on than time has passed */
    uint64_t next;                   /* number of the next delivery */
    struct jr_attempt *flying[MANY]; /* in the order they began */
    uint32_t n_flying;
    enum jr_pump_answer answer;  /* to the last that was added */
    enum jr_result result[MANY]; /* by delivery */
    bool reported[MANY];
    char reason[MANY][160];
    struct jr_breaker_news news[8]; /* for the audit log */
    uint32_t n_news;
} world;

/* ---- the channel ---- */

static struct jr_channel *open_channel(const struct jr_channel_place *place) {
    (void)place;
    return &world.channel;
}

static struct jr_attempt *begin(struct jr_channel *channel, const struct jr_delivery *delivery, int64_t now,
                                jr_attempt_done done, void *user, struct jn_err *err) {
    (void)channel, (void)now, (void)err;
    struct jr_attempt *attempt = malloc(sizeof *attempt);
    *attempt = (struct jr_attempt){delivery, done, user};
    assert_true(world.n_flying < MANY);
    world.flying[world.n_flying++] = attempt;
    return attempt;
}

static void cancel(struct jr_attempt *attempt) {
    free(attempt);
}

static void close_channel(struct jr_channel *channel) {
    (void)channel;
}

static const struct jr_channel_ops OPS = {"test", open_channel, begin, cancel, close_channel};

static bool goes_to(const struct jr_attempt *attempt, const char *name) {
    return name == NULL || jn_str_is(attempt->delivery->channel, name);
}

static uint32_t flying_to(const char *name) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < world.n_flying; i++)
        n += goes_to(world.flying[i], name);
    return n;
}

/* Ends the oldest attempt to that channel; false when there is none. */
static bool end(const char *name, struct jr_attempt_end how) {
    uint32_t i = 0;
    while (i < world.n_flying && !goes_to(world.flying[i], name))
        i++;
    if (i == world.n_flying) return false;
    struct jr_attempt *attempt = world.flying[i];
    world.n_flying--;
    memmove(&world.flying[i], &world.flying[i + 1], (world.n_flying - i) * sizeof(struct jr_attempt *));
    how.reason = JN_STR("as the test says");
    attempt->done(attempt->user, &how);
    free(attempt);
    return true;
}

static bool answer(const char *name, uint32_t status) {
    return end(name, (struct jr_attempt_end){.status = status});
}

/* ---- the owner ---- */

static int64_t now(void *user) {
    (void)user;
    return world.now;
}

static int64_t steady(void *user) {
    (void)user;
    return world.now + world.slow;
}

static void report(void *user, const struct jr_report *r) {
    (void)user;
    assert_true(r->delivery < MANY);
    world.reported[r->delivery] = true;
    world.result[r->delivery] = r->result;
    (void)snprintf(world.reason[r->delivery], sizeof world.reason[0], "%.*s", JN_FMT(r->reason));
    if (r->breaker.turn == JR_BREAKER_SAME) return;
    assert_true(world.n_news < sizeof world.news / sizeof world.news[0]);
    world.news[world.n_news++] = r->breaker;
}

/* What was reported is durable at once. */
static void settle(void) {
    for (uint64_t i = 0; i < world.next; i++) {
        if (!world.reported[i]) continue;
        world.reported[i] = false;
        jr_pump_settled(world.pump, i);
    }
}

static void pass(int64_t ms) {
    settle();
    world.now += ms;
    jr_pump_wake(world.pump);
}

static uint64_t add(const char *channel, struct jr_delivery more) {
    char url[64];
    (void)snprintf(url, sizeof url, "https://%s.example/", channel);
    more.delivery = world.next++;
    more.id = JN_STR("msg_1");
    more.channel = jn_str_z(channel);
    more.url = jn_str_z(url);
    more.retry_max = 8;
    world.answer = jr_pump_add(world.pump, &more);
    return more.delivery;
}

static void open_pump(uint32_t per_destination, uint32_t at_a_time) {
    struct jr_pump_options options = {.loop = &world.loop,
                                      .ops = &OPS,
                                      .per_destination = per_destination,
                                      .at_a_time = at_a_time,
                                      .now = now,
                                      .steady = steady,
                                      .report = report,
                                      .seed = 1};
    memset(&world, 0, sizeof world);
    world.now = 1000000;
    assert_int_equal(uv_loop_init(&world.loop), 0);
    world.pump = jr_pump_new(&options);
}

static int close_pump(void **state) {
    (void)state;
    jr_pump_close(world.pump);
    (void)uv_run(&world.loop, UV_RUN_DEFAULT);
    jr_pump_free(world.pump);
    assert_int_equal(uv_loop_close(&world.loop), 0);
    return 0;
}

static enum jr_destination_state state_of(const char *name) {
    struct jr_destination_view view;
    for (uint32_t at = 0; jr_pump_destination(world.pump, &at, &view);)
        if (jn_str_is(view.name, name)) return view.state;
    fail_msg("no destination %s", name);
    return JR_DESTINATION_STATES;
}

/* ---- what is promised ---- */

static void test_the_others_arrive_while_one_receiver_hangs(void **state) {
    (void)state;
    char name[RECEIVERS][8];
    uint64_t number[RECEIVERS][20];
    open_pump(8, 64);
    for (int r = 0; r < RECEIVERS; r++)
        (void)snprintf(name[r], sizeof name[r], "r%d", r);
    for (int i = 0; i < 20; i++)
        for (int r = 0; r < RECEIVERS; r++)
            number[r][i] = add(name[r], (struct jr_delivery){0});
    for (bool more = true; more;) {
        more = false;
        for (int r = 1; r < RECEIVERS; r++)
            more = answer(name[r], 200) || more;
    }
    for (int r = 1; r < RECEIVERS; r++)
        for (int i = 0; i < 20; i++)
            assert_true(world.reported[number[r][i]] && world.result[number[r][i]] == JR_RESULT_ACCEPTED);
    assert_int_equal(flying_to("r0"), 8);
    assert_int_equal(flying_to(NULL), 8);
}

static void test_destinations_take_turns(void **state) {
    (void)state;
    open_pump(8, 1);
    for (int i = 0; i < 50; i++)
        add("a", (struct jr_delivery){0});
    uint64_t single = add("b", (struct jr_delivery){0});
    assert_true(answer("a", 200));
    assert_true(answer("a", 200)); /* this one stood in the round before b did */
    assert_int_equal(flying_to("b"), 1);
    assert_true(answer("b", 200));
    assert_int_equal(world.result[single], JR_RESULT_ACCEPTED);
    assert_int_equal(flying_to("a"), 1);
}

static void test_a_receiver_that_fails_is_left_alone_then_tried(void **state) {
    (void)state;
    open_pump(8, 64);
    for (int i = 0; i < 40; i++)
        add("a", (struct jr_delivery){0});
    for (int i = 0; i < 17; i++) /* ten open it; seven more were on their way */
        (void)answer("a", 503);
    assert_int_equal(flying_to("a"), 0);
    assert_int_equal(state_of("a"), JR_DESTINATION_STATE_OPEN);
    pass(20000);
    assert_int_equal(flying_to("a"), 0);
    pass(20000);
    assert_int_equal(flying_to("a"), 1);
    assert_int_equal(state_of("a"), JR_DESTINATION_STATE_HALF_OPEN);
    assert_true(answer("a", 200));
    assert_int_equal(state_of("a"), JR_DESTINATION_STATE_CLOSED);
    assert_int_equal(flying_to("a"), 1); /* then more at a time with each that succeeds */
    assert_true(answer("a", 200));
    assert_int_equal(flying_to("a"), 2);
    assert_true(answer("a", 200));
    assert_int_equal(flying_to("a"), 4);
}

static void test_what_a_breaker_does_is_told_without_its_tries(void **state) {
    (void)state;
    open_pump(8, 64);
    for (int i = 0; i < 60; i++)
        add("a", (struct jr_delivery){0});
    for (int i = 0; i < 17; i++)
        (void)answer("a", 503);
    assert_int_equal(world.n_news, 1);
    assert_true(world.news[0].turn == JR_BREAKER_OPENED && jn_str_is(world.news[0].receiver, "a"));
    assert_true(world.news[0].in_a_row == 10 && world.news[0].failed == 10 && world.news[0].calls == 10);
    assert_in_range(world.news[0].ms, 24000, 36000);
    pass(40000);
    assert_true(answer("a", 503)); /* the try */
    assert_int_equal(world.n_news, 1);
    pass(80000);
    assert_true(answer("a", 200));
    assert_int_equal(world.n_news, 2);
    assert_true(world.news[1].turn == JR_BREAKER_WELL && world.news[1].ms == 120000);
    while (state_of("a") == JR_DESTINATION_STATE_CLOSED)
        assert_true(answer("a", 503));
    assert_int_equal(world.n_news, 2); /* it was told not long ago */
}

static void test_a_refusal_of_a_message_does_not_open_the_breaker(void **state) {
    (void)state;
    open_pump(8, 64);
    for (int i = 0; i < 40; i++)
        add("a", (struct jr_delivery){0});
    while (answer("a", 400))
        ;
    assert_int_equal(state_of("a"), JR_DESTINATION_STATE_CLOSED);
    assert_int_equal(jr_pump_in_flight(world.pump), 0);
}

static void test_gone_disables_until_enabled(void **state) {
    (void)state;
    open_pump(1, 64);
    for (int i = 0; i < 3; i++)
        add("a", (struct jr_delivery){0});
    assert_true(answer("a", 410));
    assert_int_equal(flying_to("a"), 0);
    for (uint64_t i = 0; i < 3; i++)
        assert_true(world.reported[i] && world.result[i] == JR_RESULT_FAILED);
    assert_non_null(strstr(world.reason[2], "disabled"));
    assert_int_equal(state_of("a"), JR_DESTINATION_STATE_DISABLED);
    jr_pump_enable(world.pump, JN_STR("other"));
    assert_int_equal(state_of("a"), JR_DESTINATION_STATE_DISABLED);
    jr_pump_enable(world.pump, JN_STR("a"));
    settle();
    uint64_t again = add("a", (struct jr_delivery){0});
    assert_true(answer("a", 200));
    assert_int_equal(world.result[again], JR_RESULT_ACCEPTED);
}

static void test_a_channel_disabled_before_the_start_stays_so(void **state) {
    (void)state;
    open_pump(1, 64);
    jr_pump_disable(world.pump, JN_STR("a"), JN_STR("https://a.example/"), world.now);
    uint64_t number = add("a", (struct jr_delivery){0});
    assert_int_equal(flying_to("a"), 0);
    assert_int_equal(world.result[number], JR_RESULT_FAILED);
}

static void test_a_receiver_that_asks_for_a_pause_gets_it_for_all_its_messages(void **state) {
    (void)state;
    open_pump(1, 64);
    add("a", (struct jr_delivery){0});
    add("a", (struct jr_delivery){0});
    assert_true(end("a", (struct jr_attempt_end){.status = 429, .retry_after_ms = 60000}));
    assert_int_equal(flying_to("a"), 0);
    pass(59000);
    assert_int_equal(flying_to("a"), 0);
    pass(1000);
    assert_int_equal(flying_to("a"), 1);
}

static void test_a_pause_that_is_asked_for_is_bounded(void **state) {
    (void)state;
    open_pump(1, 64);
    add("a", (struct jr_delivery){0});
    assert_true(end("a", (struct jr_attempt_end){.status = 503, .retry_after_ms = INT64_C(365) * 24 * 3600000}));
    add("a", (struct jr_delivery){0});
    pass(15 * 60000);
    assert_int_equal(flying_to("a"), 1);
}

/* A quarter of first attempts fails, and so does every retry: without a budget there would soon be more of these. */
static void test_retries_that_fail_are_a_share_of_first_attempts(void **state) {
    (void)state;
    uint32_t first = 0, again = 0;
    open_pump(8, 64);
    for (int i = 0; i < 16; i++)
        add("a", (struct jr_delivery){0});
    while (first < 6000) {
        bool retry = world.flying[0]->delivery->attempts > 0;
        again += retry;
        first += !retry;
        if (!retry) add("a", (struct jr_delivery){0});
        (void)answer("a", !retry && first % 4 != 0 ? 200 : 500);
        if ((first + again) % 10 == 0) pass(50);
    }
    assert_int_equal(state_of("a"), JR_DESTINATION_STATE_CLOSED);
    assert_true(jr_pump_held_back(world.pump) > 0);
    assert_in_range(again, first / 6, first / 5 + 40 + 10); /* 40 seconds earn 40, and 10 were saved up */
}

static void test_one_receiver_does_not_fill_the_pump(void **state) {
    (void)state;
    uint64_t after = 0;
    open_pump(1, 64);
    for (int i = 0; i < JR_PUMP_OF_ONE; i++)
        add("a", (struct jr_delivery){0});
    assert_int_equal(world.answer, JR_PUMP_HELD);
    uint64_t first = add("a", (struct jr_delivery){0});
    assert_int_equal(world.answer, JR_PUMP_LEFT);
    add("a", (struct jr_delivery){0});
    add("b", (struct jr_delivery){0});
    assert_int_equal(world.answer, JR_PUMP_HELD);
    assert_false(jr_pump_refill(world.pump, &after));
    for (int i = 0; i < JR_PUMP_OF_ONE / 2; i++)
        assert_true(answer("a", 200));
    settle();
    assert_true(jr_pump_refill(world.pump, &after));
    assert_int_equal(after, first - 1);
    assert_true(jr_pump_is_refilling(world.pump));
    assert_false(jr_pump_refill(world.pump, &after)); /* it is asked for once */
    while (world.answer != JR_PUMP_LEFT)
        add("a", (struct jr_delivery){0});
    assert_false(jr_pump_is_refilling(world.pump)); /* no more of it is read for now */
}

static void test_what_is_new_does_not_wait_for_the_many(void **state) {
    (void)state;
    open_pump(1, 64);
    int64_t due = world.now;
    for (int i = 0; i <= JR_PUMP_OF_ONE; i++)
        add("a", (struct jr_delivery){.since = due});
    assert_int_equal(world.answer, JR_PUMP_LEFT); /* of those who fall due together none passes another */
    pass(1000);
    uint64_t new = add("a", (struct jr_delivery){.since = world.now});
    assert_int_equal(world.answer, JR_PUMP_HELD); /* though older ones had to be left */
    for (int i = 0; i <= JR_DESTINATION_OLD_PER_RECENT + 1; i++)
        assert_true(answer("a", 200));
    assert_true(world.reported[new]);
    assert_false(world.reported[JR_PUMP_OF_ONE - 1]); /* which waits since before */
    while (answer("a", 200))
        ;
    assert_true(world.reported[JR_PUMP_OF_ONE - 1]);
}

static void test_a_second_crowd_joins_the_first(void **state) {
    (void)state;
    open_pump(1, 64);
    int64_t due = world.now;
    for (int i = 0; i <= JR_PUMP_OF_ONE; i++)
        add("a", (struct jr_delivery){.since = due});
    pass(1000);
    int64_t second = world.now;
    uint32_t beside = 0;
    do
        add("a", (struct jr_delivery){.since = second});
    while (world.answer == JR_PUMP_HELD && ++beside < JR_DESTINATION_RECENT);
    assert_int_equal(beside, JR_DESTINATION_MANY); /* so many are a crowd themselves: the next are left */
    pass(1000);
    uint64_t new = add("a", (struct jr_delivery){.since = world.now});
    assert_int_equal(world.answer, JR_PUMP_HELD);
    for (uint32_t i = 0; i <= (JR_DESTINATION_OLD_PER_RECENT + 1) * (beside + 1); i++)
        assert_true(answer("a", 200));
    assert_true(world.reported[new]);
    assert_false(world.reported[JR_PUMP_OF_ONE - 1]);
}

static void test_a_message_that_is_cancelled_is_not_sent(void **state) {
    (void)state;
    open_pump(1, 64);
    add("a", (struct jr_delivery){0});
    uint64_t waits = add("a", (struct jr_delivery){0});
    uint64_t later = add("a", (struct jr_delivery){.due = world.now + 5000});
    jr_pump_cancel(world.pump, waits);
    jr_pump_cancel(world.pump, later);
    assert_true(answer("a", 200));
    pass(10000);
    assert_int_equal(flying_to("a"), 0);
    assert_int_equal(world.result[waits], JR_RESULT_CANCELLED);
    assert_int_equal(world.result[later], JR_RESULT_CANCELLED);
}

/* ---- a clock that is wrong ---- */

#define HOURS (INT64_C(5) * 3600000)

/* It was put ahead, and is believed; no time has passed. */
static void leap(void) {
    world.slow -= HOURS;
    pass(HOURS);
}

/* It was put back, and engine time waits for it; time passes. */
static void wait_for_clock(int64_t ms) {
    settle();
    world.slow += ms;
    jr_pump_wake(world.pump);
}

static void test_a_rate_goes_by_time_that_passes(void **state) {
    (void)state;
    open_pump(8, 64);
    for (int i = 0; i < 6; i++)
        add("a", (struct jr_delivery){.rate = 1, .rate_ms = 1000});
    assert_int_equal(flying_to("a"), 1);
    wait_for_clock(999);
    assert_int_equal(flying_to("a"), 1);
    wait_for_clock(1);
    assert_int_equal(flying_to("a"), 2);
    leap();
    assert_int_equal(flying_to("a"), 2);
    pass(1000);
    assert_int_equal(flying_to("a"), 3);
}

static void test_a_pause_goes_by_time_that_passes(void **state) {
    (void)state;
    open_pump(1, 64);
    add("a", (struct jr_delivery){0});
    assert_true(end("a", (struct jr_attempt_end){.status = 429, .retry_after_ms = 60000}));
    add("a", (struct jr_delivery){0});
    leap();
    assert_int_equal(flying_to("a"), 0);
    wait_for_clock(59999);
    assert_int_equal(flying_to("a"), 0);
    wait_for_clock(1);
    assert_int_equal(flying_to("a"), 1);
}

/* ---- ordered channels ---- */

static struct jr_delivery to(const char *customer) {
    return (struct jr_delivery){.ordered = true, .customer = jn_str_z(customer)};
}

/* Whether the delivery is among those that are being tried. */
static bool flies(uint64_t delivery) {
    for (uint32_t i = 0; i < world.n_flying; i++)
        if (world.flying[i]->delivery->delivery == delivery) return true;
    return false;
}

static void test_an_ordered_message_waits_for_the_one_before(void **state) {
    (void)state;
    open_pump(8, 64);
    uint64_t first = add("a", to("ann")), second = add("a", to("ann")), other = add("a", to("bo"));
    uint64_t elsewhere = add("b", to("ann"));
    assert_true(flies(first) && flies(other) && flies(elsewhere));
    assert_false(flies(second));
    assert_true(answer("a", 503));
    settle();
    assert_false(flies(second)); /* the first will be tried again */
    pass(24 * 3600000);
    assert_true(flies(first));
    assert_true(answer("a", 200)); /* bo's, which began earlier */
    assert_true(answer("a", 200));
    assert_false(flies(second)); /* that the first is done is not durable yet */
    settle();
    assert_true(flies(second));
}

static void test_an_ordered_message_that_is_cancelled_leaves_its_line(void **state) {
    (void)state;
    open_pump(8, 64);
    add("a", to("ann"));
    uint64_t second = add("a", to("ann")), third = add("a", to("ann"));
    jr_pump_cancel(world.pump, second);
    assert_int_equal(world.result[second], JR_RESULT_CANCELLED);
    settle();
    assert_false(flies(third));
    assert_true(answer("a", 400));
    settle();
    assert_true(flies(third));
    assert_true(answer("a", 200));
    settle();
    uint64_t fourth = add("a", to("ann"));
    assert_true(flies(fourth)); /* the line has ended */
}

static void test_who_waited_has_one_attempt_behind_the_deadline(void **state) {
    (void)state;
    for (int ordered = 0; ordered < 2; ordered++) {
        open_pump(ordered == 0 ? 1 : 8, 64); /* it waits for its turn, or for the one before */
        struct jr_delivery first = to("ann"), second = to("ann");
        first.ordered = second.ordered = ordered == 1;
        first.deadline = second.deadline = world.now + 1000;
        add("a", first);
        uint64_t late = add("a", second);
        world.now += 5000;
        assert_true(answer("a", 503)); /* too late for another */
        settle();
        assert_true(flies(late));
        assert_true(answer("a", 503));
        assert_int_equal(world.result[late], JR_RESULT_FAILED);
        if (ordered == 0) (void)close_pump(state);
    }
}

static void test_an_ordered_message_does_not_overtake_what_is_in_the_store(void **state) {
    (void)state;
    uint64_t after = 0;
    open_pump(1, 64);
    for (int i = 0; i < JR_PUMP_OF_ONE; i++)
        add("a", to(""));
    uint64_t left = add("a", to("ann"));
    assert_int_equal(world.answer, JR_PUMP_LEFT);
    for (int i = 0; i < JR_PUMP_OF_ONE / 2 + 10; i++) {
        assert_true(answer("a", 200));
        settle();
    }
    add("a", to("ann"));
    assert_int_equal(world.answer, JR_PUMP_LEFT); /* though there is room */
    assert_true(jr_pump_refill(world.pump, &after));
    assert_int_equal(after, left - 1);
    uint64_t next = world.next;
    for (world.next = left; world.next < next;) {
        add("a", to("ann"));
        assert_int_equal(world.answer, JR_PUMP_HELD);
    }
    add("a", to("ann")); /* a new one while the store is still being read */
    assert_int_equal(world.answer, JR_PUMP_LEFT);
    assert_true(jr_pump_refill(world.pump, &after));
    assert_int_equal(after, next - 1);
    jr_pump_refilled(world.pump);
    add("a", to("ann"));
    assert_int_equal(world.answer, JR_PUMP_HELD);
}

static void test_a_service_behind_its_breaker_is_not_asked(void **state) {
    (void)state;
    struct jr_delivery ask = {.asks = true,
                              .breaker = JN_SHARE_ALL,
                              .breaker_calls = 2,
                              .breaker_ms = 1000,
                              .timeout_ms = 500,
                              .deadline = INT64_MAX};
    open_pump(8, 64);
    add("s", ask);
    add("s", ask);
    assert_true(answer("s", 500));
    assert_true(answer("s", 500));
    uint64_t unasked = add("s", ask);
    assert_int_equal(flying_to("s"), 0);
    assert_int_equal(world.result[unasked], JR_RESULT_FAILED);
    assert_string_equal(world.reason[unasked], "its breaker is open");
    pass(1000);
    uint64_t asked = add("s", ask);
    assert_true(answer("s", 200));
    assert_int_equal(world.result[asked], JR_RESULT_ACCEPTED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_the_others_arrive_while_one_receiver_hangs, close_pump),
        cmocka_unit_test_teardown(test_destinations_take_turns, close_pump),
        cmocka_unit_test_teardown(test_a_receiver_that_fails_is_left_alone_then_tried, close_pump),
        cmocka_unit_test_teardown(test_what_a_breaker_does_is_told_without_its_tries, close_pump),
        cmocka_unit_test_teardown(test_a_refusal_of_a_message_does_not_open_the_breaker, close_pump),
        cmocka_unit_test_teardown(test_gone_disables_until_enabled, close_pump),
        cmocka_unit_test_teardown(test_a_channel_disabled_before_the_start_stays_so, close_pump),
        cmocka_unit_test_teardown(test_a_receiver_that_asks_for_a_pause_gets_it_for_all_its_messages, close_pump),
        cmocka_unit_test_teardown(test_a_pause_that_is_asked_for_is_bounded, close_pump),
        cmocka_unit_test_teardown(test_retries_that_fail_are_a_share_of_first_attempts, close_pump),
        cmocka_unit_test_teardown(test_one_receiver_does_not_fill_the_pump, close_pump),
        cmocka_unit_test_teardown(test_what_is_new_does_not_wait_for_the_many, close_pump),
        cmocka_unit_test_teardown(test_a_second_crowd_joins_the_first, close_pump),
        cmocka_unit_test_teardown(test_a_message_that_is_cancelled_is_not_sent, close_pump),
        cmocka_unit_test_teardown(test_a_rate_goes_by_time_that_passes, close_pump),
        cmocka_unit_test_teardown(test_a_pause_goes_by_time_that_passes, close_pump),
        cmocka_unit_test_teardown(test_an_ordered_message_waits_for_the_one_before, close_pump),
        cmocka_unit_test_teardown(test_an_ordered_message_that_is_cancelled_leaves_its_line, close_pump),
        cmocka_unit_test_teardown(test_who_waited_has_one_attempt_behind_the_deadline, close_pump),
        cmocka_unit_test_teardown(test_an_ordered_message_does_not_overtake_what_is_in_the_store, close_pump),
        cmocka_unit_test_teardown(test_a_service_behind_its_breaker_is_not_asked, close_pump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
