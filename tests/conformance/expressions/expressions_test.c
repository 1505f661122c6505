/* Every form of expression, compiled and evaluated as it is in a journey. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "compiler/diag/diag.h"
#include "core/civil.h"
#include "core/value.h"
#include "image/image.h"
#include "journey/compile.h"
#include "runtime/vm/vm.h"

#define WORLD                                                                                                          \
    "workspace\n  timezone \"UTC\"\n  currency EUR\nend\n"                                                             \
    "customer\n  name text\n  nothing text\n  none_either text\n  plan text, one of \"trial\", \"pro\"\n"              \
    "  points number\n  no_number number\n  unset_points number, default 3\n  spent money\n  nothing_spent money\n"    \
    "  born date\n  no_date date\n  joined instant\n  no_flag boolean\n  likes list\n"                                 \
    "  double number = customer.points * 2\n  quadruple number = customer.double * 2\nend\n"                           \
    "event signup\n  plan text\n  seats number\nend\n"                                                                 \
    "event other\n  n number\nend\n"                                                                                   \
    "segment rich is customer.spent > 10 EUR\nsegment poor is not customer in rich\n"                                  \
    "journey j\n  enter when signup\n  re-enter never\n  stage s\n    tag \"vip\"\n    tag \"other\"\n    set x to "

static const struct row {
    const char *written, *value;
} ROW[] = {
#define EXPRESSION(written, value) {written, value},
#include "expressions.def"
#undef EXPRESSION
};

struct world {
    struct jn_arena arena;
    struct jr_context context;
    struct jn_value attr[64];
    struct jr_event_view event;
    struct jn_value prop[2];
    struct jn_str tag;
};

static struct jn_value decimal(const char *z) {
    struct jn_dec d;
    assert_true(jn_dec_parse(jn_str_z(z), &d));
    return jn_value_dec(d);
}

static struct jn_value known(const char *name) {
    static const struct jn_value LIKES[2] = {{.type = JN_T_TEXT, .len = 3, .p = "tea"},
                                             {.type = JN_T_TEXT, .len = 4, .p = "cake"}};
    uint16_t euro;
    int64_t instant;
    jn_currency_pack(JN_STR("EUR"), &euro);
    jn_instant_parse(JN_STR("2026-03-27T22:30:00Z"), &instant);
    if (strcmp(name, "name") == 0) return jn_value_text(JN_STR("Ann"));
    if (strcmp(name, "points") == 0) return jn_value_int(7);
    if (strcmp(name, "unset_points") == 0) return jn_value_int(3);
    if (strcmp(name, "spent") == 0) return jn_value_money(jn_value_to_dec(decimal("19.90")), euro);
    if (strcmp(name, "born") == 0) return jn_value_of(JN_T_DATE, jn_days_from_civil(2000, 3, 30));
    if (strcmp(name, "joined") == 0) return jn_value_of(JN_T_INSTANT, instant);
    if (strcmp(name, "timezone") == 0) return jn_value_text(JN_STR("Europe/Berlin"));
    if (strcmp(name, "likes") == 0) return (struct jn_value){.type = JN_T_LIST, .len = 2, .list = LIKES};
    return JN_MISSING;
}

/* Computed attributes are the engine's to keep; here they are evaluated on the spot. */
static struct jn_value computed(const struct jr_context *context, uint32_t attr) {
    struct jn_value value;
    assert_int_equal(jr_vm_eval(context, context->program->attr[attr].computed, &value, NULL), JN_OK);
    return value;
}

static void set_up(struct world *w, const struct jn_program *program) {
    w->context = (struct jr_context){.program = program,
                                     .customer_id = JN_STR("ann"),
                                     .attr = w->attr,
                                     .tag = &w->tag,
                                     .n_tag = 1,
                                     .events = &w->event,
                                     .computed = computed,
                                     .scratch = &w->arena};
    w->tag = JN_STR("vip");
    assert_int_equal(jn_zone_find(JN_STR("Europe/Berlin"), &w->context.zone, NULL), JN_OK);
    assert_true(jn_instant_parse(JN_STR("2026-03-29T10:30:00Z"), &w->context.now));
    for (uint32_t i = 0; i < program->n_attr; i++) {
        struct jn_buf name;
        jn_buf_init(&name, 64);
        jn_buf_str(&name, program->string[program->attr[i].name]);
        jn_buf_char(&name, '\0');
        w->attr[i] = known(name.p);
        jn_buf_release(&name);
    }
    w->event = (struct jr_event_view){.event = jn_program_event(program, JN_STR("signup")), .prop = w->prop};
    w->prop[0] = jn_value_text(JN_STR("trial"));
    w->prop[1] = jn_value_int(3);
}

/* The value of `set x to …`, or the code of the first mistake. */
static void evaluate(const char *written, struct jn_buf *out) {
    struct world w = {0};
    struct jc_result result;
    struct jn_value value = JN_MISSING;
    jn_arena_init(&w.arena);
    struct jc_source source = {.path = JN_STR("a.journey"),
                               .text = jn_arena_printf(&w.arena, "%s%s\n  end\nend\n", WORLD, written)};
    assert_int_equal(jc_compile(&w.arena, &source, 1, &result, NULL), JN_OK);
    for (const struct jc_diag *diag = result.diags->first; diag != NULL && out->n == 0; diag = diag->next)
        if (jc_code_severity(diag->code) == JC_ERROR) jn_buf_z(out, jc_code_name(diag->code));
    for (uint32_t i = 0; result.program != NULL && i < result.program->n_step; i++) {
        if (result.program->step[i].kind != JN_STEP_SET_SLOT) continue;
        set_up(&w, result.program);
        assert_int_equal(jr_vm_eval(&w.context, result.program->step[i].b, &value, NULL), JN_OK);
        if (jn_is_missing(value))
            jn_buf_z(out, "missing");
        else
            jn_value_print_source(value, out);
    }
    jn_arena_release(&w.arena);
}

static void every_form_has_its_value(void **state) {
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct jn_buf found;
        jn_buf_init(&found, 4096);
        evaluate(ROW[i].written, &found);
        if (!jn_str_is(jn_buf_view(&found), ROW[i].value)) {
            print_error("%s is %.*s, not %s\n", ROW[i].written, JN_FMT(jn_buf_view(&found)), ROW[i].value);
            wrong++;
        }
        jn_buf_release(&found);
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_form_has_its_value)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
