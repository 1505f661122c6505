/* What stands in the outbox goes out as it was written, or not at all. */
#include "runtime/engine/turn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct jr_row_delivery written(struct jn_arena *arena) {
    struct jr_delivery delivery = {.channel = JN_STR("email"),
                                   .url = JN_STR("https://esp.example/"),
                                   .journey = JN_STR("welcome"),
                                   .message = JN_STR("hello"),
                                   .customer = JN_STR("ann"),
                                   .to = JN_STR("ann@example.com"),
                                   .body = JN_STR("{\"subject\":\"Hello\"}"),
                                   .retry_max = 8,
                                   .ordered = true};
    struct engine_flight flight = {.delivery = 7, .run = 3, .id = {1, 2, 3}};
    struct jr_row_delivery row = {.delivery = 7, .body = engine_outgoing_encode(&delivery, &flight, arena)};
    memcpy(row.id, flight.id, sizeof row.id);
    return row;
}

static bool reads(const struct jr_row_delivery *row, struct jn_arena *arena) {
    struct jr_delivery delivery;
    struct engine_flight flight;
    return engine_outgoing_decode(row, arena, &delivery, &flight);
}

static void test_what_is_written_is_read(void **state) {
    struct jn_arena arena;
    struct jr_delivery delivery;
    struct engine_flight flight;
    (void)state;
    jn_arena_init(&arena);
    struct jr_row_delivery row = written(&arena);
    assert_true(engine_outgoing_decode(&row, &arena, &delivery, &flight));
    assert_true(jn_str_is(delivery.to, "ann@example.com") && delivery.ordered && delivery.retry_max == 8);
    assert_true(jn_str_is(delivery.body, "{\"subject\":\"Hello\"}"));
    assert_int_equal(flight.run, 3);
    jn_arena_release(&arena);
}

static void test_a_bit_that_has_changed_is_seen(void **state) {
    struct jn_arena arena;
    (void)state;
    jn_arena_init(&arena);
    struct jr_row_delivery row = written(&arena);
    char *bytes = jn_arena_copy(&arena, row.body.p, row.body.n);
    row.body.p = bytes;
    for (size_t bit = 0; bit < 8 * row.body.n; bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
        assert_false(reads(&row, &arena));
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
    }
    for (size_t n = 0; n < row.body.n; n++) {
        struct jr_row_delivery cut = row;
        cut.body.n = n;
        assert_false(reads(&cut, &arena));
    }
    row.id[15] ^= 1; /* the id is what receivers know it by */
    assert_false(reads(&row, &arena));
    jn_arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_a_bit_that_has_changed_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
