/* Timers: whatever is shed and read again, they come in the order of (due, run), each once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/random.h"
#include "runtime/timer/timer.h"

enum { ROWS = 1000, PAGE = 8 };

/* The store: every timer that was added and not taken. */
struct rows {
    struct jr_timer row[ROWS];
    uint32_t n;
};

static bool sooner(struct jr_timer a, struct jr_timer b) {
    return a.due < b.due || (a.due == b.due && a.run < b.run);
}

static void rows_add(struct rows *rows, struct jr_timer timer) {
    uint32_t at = rows->n++;
    for (; at > 0 && sooner(timer, rows->row[at - 1]); at--)
        rows->row[at] = rows->row[at - 1];
    rows->row[at] = timer;
}

static void read_on(struct jr_timers *timers, const struct rows *rows) {
    while (jr_timers_want(timers)) {
        uint32_t from = 0;
        while (from < rows->n && !sooner(timers->last, rows->row[from]))
            from++;
        uint32_t n = rows->n - from < PAGE ? rows->n - from : PAGE;
        jr_timers_fill(timers, rows->row + from, n, n < PAGE);
    }
}

static void come_in_order(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct rows *rows = calloc(1, sizeof(*rows));
        struct jr_timers timers;
        struct jn_random dice;
        struct jr_timer got;
        jn_random_seed(&dice, seed);
        jr_timers_init(&timers, 4 + jn_random_below(&dice, 60));
        for (uint64_t run = 1; run < ROWS;) {
            if (jn_random_below(&dice, 3) > 0) {
                struct jr_timer timer = {(int64_t)jn_random_below(&dice, 500), run++, run};
                rows_add(rows, timer);
                jr_timers_add(&timers, timer);
                assert_true(timers.n <= timers.max + PAGE);
                continue;
            }
            read_on(&timers, rows);
            assert_int_equal(jr_timers_peek(&timers, &got), rows->n > 0);
            if (!jr_timers_take(&timers, 500, &got)) continue;
            assert_int_equal(got.due, rows->row[0].due);
            assert_int_equal(got.run, rows->row[0].run);
            for (uint32_t i = 1; i < rows->n; i++)
                rows->row[i - 1] = rows->row[i];
            rows->n--;
        }
        jr_timers_release(&timers);
        free(rows);
    }
}

static void none_is_early(void **state) {
    struct jr_timers timers;
    struct jr_timer got;
    (void)state;
    jr_timers_init(&timers, 4);
    jr_timers_fill(&timers, NULL, 0, true);
    jr_timers_add(&timers, (struct jr_timer){.due = 10, .run = 1});
    assert_false(jr_timers_take(&timers, 9, &got));
    assert_true(jr_timers_take(&timers, 10, &got));
    assert_false(jr_timers_peek(&timers, &got));
    jr_timers_release(&timers);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(come_in_order),
        cmocka_unit_test(none_is_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
