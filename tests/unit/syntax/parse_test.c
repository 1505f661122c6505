/* The parser: trees of right sources, one diagnostic for each mistake in wrong ones, and no harm from hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "compiler/diag/print.h"
#include "compiler/syntax/parse.h"

struct reading {
    struct jn_arena arena;
    struct jc_source source;
    struct jc_diags diags;
    struct jc_tree tree;
    struct jn_buf out;
};

static void read_source(struct reading *r, struct jn_str text) {
    jn_arena_init(&r->arena);
    jn_buf_init(&r->out, 16 << 20);
    r->source = (struct jc_source){JN_STR("a.journey"), text, JC_READ};
    jc_diags_init(&r->diags, &r->arena, &r->source, 1);
    struct jn_err err;
    assert_int_equal(jc_parse(&r->arena, &r->diags, 0, &r->tree, &err), JN_OK);
    assert_non_null(r->tree.file);
    jc_diags_sort(&r->diags);
}

static void put_away(struct reading *r) {
    jn_buf_release(&r->out);
    jn_arena_release(&r->arena);
}

static void assert_tree(const char *source, const char *wanted) {
    struct reading r;
    read_source(&r, jn_str_z(source));
    if (r.diags.n_error > 0) jc_diags_print_text(&r.diags, false, &r.out);
    jc_tree_print(r.tree.file, &r.out);
    jn_buf_char(&r.out, '\0');
    assert_string_equal(r.out.p, wanted);
    put_away(&r);
}

/* "LINE:CODE LINE:CODE …" */
static void assert_mistakes(struct jn_str source, const char *wanted) {
    struct reading r;
    read_source(&r, source);
    for (const struct jc_diag *d = r.diags.first; d != NULL; d = d->next)
        jn_buf_printf(&r.out, "%s%u:%s", d == r.diags.first ? "" : " ", d->span.line, jc_code_name(d->code));
    jn_buf_char(&r.out, '\0');
    assert_string_equal(r.out.p, wanted);
    put_away(&r);
}

#define ASSERT_MISTAKES(source, wanted) assert_mistakes(JN_STR(source), wanted)

static void test_declarations(void **state) {
    (void)state;
    assert_tree("event a\nevent b was c\n  x text, required, one of \"p\", \"q\"\nend\n",
                "FILE\n  EVENT a\n  EVENT b\n    WAS c\n    ATTRIBUTE x\n      TYPE text\n      MOD_REQUIRED\n"
                "      MOD_ONE_OF\n        LITERAL \"p\"\n        LITERAL \"q\"\n");
    assert_tree("channel c\n  webhook env HOOK\n  to customer.email\n  retry 8 times over 24 hours\nend\n",
                "FILE\n  CHANNEL c\n    CH_WEBHOOK\n      ENV HOOK\n    CH_TO\n      MEMBER email\n        NAME customer\n"
                "    CH_RETRY\n      LITERAL 8\n      LITERAL 24 hours\n");
}

static void test_words_are_names_where_only_names_can_stand(void **state) {
    (void)state;
    assert_tree("customer\n  stage text\n  channel text\n  wait text\nend\nevent test\nsegment send is customer.end is \"x\"\n",
                "FILE\n  CUSTOMER\n    ATTRIBUTE stage\n      TYPE text\n    ATTRIBUTE channel\n      TYPE text\n"
                "    ATTRIBUTE wait\n      TYPE text\n  EVENT test\n  SEGMENT send\n    BINARY is [3]\n      MEMBER end\n"
                "        NAME customer\n      LITERAL \"x\"\n");
}

static void test_short_names_near_words_stay_names(void **state) {
    (void)state;
    assert_tree("customer\n  a text\n  en text\n  ofs text\nend\n",
                "FILE\n  CUSTOMER\n    ATTRIBUTE a\n      TYPE text\n    ATTRIBUTE en\n      TYPE text\n    ATTRIBUTE ofs\n"
                "      TYPE text\n");
}

static void test_operators_bind_as_in_the_table(void **state) {
    (void)state;
    assert_tree("segment s is not a.x is 1 and b.y + 2 * 3 > 4 or c.z is missing\n",
                "FILE\n  SEGMENT s\n    BINARY or\n      BINARY and [1]\n        UNARY not [2]\n          BINARY is [3]\n"
                "            MEMBER x\n              NAME a\n            LITERAL 1\n        BINARY > [7]\n"
                "          BINARY + [14]\n            MEMBER y\n              NAME b\n            BINARY * [16]\n"
                "              LITERAL 2\n              LITERAL 3\n          LITERAL 4\n      IS_MISSING\n        MEMBER z\n"
                "          NAME c\n");
    assert_tree("segment s is not customer in vip\n", "FILE\n  SEGMENT s\n    UNARY not [2]\n      IN_SEGMENT vip\n        NAME customer\n");
}

#define IN_STAGE(statement) "journey j\n  stage s\n    " statement "\n  end\nend\n"
#define STAGE_TREE "FILE\n  JOURNEY j\n    STAGE s\n"

static void test_forms_of_wait(void **state) {
    (void)state;
    assert_tree(IN_STAGE("wait 1 day"), STAGE_TREE "      WAIT\n        LITERAL 1 day\n");
    assert_tree(IN_STAGE("wait until monday or friday 10:00"), STAGE_TREE "      WAIT_TIME\n        DAYS [17]\n        LITERAL 10:00\n");
    assert_tree(IN_STAGE("wait until 10:00"), STAGE_TREE "      WAIT_TIME\n        LITERAL 10:00\n");
    assert_tree(IN_STAGE("wait until customer.birthday at 09:00"),
                STAGE_TREE "      WAIT_DATE\n        MEMBER birthday\n          NAME customer\n        LITERAL 09:00\n");
    assert_tree(IN_STAGE("wait 2 days until weekday 10:00"),
                STAGE_TREE "      WAIT_THEN\n        LITERAL 2 days\n        DAYS [31]\n        LITERAL 10:00\n");
    assert_tree(IN_STAGE("seen: wait for a where a.x is 1 or b of m since entry up to 1 day"),
                STAGE_TREE "      WAIT_FOR seen: [1]\n        LITERAL 1 day\n        ALTERNATIVE\n          NAME a\n"
                           "          BINARY is [3]\n            MEMBER x\n              NAME a\n            LITERAL 1\n"
                           "        ALTERNATIVE\n          NAME b\n          NAME m\n");
}

static void test_parentheses_keep_a_condition_one(void **state) {
    (void)state;
    assert_tree(IN_STAGE("wait for a where (a.x is 1 or flag) up to 1 day"),
                STAGE_TREE "      WAIT_FOR\n        LITERAL 1 day\n        ALTERNATIVE\n          NAME a\n          BINARY or\n"
                           "            BINARY is [3]\n              MEMBER x\n                NAME a\n              LITERAL 1\n"
                           "            NAME flag\n");
}

static void test_branches(void **state) {
    (void)state;
    assert_tree(IN_STAGE("if a.x then\ntag \"1\"\nelse if a.y then\ntag \"2\"\nelse\ntag \"3\"\nend"),
                STAGE_TREE "      IF\n        MEMBER x\n          NAME a\n        BLOCK\n          TAG 1\n        IF\n"
                           "          MEMBER y\n            NAME a\n          BLOCK\n            TAG 2\n          BLOCK\n"
                           "            TAG 3\n");
    assert_tree(IN_STAGE("split t\n25% a:\n75% b was c:\nend"),
                STAGE_TREE "      SPLIT t\n        ARM a\n          LITERAL 0.25 [2]\n          BLOCK\n        ARM b\n"
                           "          LITERAL 0.75 [2]\n          BLOCK\n          WAS c\n");
}

static void test_texts(void **state) {
    (void)state;
    assert_tree("test \"a \\\"b\\\" \\\\ \\u{4f60}\"\nend\n", "FILE\n  TEST a \"b\" \\ 你\n");
    assert_tree("message m on c\n  body \"\"\"\n      one\n        two\n\n    \"\"\"\nend\n",
                "FILE\n  MESSAGE m\n    NAME c\n    FIELD body\n      LITERAL \"one\\n  two\\n\\n\" [1]\n");
}

static void test_each_mistake_is_told_once_where_it_is(void **state) {
    (void)state;
    ASSERT_MISTAKES("workspace\n  timezoen \"UTC\"\nend\nevnet a\n  x text\nend\nevent b\n  y text required\nend\nsausage meat\n"
                    "channel c\n  secrt \"s\"\n  retry 8 times over 3 hrs\nend\njourney j\n  enter wehn a\n  stge s\n    sned m\n"
                    "    wait fro a up to 3 days\n    if customer has tag \"x\"\n      tag \"y\"\n    end\n    set x = 5\n"
                    "    wait until 9pm\n    exit completed\n  end\nend\ntest \"t\"\n  ann dose a\n  expect ann get m\nend\n",
                    "2:E0204 4:E0204 8:E0201 10:E0214 12:E0204 13:E0209 16:E0204 17:E0204 18:E0204 19:E0204 20:E0208 23:E0210 "
                    "24:E0209 25:E0202 29:E0204 30:E0204");
}

static void test_unknown_statements_are_one_mistake_with_their_block(void **state) {
    (void)state;
    ASSERT_MISTAKES(IN_STAGE("tumble offer for bought, explore 10%\n      arm a:\n        send m\n    end\n    sausage"),
                    "3:E0214 7:E0214");
    ASSERT_MISTAKES("alert a red\n  when x in y\n  then pause z\nend\nsausage\n", "1:E0214 5:E0214");
}

static void test_blocks_without_end_are_named(void **state) {
    (void)state;
    ASSERT_MISTAKES("customer\n  x text\n", "1:E0203");
    ASSERT_MISTAKES("customer\n  x text\nevent signup\n  plan text\nend\n", "1:E0203");
    ASSERT_MISTAKES("journey j\n  stage s\n    if a.x then\n      tag \"x\"\n  end\n  stage t\n  end\nend\n", "3:E0203");
    ASSERT_MISTAKES("journey j\n  stage s\n    tag \"x\"\nevent b\n", "1:E0203 2:E0203");
    ASSERT_MISTAKES("event a\nend\n", "2:E0207");
    ASSERT_MISTAKES("event a\nend\nevent b\nend\ncustomer\n  x text\nend\n", "2:E0207 4:E0207");
}

static void test_indentation_means_nothing_where_blocks_close(void **state) {
    (void)state;
    assert_tree("journey j\n      stage s\n if a.x then\n            tag \"x\"\n      end\nend\n   end\n",
                STAGE_TREE "      IF\n        MEMBER x\n          NAME a\n        BLOCK\n          TAG x\n");
}

static void test_characters_that_no_source_may_hold(void **state) {
    (void)state;
    ASSERT_MISTAKES("event a\xff\nevent b\xc3\n", "1:E0101 2:E0101");
    ASSERT_MISTAKES("event a\0\nevent \033b\n", "1:E0102 2:E0102");
    ASSERT_MISTAKES("# \xe2\x80\xae\nevent a\n", "1:E0103");
    ASSERT_MISTAKES("event a\revent b\n", "1:E0102");
    ASSERT_MISTAKES("\xef\xbb\xbf" "event a\r\n\tevent b\r\n", "");
    ASSERT_MISTAKES("test \"a\nend\n", "1:E0104");
    ASSERT_MISTAKES("event a $\n", "1:E0105");
    ASSERT_MISTAKES("customer\n  a text， required\n  b　text\nend\n", "2:E0110 3:E0110");
    ASSERT_MISTAKES("test “a”\nend\ntest 'b'\nend\n", "1:E0110 3:E0117");
    ASSERT_MISTAKES("event a😀\nevent `b c`\n", "1:E0105 2:E0105");
}

static void test_columns_count_characters(void **state) {
    (void)state;
    struct reading r;
    read_source(&r, JN_STR("event 旅程 sausage\n"));
    assert_int_equal(r.diags.n_error, 1);
    assert_int_equal(r.diags.first->span.column, 10);
    put_away(&r);
}

static void test_examples_give_their_own_code(void **state) {
    (void)state;
    enum jc_code last;
    assert_true(jc_code_find(JN_STR("E0214"), &last));
    for (unsigned i = 0; i <= (unsigned)last; i++) {
        enum jc_code code = (enum jc_code)i;
        if (jc_code_wrong(code).n == 0) continue;
        struct reading wrong, right;
        read_source(&wrong, jc_code_wrong(code));
        if (wrong.diags.n_error != 1 || wrong.diags.first->code != code)
            fail_msg("the wrong example of %s gives something else", jc_code_name(code));
        read_source(&right, jc_code_right(code));
        if (right.diags.n_error != 0) fail_msg("the right example of %s is wrong", jc_code_name(code));
        put_away(&right);
        put_away(&wrong);
    }
}

/* Hostile sources: they end, with a diagnostic, within the bounds; sanitizers watch. */
static void assert_refused(const char *head, const char *repeated, size_t times, const char *tail) {
    struct jn_buf text;
    struct reading r;
    jn_buf_init(&text, 8 << 20);
    jn_buf_z(&text, head);
    for (size_t i = 0; i < times; i++)
        jn_buf_z(&text, repeated);
    jn_buf_z(&text, tail);
    assert_false(text.failed);
    read_source(&r, jn_buf_view(&text));
    assert_true(r.diags.n_error > 0 && r.diags.n_error <= 101);
    jc_diags_print_text(&r.diags, false, &r.out);
    const struct jc_diags *all = &r.diags;
    jc_sheet_json(&(struct jc_sheet){.diags = &all, .n_diags = 1}, &r.out);
    jc_tree_print(r.tree.file, &r.out);
    assert_false(r.out.failed);
    put_away(&r);
    jn_buf_release(&text);
}

static void test_hostile_sources(void **state) {
    (void)state;
    assert_refused("segment s is ", "(", 10000, "1\n");
    assert_refused("segment s is 1", " + 1", 100000, "\n");
    assert_refused("segment s is ", "not ", 100000, "true\n");
    assert_refused("segment s is a", ".a", 100000, "\n");
    assert_refused("journey j\nstage s\n", "if a.x then\n", 10000, "");
    assert_refused("journey j\nstage s\nif a.x then\n", "else if a.x then\n", 10000, "end\nend\nend\n");
    assert_refused("", "，😀", 100000, "");
    assert_refused("", "\"", 500000, "");
    assert_refused("\"\"\"", "x\n", 300000, "");
    assert_refused("", "sausage\n", 100000, "");
    assert_refused("", "a ", 100000, "");
    assert_refused("event ", "x", 100000, "\n");
    assert_refused("customer\nx number, default 1", "0", 100000, "\nend\n");
    assert_refused("customer\nx duration, default 1", "0", 100, " days\nend\n");
    assert_refused("customer\nx money, default 1", "0", 100, " CNY\nend\n");
    assert_refused("", "# just a comment\n", 100000, "");
}

static void test_random_bytes(void **state) {
    (void)state;
    uint64_t x = 42;
    char text[4096];
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof text; i++) {
            x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
            text[i] = round % 2 == 0 ? (char)(x >> 56) : " \n\"(){}%:=.,<aeif1"[(x >> 56) % 18];
        }
        struct reading r;
        read_source(&r, (struct jn_str){text, sizeof text});
        jc_tree_print(r.tree.file, &r.out);
        put_away(&r);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_declarations),
        cmocka_unit_test(test_words_are_names_where_only_names_can_stand),
        cmocka_unit_test(test_short_names_near_words_stay_names),
        cmocka_unit_test(test_operators_bind_as_in_the_table),
        cmocka_unit_test(test_forms_of_wait),
        cmocka_unit_test(test_parentheses_keep_a_condition_one),
        cmocka_unit_test(test_branches),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_each_mistake_is_told_once_where_it_is),
        cmocka_unit_test(test_unknown_statements_are_one_mistake_with_their_block),
        cmocka_unit_test(test_blocks_without_end_are_named),
        cmocka_unit_test(test_indentation_means_nothing_where_blocks_close),
        cmocka_unit_test(test_characters_that_no_source_may_hold),
        cmocka_unit_test(test_columns_count_characters),
        cmocka_unit_test(test_examples_give_their_own_code),
        cmocka_unit_test(test_hostile_sources),
        cmocka_unit_test(test_random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
