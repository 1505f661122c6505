/* Until when a condition stays as it is, with nothing but time passing: what an evaluation says of it holds at every
 * moment before, so that nobody has to look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/diag/diag.h"
#include "core/civil.h"
#include "core/random.h"
#include "core/value.h"
#include "image/image.h"
#include "journey/compile.h"
#include "runtime/vm/change.h"

#define WORLD                                                                                                          \
    "workspace\n  timezone \"UTC\"\nend\ncustomer\n  joined instant\n  later instant\n  never instant\n  born date\n"  \
    "  gap duration\n  points number\nend\nevent signup\n  seen instant\nend\n"                                        \
    "journey j\n  enter when signup\n  re-enter never\n  stage s\n    set x to "

enum { HOPS = 60, LOOKS = 12 };

static const char *const CONDITION[] = {
    /* what passes at an exact distance */
    "now > customer.joined + 36 hours",
    "now - customer.joined >= 36 hours",
    "customer.later - now > 2 hours",
    "customer.later - now <= 0 seconds",
    "now >= customer.later",
    "customer.later is now",
    "now - 90 minutes < customer.joined",
    "now + 90 minutes < customer.later",
    "(now - customer.joined) + (now - customer.joined) > 20 days",
    "(now - customer.joined) - (now - customer.later) > 1 hour",
    "(customer.later - now) - (now - customer.joined) > 1 hour",
    "(now - customer.joined) + customer.gap > 15 days",
    "time since signup > 3 days",
    "time since signup <= 8 days and now - customer.joined > 10 days",
    /* months and days are of the calendar, and of the customer's zone */
    "now > customer.joined + 1 month",
    "now - 1 month < customer.joined",
    "now - 1 month > customer.joined",
    "customer.joined > now - 2 weeks",
    "now + 1 month > customer.later + 3 weeks",
    "customer.later < now + 2 days",
    "now - 1 month + 1 week < customer.joined",
    "now - 1 month < now - 30 days",
    "now - 1 month < now - 730 hours",
    "(now - 1 month) - (now - 30 days) > 0 hours",
    "now + 1 month >= customer.later + (now - customer.joined)",
    /* dates, hours and weekdays turn at the zone's hours */
    "today >= customer.born",
    "today + 7 days > customer.born",
    "today - customer.born > 3 days",
    "hour of now >= 9",
    "hour of now is 2",
    "hour of (now + 2 hours) < 5",
    "hour of (now - 1 month) is 3",
    "day of today is \"sunday\"",
    "day of today is \"sunday\" or hour of now is 12",
    /* what does not move, or is not known */
    "customer.joined < customer.later",
    "now is known",
    "customer.never > now",
    "now - customer.never > 3 days",
    "now >= now",
    "customer.points > 3",
};

static int64_t instant(const char *iso) {
    int64_t at;
    assert_true(jn_instant_parse(jn_str_z(iso), &at));
    return at;
}

static int64_t signed_up; /* when the customer did; nine days after having joined */

static struct jn_value past(const struct jr_context *context, uint32_t index) {
    (void)index;
    return jn_value_duration(JN_UNIT_MS, context->now - signed_up);
}

struct world {
    struct jn_arena arena;
    struct jr_context context;
    struct jn_value attr[32];
    uint32_t expr;
};

static struct jn_value known(struct jn_str name) {
    if (jn_str_is(name, "joined")) return jn_value_of(JN_T_INSTANT, signed_up - 9 * JN_MS_DAY);
    if (jn_str_is(name, "later")) return jn_value_of(JN_T_INSTANT, instant("2026-04-05T22:30:00Z"));
    if (jn_str_is(name, "born")) return jn_value_of(JN_T_DATE, jn_days_from_civil(2026, 3, 29));
    if (jn_str_is(name, "gap")) return jn_value_duration(JN_UNIT_MS, JN_MS_DAY);
    if (jn_str_is(name, "points")) return jn_value_int(7);
    return JN_MISSING;
}

static void set_up(struct world *w, const char *written) {
    struct jc_result result;
    *w = (struct world){.expr = JN_NONE};
    jn_arena_init(&w->arena);
    struct jc_source source = {.path = JN_STR("a.journey"),
                               .text = jn_arena_printf(&w->arena, "%s(%s)\n  end\nend\n", WORLD, written)};
    assert_int_equal(jc_compile(&w->arena, &source, 1, &result, NULL), JN_OK);
    if (result.program == NULL) fail_msg("%s does not compile", written);
    const struct jn_program *program = result.program;
    for (uint32_t i = 0; i < program->n_step; i++)
        if (program->step[i].kind == JN_STEP_SET_SLOT) w->expr = program->step[i].b;
    for (uint32_t i = 0; i < program->n_attr; i++)
        w->attr[i] = known(program->string[program->attr[i].name]);
    w->context = (struct jr_context){.program = program, .attr = w->attr, .past = past, .scratch = &w->arena};
    assert_int_equal(jn_zone_find(JN_STR("Europe/Berlin"), &w->context.zone, NULL), JN_OK);
}

/* True, false or missing, and until when. */
static int ask(struct world *w, int64_t now, int64_t *until) {
    struct jn_value value;
    w->context.now = now;
    w->context.until = until;
    assert_int_equal(jr_vm_eval(&w->context, w->expr, &value, NULL), JN_OK);
    return jn_is_missing(value) ? -1 : value.i != 0;
}

static void stays_until(struct world *w, const char *written, struct jn_random *dice, int64_t now, int64_t until,
                        int is) {
    int64_t end = until < now + 400 * JN_MS_DAY ? until : now + 400 * JN_MS_DAY;
    for (int i = 0; i < LOOKS && end - now > 1; i++) {
        /* Most mistakes are at the ends. */
        int64_t at = i == 0 ? end - 1 : now + 1 + (int64_t)jn_random_below(dice, (uint64_t)(end - now - 1));
        if (ask(w, at, NULL) == is) continue;
        struct jn_buf from, to;
        jn_buf_init(&from, 64);
        jn_buf_init(&to, 64);
        jn_instant_print(now, &from);
        jn_instant_print(at, &to);
        fail_msg("%s: said at %.*s to stay, and is another at %.*s", written, JN_FMT(jn_buf_view(&from)),
                 JN_FMT(jn_buf_view(&to)));
    }
}

static void stay_as_they_are_said_to(const char *since) {
    struct jn_random dice;
    jn_random_seed(&dice, 1);
    signed_up = instant(since);
    for (size_t i = 0; i < sizeof(CONDITION) / sizeof(*CONDITION); i++) {
        struct world w;
        int64_t now = signed_up;
        set_up(&w, CONDITION[i]);
        for (int hop = 0; hop < HOPS && now < INT64_MAX; hop++) {
            int64_t until = INT64_MAX;
            int is = ask(&w, now, &until);
            assert_true(until > now);
            if (until - now == VM_CHANGE_STEP_MS) { /* not computed: it is looked at again and again */
                now += (int64_t)jn_random_below(&dice, 3 * (uint64_t)JN_MS_DAY) + 1;
                continue;
            }
            stays_until(&w, CONDITION[i], &dice, now, until, is);
            now = until;
        }
        jn_arena_release(&w.arena);
    }
}

static void over_the_change_of_clocks(void **state) {
    (void)state;
    stay_as_they_are_said_to("2026-03-20T17:45:12.345Z");
}

static void over_the_end_of_a_short_month(void **state) {
    (void)state;
    stay_as_they_are_said_to("2026-02-09T11:30:00Z"); /* who joined did so on 31 January */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_the_change_of_clocks),
        cmocka_unit_test(over_the_end_of_a_short_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
