/* In every script of the repository that has no mistake: wherever a declared name is written, it is found as a mention,
 * and every mention leads to a declaration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "compiler/editor/symbols.h"
#include "compiler/syntax/words.h"
#include "scripts.h"

struct looking {
    struct jc_editor *editor;
    uint32_t file, n;
};

/* Nobody declares what the language brings with it; whom a test has not introduced becomes known as he acts. */
static bool may_be_undeclared(const struct jc_mention *mention) {
    static const char *const BUILT_IN[] = {"bounced", "clicked", "complained", "delivered", "opened", "unsubscribed"};
    if (mention->thing == JC_THING_PERSON || mention->thing == JC_THING_WAY_OUT) return true;
    if (mention->thing == JC_THING_TAG || mention->thing == JC_THING_PARAMETER) return true;
    if (mention->thing == JC_THING_ATTRIBUTE && jn_str_is(mention->owner, "body")) return true;
    if (mention->thing == JC_THING_ATTRIBUTE && jn_str_is(mention->owner, "customer"))
        return jn_str_is(mention->name, "id") || jn_str_is(mention->name, "language") ||
               jn_str_is(mention->name, "timezone");
    for (size_t i = 0; i < sizeof BUILT_IN / sizeof *BUILT_IN; i++) {
        if (mention->thing == JC_THING_EVENT && jn_str_is(mention->name, BUILT_IN[i])) return true;
        if (mention->thing == JC_THING_ATTRIBUTE && jn_str_is(mention->owner, BUILT_IN[i])) return true;
    }
    return false;
}

static void check_mention(void *user, const struct jc_mention *mention) {
    struct looking *l = user;
    const struct jc_source *source = jc_editor_source(l->editor, l->file);
    struct jc_mention definition;
    struct jn_err err;
    l->n++;
    assert_true(mention->span.file == l->file && mention->span.end > mention->span.offset);
    assert_true(mention->span.end <= source->text.n);
    if (jc_symbol_definition(l->editor, mention, &definition, &err) == JN_OK || may_be_undeclared(mention)) return;
    fail_msg("%.*s:%u: %s", JN_FMT(source->path), mention->span.line, err.text);
}

static bool is_declared(struct jc_editor *editor, struct jn_str word) {
    const struct jc_unit *unit = jc_editor_names(editor);
    for (enum jc_table table = JC_TABLE_EVENT; table < JC_TABLES; table++) {
        const struct jc_symbol *symbol = jc_known(unit, table, word);
        if (symbol != NULL && symbol->node != NULL) return true;
    }
    return false;
}

/* A word of the language, unless back-quotes make it a name. */
static bool is_word(struct jn_str text, size_t from, struct jn_str word) {
    struct jn_arena arena;
    jn_arena_init(&arena);
    bool found = jc_word_find(jc_words_new(&arena), word) != NULL && (from == 0 || text.p[from - 1] != '`');
    jn_arena_release(&arena);
    return found;
}

static size_t check_word(void *user, size_t from, size_t to) {
    struct looking *l = user;
    struct jc_mention mention;
    struct jc_position place = {0};
    const struct jc_source *source = jc_editor_source(l->editor, l->file);
    struct jn_str word = jn_str_sub(source->text, from, to - from);
    if (!is_declared(l->editor, word) || is_word(source->text, from, word)) return to;
    if (jc_symbol_at(l->editor, l->file, (uint32_t)from, &mention, NULL) == JN_OK) return to;
    jc_position_of(jc_editor_lines(l->editor, l->file), (uint32_t)from, JC_COLUMN_BYTES, &place, NULL);
    fail_msg("%.*s:%u: `%.*s` is not found", JN_FMT(source->path), place.line + 1, JN_FMT(word));
    return to;
}

static void check_workspace(void *user, struct jc_editor *editor) {
    struct looking *l = user;
    l->editor = editor;
    for (l->file = 0; l->file < jc_editor_files(editor); l->file++) {
        jc_mentions(jc_editor_names(editor), jc_editor_tree(editor, l->file)->file, check_mention, l);
        each_word(jc_editor_source(editor, l->file)->text, check_word, l);
    }
}

static void every_name_is_found_and_leads_to_its_declaration(void **state) {
    (void)state;
    struct looking l = {0};
    each_workspace(true, check_workspace, &l);
    assert_true(l.n > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_name_is_found_and_leads_to_its_declaration)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
