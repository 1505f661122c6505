/* Code that no machine may run: each is refused at the byte that is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "gallery.h"
#include "image/image.h"

enum { CODE_LONGEST = 48 };
#define U32(v) (v), 0, 0, 0
#define FAR    200, 0, 0, 0

static const struct {
    uint8_t byte[CODE_LONGEST];
    size_t n;
    enum jn_type type;
    const char *why; /* behind "expression N, "; empty: sound */
} ROW[] = {
    {{JN_OP_NOW, JN_OP_RET}, 2, JN_T_INSTANT, ""},
    {{JN_OP_PUSH, FAR, JN_OP_RET}, 6, JN_T_TEXT, "byte 0: no such constant"},
    {{JN_OP_TAGGED, FAR, JN_OP_RET}, 6, JN_T_BOOL, "byte 0: no such text"},
    {{JN_OP_TAGGED, U32(0), JN_OP_RET}, 6, JN_T_BOOL, "byte 0: no such text"},
    {{JN_OP_ATTR, FAR, JN_OP_RET}, 6, JN_T_TEXT, "byte 0: no such attribute"},
    {{JN_OP_PROP, FAR, U32(0), JN_OP_RET}, 10, JN_T_TEXT, "byte 0: no such event"},
    {{JN_OP_PROP, U32(0), U32(1), JN_OP_RET}, 10, JN_T_TEXT, "byte 0: no such property of that event"},
    {{JN_OP_SLOT, FAR, JN_OP_RET}, 6, JN_T_TEXT, "byte 0: no such variable of a run"},
    {{JN_OP_SEGMENT, FAR, JN_OP_RET}, 6, JN_T_BOOL, "byte 0: no such segment"},
    {{JN_OP_PAST, FAR, JN_OP_RET}, 6, JN_T_BOOL, "byte 0: no such question of the past"},
    {{JN_OP_ABSENT, U32(JN_T_MISSING), JN_OP_RET}, 6, JN_T_TEXT, "byte 0: no such type"},
    {{JN_OP_ABSENT, U32(JN_TYPE_COUNT), JN_OP_RET}, 6, JN_T_TEXT, "byte 0: no such type"},
    {{JN_OP_ABSENT, U32(JN_T_TEXT), JN_OP_RET}, 6, JN_T_TEXT, ""},
    {{JN_OP_PAST, U32(0), JN_OP_RET}, 6, JN_T_NUMBER, ""},
    {{JN_OPS, JN_OP_RET}, 2, JN_T_TEXT, "byte 0: no such instruction"},
    {{JN_OP_NOW}, 1, JN_T_INSTANT, "byte 0: code does not end with ret"},
    {{JN_OP_RET}, 1, JN_T_INSTANT, "byte 0: the result is not of the expression's type"},
    {{JN_OP_NOW, JN_OP_RET, JN_OP_RET}, 3, JN_T_INSTANT, "byte 1: code goes on behind its end"},
    {{JN_OP_NOW, JN_OP_RET}, 2, JN_T_BOOL, "byte 1: the result is not of the expression's type"},
    {{JN_OP_NOW, JN_OP_NOW, JN_OP_RET}, 3, JN_T_INSTANT, "byte 2: the result is not of the expression's type"},
    {{JN_OP_NOT, JN_OP_RET}, 2, JN_T_BOOL, "byte 0: takes more than there is"},
    {{JN_OP_NOW, JN_OP_NOT, JN_OP_RET}, 3, JN_T_BOOL, "byte 1: takes a value of another type"},
    {{JN_OP_NOW, JN_OP_TODAY, JN_OP_LT, JN_OP_RET}, 4, JN_T_BOOL, "byte 2: takes a value of another type"},
    {{JN_OP_JUMP, 3, 0, JN_OP_RET}, 4, JN_T_BOOL, "byte 0: an instruction is cut off"},
    {{JN_OP_JUMP, FAR, JN_OP_NOW, JN_OP_RET}, 7, JN_T_INSTANT, "byte 0: jumps out of the expression"},
    {{JN_OP_JUMP, 255, 255, 255, 255, JN_OP_NOW, JN_OP_RET}, 7, JN_T_INSTANT, "byte 0: jumps out of the expression"},
    {{JN_OP_JUMP, U32(1), JN_OP_NOW, JN_OP_NOW, JN_OP_RET}, 8, JN_T_INSTANT, "byte 5: nothing leads here"},
    {{JN_OP_NOW, JN_OP_IS_MISSING, JN_OP_FALSE_JUMP, U32(1), JN_OP_NOW, JN_OP_TODAY, JN_OP_RET},
     10,
     JN_T_DATE,
     "byte 8: paths meet with different stacks"},
    {{JN_OP_NOW, JN_OP_IS_MISSING, JN_OP_FALSE_JUMP, U32(6), JN_OP_NOW, JN_OP_JUMP, U32(1), JN_OP_TODAY, JN_OP_RET},
     15,
     JN_T_DATE,
     "byte 14: paths meet with different stacks"},
    {{JN_OP_NOW, JN_OP_IS_MISSING, JN_OP_FALSE_JUMP, U32(6), JN_OP_TODAY, JN_OP_JUMP, U32(1), JN_OP_TODAY, JN_OP_RET},
     15,
     JN_T_DATE,
     ""},
    {{JN_OP_NOW, JN_OP_IS_MISSING, JN_OP_FALSE_JUMP, U32(1), JN_OP_PUSH, U32(0), JN_OP_RET},
     13,
     JN_T_DURATION,
     "byte 8: a jump leads into an instruction"},
    {{JN_OP_NOW, JN_OP_IS_MISSING, JN_OP_AND_JUMP, U32(3), JN_OP_NOW, JN_OP_IS_MISSING, JN_OP_RET},
     10,
     JN_T_BOOL,
     "byte 2: jumps out of the expression"},
    {{JN_OP_NOW, JN_OP_IS_MISSING, JN_OP_AND_JUMP, U32(2), JN_OP_NOW, JN_OP_IS_MISSING, JN_OP_RET}, 10, JN_T_BOOL, ""},
    {{JN_OP_NOW, JN_OP_IS_MISSING, JN_OP_FALSE_JUMP, U32(11), JN_OP_NOW, JN_OP_IS_MISSING, JN_OP_OR_JUMP, U32(4),
      JN_OP_NOW, JN_OP_IS_MISSING, JN_OP_NOT, JN_OP_NOT, JN_OP_RET},
     19,
     JN_T_BOOL,
     "byte 9: paths meet with different stacks"},
};

static void each_fault_is_named_where_it_is(void **state) {
    unsigned missed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct gallery g;
        char expected[120] = "";
        gallery_init(&g);
        uint32_t expr = jn_builder_code(g.b, (struct jn_str){(const char *)ROW[i].byte, ROW[i].n}, ROW[i].type);
        g.program = jn_builder_finish(g.b);
        if (ROW[i].why[0] != '\0') (void)snprintf(expected, sizeof(expected), "expression %u, %s", expr, ROW[i].why);
        const char *got = gallery_refusal(&g);
        if (strcmp(got, expected) != 0) {
            print_message("row %zu, expected: %s\n     got: %s\n", i, expected, got);
            missed++;
        }
        jn_arena_release(&g.arena);
    }
    assert_int_equal(missed, 0);
}

static void an_expression_lies_within_the_code(void **state) {
    struct gallery g;
    (void)state;
    gallery_init(&g);
    struct jn_expr *expr = (struct jn_expr *)gallery_row(&g, IMAGE_expr, EXPR_YES);
    static const char WHY[] = "expression 1 lies outside the code";
    assert_true(gallery_refused(&g, &expr->length, 0, WHY));
    assert_true(gallery_refused(&g, &expr->length, (1u << 20) + 1, WHY));
    assert_true(gallery_refused(&g, &expr->length, 1u << 20, WHY));
    assert_true(gallery_refused(&g, &expr->offset, UINT32_MAX, WHY));
    jn_arena_release(&g.arena);
}

/* What a question of the past and a computed attribute read could otherwise ask for themselves. */
static void nothing_asks_for_itself(void **state) {
    static const struct {
        uint8_t byte[CODE_LONGEST];
        size_t n;
        enum jn_type type;
        bool past; /* the condition of a question; else what an attribute is computed from */
        const char *expected;
    } SELF[] = {
        {{JN_OP_SEGMENT, U32(0), JN_OP_RET}, 6, JN_T_BOOL, true, "past 0 asks more than one event"},
        {{JN_OP_PAST, U32(0), JN_OP_IS_MISSING, JN_OP_RET}, 7, JN_T_BOOL, true, "past 0 asks more than one event"},
        {{JN_OP_ATTR, U32(ATTR_COMPUTED), JN_OP_IS_MISSING, JN_OP_RET},
         7,
         JN_T_BOOL,
         true,
         "past 0 asks more than one event"},
        {{JN_OP_ATTR, U32(ATTR_NAME), JN_OP_IS_MISSING, JN_OP_RET}, 7, JN_T_BOOL, true, ""},
        {{JN_OP_ATTR, U32(ATTR_COMPUTED), JN_OP_RET}, 6, JN_T_TEXT, false, "attr 1 cannot be computed"},
        {{JN_OP_ATTR, U32(ATTR_NAME), JN_OP_RET}, 6, JN_T_TEXT, false, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(SELF) / sizeof(*SELF); i++) {
        struct gallery g;
        gallery_init(&g);
        uint32_t expr = jn_builder_code(g.b, (struct jn_str){(const char *)SELF[i].byte, SELF[i].n}, SELF[i].type);
        g.program = jn_builder_finish(g.b);
        struct jn_past *past = (struct jn_past *)gallery_row(&g, IMAGE_past, 0);
        struct jn_attr *attr = (struct jn_attr *)gallery_row(&g, IMAGE_attr, ATTR_COMPUTED);
        if (!gallery_refused(&g, SELF[i].past ? &past->where : &attr->computed, expr, SELF[i].expected))
            fail_msg("row %zu", i);
        jn_arena_release(&g.arena);
    }
}

static void segments_end_somewhere(void **state) {
    struct gallery g;
    (void)state;
    gallery_init(&g);
    for (uint8_t i = 0; i < 18; i++) { /* each asks the one behind it */
        const uint8_t code[] = {JN_OP_SEGMENT, U32((uint8_t)(i + 2)), JN_OP_RET};
        char name[8];
        (void)snprintf(name, sizeof(name), "s%u", i);
        struct jn_segment row = {.name = draft_string(g.b, name), .cond = EXPR_YES};
        if (i < 17) row.cond = jn_builder_code(g.b, (struct jn_str){(const char *)code, sizeof(code)}, JN_T_BOOL);
        jn_builder_add_segment(g.b, &row);
    }
    g.program = jn_builder_finish(g.b);
    static const char WHY[] = "segments refer to each other in a circle, or more than 16 deep";
    assert_string_equal(gallery_refusal(&g), WHY);
    struct jn_segment *deep = (struct jn_segment *)gallery_row(&g, IMAGE_segment, 3);
    assert_true(gallery_refused(&g, &deep->cond, EXPR_YES, ""));
    jn_arena_release(&g.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_named_where_it_is),
        cmocka_unit_test(an_expression_lies_within_the_code),
        cmocka_unit_test(nothing_asks_for_itself),
        cmocka_unit_test(segments_end_somewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
