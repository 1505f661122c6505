/* Splits: sticky for a customer, over restarts and versions; fair over many; each split for itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world.h"

#define CROWD 2000

/* left leaves as left, right as right. */
static struct draft parted(struct world *w, const char *salt, uint32_t left, const char *event) {
    struct draft d = draft_new(&w->arena);
    uint32_t begin = declare_event(&d, "begin");
    declare_event(&d, event);
    begin_journey(&d, "trial", begin, JN_REENTER_ALWAYS);
    uint32_t split = step_split(&d, salt, left);
    uint32_t to_left = step_exit(&d, "left"), to_right = step_exit(&d, "right");
    arms_lead_to(&d, split, to_left, to_right);
    return d;
}

/* One letter a customer of the crowd: the arm each of them gets. */
static const char *arms(struct world *w) {
    struct jn_buf got;
    jn_buf_init(&got, CROWD + 1);
    for (int i = 0; i < CROWD; i++) {
        does(w, jn_arena_printf(&w->arena, "customer-%d", i).p, "begin", NULL);
        jn_buf_reset(&w->told);
        turn(w);
        struct jn_str told = jn_buf_view(&w->told);
        jn_buf_char(&got, jn_str_ends(told, JN_STR(" left left")) ? 'l' : 'r'); /* "left left": it left as left */
    }
    const char *z = jn_arena_str(&w->arena, jn_buf_view(&got)).p;
    jn_buf_release(&got);
    jn_buf_reset(&w->told);
    return z;
}

static int lefts(const char *arms_of_all) {
    int n = 0;
    for (const char *arm = arms_of_all; *arm != '\0'; arm++)
        n += *arm == 'l';
    return n;
}

static void an_arm_is_kept_over_restarts_and_versions(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = parted(&w, "trial.offer", 4500, "one"), changed = parted(&w, "trial.offer", 4500, "two");
    deploy(&w, &d);
    const char *first = arms(&w);
    restart(&w);
    deploy(&w, &changed);
    assert_string_equal(arms(&w), first);
    world_close(&w);
}

static void shares_are_what_the_weights_say(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft d = parted(&w, "trial.offer", 4500, "one"), none = parted(&w, "trial.offer", 0, "one");
    deploy(&w, &d);
    assert_in_range(lefts(arms(&w)), CROWD * 42 / 100, CROWD * 48 / 100);
    deploy(&w, &none);
    assert_int_equal(lefts(arms(&w)), 0);
    world_close(&w);
}

static void a_larger_share_keeps_whom_it_had(void **state) {
    struct world w;
    (void)state;
    world_open(&w);
    struct draft small = parted(&w, "trial.offer", 1000, "one"), large = parted(&w, "trial.offer", 5000, "one");
    deploy(&w, &small);
    const char *before = arms(&w);
    deploy(&w, &large);
    const char *behind = arms(&w);
    for (int i = 0; i < CROWD; i++)
        assert_true(before[i] == 'r' || behind[i] == 'l');
    world_close(&w);
}

static void two_splits_are_independent(void **state) {
    struct world w;
    int both = 0;
    (void)state;
    world_open(&w);
    struct draft one = parted(&w, "trial.offer", 5000, "one"), two = parted(&w, "trial.other", 5000, "one");
    deploy(&w, &one);
    const char *offer = arms(&w);
    deploy(&w, &two);
    const char *other = arms(&w);
    for (int i = 0; i < CROWD; i++)
        both += offer[i] == 'l' && other[i] == 'l';
    assert_in_range(both, CROWD * 22 / 100, CROWD * 28 / 100);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arm_is_kept_over_restarts_and_versions),
        cmocka_unit_test(shares_are_what_the_weights_say),
        cmocka_unit_test(a_larger_share_keeps_whom_it_had),
        cmocka_unit_test(two_splits_are_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
