/* Events that are set aside are kept within bounds: so many, so large, so long; the oldest go and are counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/civil.h"
#include "core/log.h"
#include "world.h"

static void bounded(struct world *w, uint64_t rows, uint64_t bytes) {
    world_open(w);
    w->quarantine_rows = rows;
    w->quarantine_bytes = bytes;
    restart(w);
    struct draft d = draft_new(&w->arena);
    begin_journey(&d, "trial", declare_event(&d, "begin"), JN_REENTER_ALWAYS);
    step_exit(&d, "completed");
    deploy(w, &d);
}

static void sets_aside(struct world *w, const char *text) {
    is_set_aside(w, text);
    turn(w);
}

/* What is kept, oldest first. */
static const char *kept(struct world *w) {
    struct jr_row_quarantine *row;
    uint32_t n;
    struct jn_buf out;
    jn_buf_init(&out, 1 << 16);
    assert_int_equal(w->store->ops->quarantined(w->store, 0, 100, &w->arena, &row, &n, NULL), JN_OK);
    for (uint32_t i = 0; i < n; i++)
        jn_buf_printf(&out, "%s%.*s", i == 0 ? "" : " ", JN_FMT(row[i].body));
    const char *text = jn_arena_printf(&w->arena, "%.*s", JN_FMT(jn_buf_view(&out))).p;
    jn_buf_release(&out);
    return text;
}

static void the_oldest_go_when_there_are_too_many(void **state) {
    struct world w;
    (void)state;
    bounded(&w, 3, 0);
    for (int i = 0; i < 5; i++)
        sets_aside(&w, (const char *[]){"a", "b", "c", "d", "e"}[i]);
    assert_string_equal(kept(&w), "c d e");
    struct jr_quarantine figures = jr_engine_quarantine(w.engine);
    assert_true(figures.events == 3 && figures.dropped == 2);
    restart(&w);
    sets_aside(&w, "f");
    assert_string_equal(kept(&w), "d e f");
    assert_int_equal(jr_engine_quarantine(w.engine).dropped, 3);
    world_close(&w);
}

static void a_turn_that_has_more_than_all_keeps_its_last(void **state) {
    struct world w;
    (void)state;
    bounded(&w, 2, 0);
    sets_aside(&w, "a");
    is_set_aside(&w, "b");
    is_set_aside(&w, "c");
    is_set_aside(&w, "d");
    turn(&w);
    assert_string_equal(kept(&w), "c d");
    assert_int_equal(jr_engine_quarantine(w.engine).dropped, 2);
    world_close(&w);
}

static void large_ones_count_by_their_bytes(void **state) {
    struct world w;
    (void)state;
    bounded(&w, 0, 130);
    sets_aside(&w, "an event of about forty bytes, as it came");
    sets_aside(&w, "an event of about forty bytes, as it went");
    assert_string_equal(kept(&w),
                        "an event of about forty bytes, as it came an event of about forty bytes, as it went");
    sets_aside(&w, "small");
    assert_string_equal(kept(&w), "an event of about forty bytes, as it went small");
    assert_in_range(jr_engine_quarantine(w.engine).bytes, 46, 130);
    world_close(&w);
}

static void a_failed_turn_drops_nothing(void **state) {
    struct world w;
    (void)state;
    bounded(&w, 1, 0);
    sets_aside(&w, "a");
    is_set_aside(&w, "b");
    w.failing = 1;
    assert_int_equal(try_turn(&w), JN_FULL);
    assert_string_equal(kept(&w), "a");
    assert_int_equal(jr_engine_quarantine(w.engine).dropped, 0);
    turn(&w);
    assert_string_equal(kept(&w), "b");
    world_close(&w);
}

static void old_ones_go(void **state) {
    static const struct jr_keep MONTH = {30 * JN_MS_DAY, 30 * JN_MS_DAY, 30 * JN_MS_DAY};
    struct world w;
    bool more = true;
    (void)state;
    bounded(&w, 0, 0);
    sets_aside(&w, "a");
    sets_aside(&w, "b");
    after(&w, 20 * JN_MS_DAY);
    sets_aside(&w, "c");
    after(&w, 11 * JN_MS_DAY);
    turn(&w);
    while (more)
        assert_int_equal(jr_engine_upkeep(w.engine, w.now, &MONTH, &more, NULL), JN_OK);
    assert_string_equal(kept(&w), "c");
    struct jr_quarantine figures = jr_engine_quarantine(w.engine);
    assert_true(figures.events == 1 && figures.dropped == 0);
    restart(&w);
    assert_int_equal(jr_engine_quarantine(w.engine).events, 1);
    world_close(&w);
}

/* How often the file has the text. */
static uint32_t says(int file, const char *text) {
    static char read[1 << 16];
    ssize_t n = pread(file, read, sizeof read - 1, 0);
    uint32_t count = 0;
    assert_true(n >= 0);
    read[n] = '\0';
    for (const char *at = read; (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

static void the_log_says_how_many_and_not_what(void **state) {
    struct world w;
    int file = memfd_create("log", 0), own = dup(STDERR_FILENO);
    (void)state;
    bounded(&w, 0, 0);
    dup2(file, STDERR_FILENO);
    jn_log_set_level(JN_LOG_INFO);
    for (int i = 0; i < 40; i++)
        is_set_aside(&w, "{\"userId\":\"ann@example.com\"}");
    turn(&w);
    for (int i = 0; i < 9; i++)
        sets_aside(&w, "bo@example.com");
    after(&w, JN_MS_MINUTE);
    sets_aside(&w, "cy@example.com");
    jn_log_set_level(JN_LOG_OFF);
    dup2(own, STDERR_FILENO);
    assert_int_equal(says(file, "EVENT_QUARANTINED"), 2);
    assert_int_equal(says(file, "\"why\":\"malformed\",\"events\":40,\"last\":40}"), 1);
    assert_int_equal(says(file, "\"why\":\"malformed\",\"events\":10,\"last\":50}"), 1);
    assert_int_equal(says(file, "@example.com"), 0);
    assert_int_equal(jr_engine_quarantine(w.engine).events, 50);
    close(file);
    close(own);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_says_how_many_and_not_what),
        cmocka_unit_test(the_oldest_go_when_there_are_too_many),
        cmocka_unit_test(a_turn_that_has_more_than_all_keeps_its_last),
        cmocka_unit_test(large_ones_count_by_their_bytes),
        cmocka_unit_test(a_failed_turn_drops_nothing),
        cmocka_unit_test(old_ones_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
