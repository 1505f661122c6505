/* The formatter: the same tree, the same bytes the second time, comments where they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <stdio.h>

#include "compiler/format/format.h"

struct desk {
    struct jn_arena arena;
    struct jc_source source;
    struct jc_diags diags;
    struct jn_buf out;
};

static jn_rc format(struct desk *d, struct jn_str text) {
    jn_arena_init(&d->arena);
    jn_buf_init(&d->out, 4 << 20);
    d->source = (struct jc_source){JN_STR("a.journey"), text};
    jc_diags_init(&d->diags, &d->arena, &d->source, 1);
    struct jn_err err;
    return jc_format_source(&d->arena, &d->diags, 0, &d->out, &err);
}

static void put_away(struct desk *d) {
    jn_buf_release(&d->out);
    jn_arena_release(&d->arena);
}

static void assert_text(struct jn_str found, const char *wanted) {
    char *z = test_calloc(1, found.n + 1);
    if (found.n > 0) memcpy(z, found.p, found.n);
    assert_string_equal(z, wanted);
    test_free(z);
}

static void assert_formats(const char *source, const char *wanted) {
    struct desk first, second;
    assert_int_equal(format(&first, jn_str_z(source)), JN_OK);
    assert_text(jn_buf_view(&first.out), wanted);
    assert_int_equal(format(&second, jn_buf_view(&first.out)), JN_OK);
    assert_text(jn_buf_view(&second.out), wanted);
    put_away(&second);
    put_away(&first);
}

static struct jc_node *tree_of(struct jn_arena *arena, struct jc_source *source) {
    struct jc_diags diags;
    struct jc_tree tree;
    jc_diags_init(&diags, arena, source, 1);
    assert_int_equal(jc_parse(arena, &diags, 0, &tree, NULL), JN_OK);
    assert_int_equal(diags.n_error, 0);
    return tree.file;
}

static struct jn_str read_sample(struct jn_arena *arena, const char *path) {
    char *text = jn_arena_alloc(arena, 1 << 20);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(text, 1, 1 << 20, file);
    fclose(file);
    return (struct jn_str){text, n};
}

static void test_samples_keep_their_meaning_and_settle_at_once(void **state) {
    (void)state;
    struct jn_arena arena;
    glob_t samples;
    jn_arena_init(&arena);
    assert_int_equal(glob("tests/lang/samples/*.journey", 0, NULL, &samples), 0);
    for (size_t i = 0; i < samples.gl_pathc; i++) {
        struct desk once, twice;
        struct jc_source source = {jn_str_z(samples.gl_pathv[i]), read_sample(&arena, samples.gl_pathv[i])};
        assert_int_equal(format(&once, source.text), JN_OK);
        assert_int_equal(format(&twice, jn_buf_view(&once.out)), JN_OK);
        assert_true(jn_str_eq(jn_buf_view(&once.out), jn_buf_view(&twice.out)));
        struct jc_source formatted = {source.path, jn_buf_view(&once.out)};
        assert_true(jc_tree_equal(tree_of(&arena, &source), tree_of(&arena, &formatted)));
        put_away(&twice);
        put_away(&once);
    }
    globfree(&samples);
    jn_arena_release(&arena);
}

static void test_blanks_tabs_line_ends_and_the_mark_are_settled(void **state) {
    (void)state;
    assert_formats("\xef\xbb\xbf" "event   a\r\n\r\n\r\n\r\ncustomer\r\n\tplan\ttext ,required\r\nend", 
                   "event a\n\ncustomer\n  plan text, required\nend\n");
}

static void test_comments_stay(void **state) {
    (void)state;
    assert_formats("# first\nevent a # behind\n\n\n# before\njourney j\nenter when a # entry\n# header\nre-enter never\n"
                   "stage s # stage\n# dangling\nend # end\nend\n# last\n",
                   "# first\nevent a  # behind\n\n# before\njourney j\n  enter when a  # entry\n  # header\n  re-enter never\n"
                   "  stage s  # stage\n    # dangling\n  end  # end\nend\n# last\n");
}

static void test_comments_around_branches_and_arms(void **state) {
    (void)state;
    const char *text = "journey j\n"
                       "  stage s\n"
                       "    if customer in vip then  # if\n"
                       "      # in then\n"
                       "      tag \"a\"\n"
                       "      # before else\n"
                       "    else  # else\n"
                       "      # in else\n"
                       "    end\n"
                       "    split t\n"
                       "      # before the first\n"
                       "      50% a:  # arm\n"
                       "        tag \"a\"\n"
                       "        # ends a\n"
                       "      # before b\n"
                       "      50% b:\n"
                       "        # in b\n"
                       "    end\n"
                       "  end\n"
                       "end\n";
    assert_formats(text, text);
}

static void test_parentheses_where_they_are_needed(void **state) {
    (void)state;
    assert_formats("segment a is ((customer.x + 1)) * 2 > (3 * 4) and not (customer.b is 1 or customer.c is known)\n",
                   "segment a is (customer.x + 1) * 2 > 3 * 4 and not (customer.b is 1 or customer.c is known)\n");
    assert_formats("segment a is customer.x - (1 - 2) > 0 or customer.y > 1 and customer.z > 2\n",
                   "segment a is customer.x - (1 - 2) > 0 or (customer.y > 1 and customer.z > 2)\n");
}

static void test_units_and_texts(void **state) {
    (void)state;
    assert_formats("customer\n  a duration, default 1  days\n  b money, default 1_000.50   CNY\n  c text, default \"\\u{4f60}\\n\"\nend\n",
                   "customer\n  a duration, default 1 day\n  b money, default 1_000.50 CNY\n  c text, default \"\\u{4f60}\\n\"\nend\n");
}

static void test_block_texts_move_with_their_line(void **state) {
    (void)state;
    assert_formats("message m on c\nbody \"\"\"\n          one\n\n            two\n          \"\"\"\nend\n",
                   "message m on c\n  body \"\"\"\n    one\n\n      two\n    \"\"\"\nend\n");
}

static void test_names_keep_their_back_quotes(void **state) {
    (void)state;
    assert_formats("event `end`\njourney j\n  stage s\n    `wait`: wait 1 day\n  end\nend\n",
                   "event `end`\njourney j\n  stage s\n    `wait`: wait 1 day\n  end\nend\n");
}

static void test_a_source_with_mistakes_is_refused(void **state) {
    (void)state;
    struct desk d;
    assert_int_equal(format(&d, JN_STR("sausage\n")), JN_INVALID);
    assert_int_equal(d.out.n, 0);
    put_away(&d);
}

static void test_nothing_stays_nothing(void **state) {
    (void)state;
    assert_formats("", "");
    assert_formats("\n\n", "");
    assert_formats("# alone", "# alone\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_keep_their_meaning_and_settle_at_once),
        cmocka_unit_test(test_blanks_tabs_line_ends_and_the_mark_are_settled),
        cmocka_unit_test(test_comments_stay),
        cmocka_unit_test(test_comments_around_branches_and_arms),
        cmocka_unit_test(test_parentheses_where_they_are_needed),
        cmocka_unit_test(test_units_and_texts),
        cmocka_unit_test(test_block_texts_move_with_their_line),
        cmocka_unit_test(test_names_keep_their_back_quotes),
        cmocka_unit_test(test_a_source_with_mistakes_is_refused),
        cmocka_unit_test(test_nothing_stays_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
