#include "compiler/editor/symbols.h"

#include <stdlib.h>

#include "core/value.h"

struct search {
    const struct jc_mention *of;
    uint32_t offset;
    struct jn_arena *arena;
    struct jc_mention *found; /* of as many as `n` */
    uint32_t n;
};

static void search_files(struct jc_editor *editor, void (*visit)(void *, const struct jc_mention *),
                         struct search *search) {
    const struct jc_unit *unit = jc_editor_names(editor);
    for (uint32_t file = 0; file < jc_editor_files(editor); file++)
        jc_mentions(unit, jc_editor_tree(editor, file)->file, visit, search);
}

/* The narrowest wins: a name in a declaration stands within no other name, but a decision's may be several words. */
static void visit_at(void *user, const struct jc_mention *mention) {
    struct search *search = user;
    if (mention->span.offset > search->offset || mention->span.end < search->offset) return;
    bool nearer = search->n == 0 || mention->span.offset > search->found->span.offset;
    if (nearer) *search->found = *mention;
    search->n = 1;
}

jn_rc jc_symbol_at(struct jc_editor *editor, uint32_t file, uint32_t offset, struct jc_mention *out,
                   struct jn_err *err) {
    struct search search = {.offset = offset, .found = out};
    if (file >= jc_editor_files(editor)) return jn_fail(err, JN_NOT_FOUND, "the workspace has no file %u", file);
    size_t n = jc_editor_source(editor, file)->text.n;
    if (offset > n) return jn_fail(err, JN_INVALID, "byte %u is behind the text, which has %zu", offset, n);
    jc_mentions(jc_editor_names(editor), jc_editor_tree(editor, file)->file, visit_at, &search);
    return search.n > 0 ? JN_OK : jn_fail(err, JN_NOT_FOUND, "no name of the workspace stands at byte %u", offset);
}

static void visit_definition(void *user, const struct jc_mention *mention) {
    struct search *search = user;
    if (search->n > 0 || !mention->declares || !jc_mention_same(mention, search->of)) return;
    *search->found = *mention;
    search->n = 1;
}

jn_rc jc_symbol_definition(struct jc_editor *editor, const struct jc_mention *of, struct jc_mention *out,
                           struct jn_err *err) {
    struct jc_mention wanted = *of;
    struct search search = {.of = &wanted, .found = out};
    search_files(editor, visit_definition, &search);
    if (search.n == 0 && of->thing == JC_THING_WAY_OUT) { /* whoever reaches a goal may leave by it */
        wanted.thing = JC_THING_GOAL;
        search_files(editor, visit_definition, &search);
    }
    if (search.n > 0) return JN_OK;
    return jn_fail(err, JN_NOT_FOUND, "%s `%.*s` is declared nowhere in the workspace", jc_thing_noun(of->thing),
                   JN_FMT(of->name));
}

static void search_keep(struct search *search, const struct jc_mention *mention) {
    *(struct jc_mention *)jn_arena_grow(search->arena, &search->found, &search->n, sizeof *mention) = *mention;
}

static void visit_reference(void *user, const struct jc_mention *mention) {
    struct search *search = user;
    if (jc_mention_same(mention, search->of)) search_keep(search, mention);
}

static int mention_order(const void *a, const void *b) {
    const struct jc_span *x = &((const struct jc_mention *)a)->span, *y = &((const struct jc_mention *)b)->span;
    if (x->file != y->file) return x->file < y->file ? -1 : 1;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

static void search_give(struct search *search, struct jc_mention **out, uint32_t *n) {
    if (search->n > 0) qsort(search->found, search->n, sizeof *search->found, mention_order);
    *out = search->found;
    *n = search->n;
}

void jc_symbol_references(struct jc_editor *editor, struct jn_arena *arena, const struct jc_mention *of,
                          struct jc_mention **out, uint32_t *n) {
    struct search search = {.of = of, .arena = arena};
    search_files(editor, visit_reference, &search);
    search_give(&search, out, n);
}

static void visit_outline(void *user, const struct jc_mention *mention) {
    struct search *search = user;
    bool shown = mention->thing <= JC_THING_LABEL;
    if (mention->declares && shown) search_keep(search, mention);
}

void jc_symbol_outline(struct jc_editor *editor, struct jn_arena *arena, uint32_t file, struct jc_mention **out,
                       uint32_t *n) {
    struct search search = {.arena = arena};
    if (file < jc_editor_files(editor))
        jc_mentions(jc_editor_names(editor), jc_editor_tree(editor, file)->file, visit_outline, &search);
    search_give(&search, out, n);
}

static const struct jc_attribute *attribute_of(const struct jc_unit *unit, const struct jc_mention *of) {
    if (jn_str_is(of->owner, "customer")) return jc_attribute_known(&unit->customer, of->name);
    const struct jc_symbol *event = jc_known(unit, JC_TABLE_EVENT, of->owner);
    if (event != NULL) return jc_attribute_known(&unit->event[event->index], of->name);
    const struct jc_symbol *service = jc_known(unit, JC_TABLE_SERVICE, of->owner);
    if (service == NULL) return NULL;
    const struct jc_attribute *given = jc_attribute_known(&unit->service[service->index].gives, of->name);
    return given != NULL ? given : jc_attribute_known(&unit->service[service->index].takes, of->name);
}

static struct jn_str type_of(const struct jc_unit *unit, struct jn_arena *arena, const struct jc_mention *of) {
    const struct jc_attribute *attribute = of->thing == JC_THING_ATTRIBUTE ? attribute_of(unit, of) : NULL;
    if (attribute == NULL || attribute->untyped) return JN_STR("");
    char currency[4] = "";
    if (attribute->type == JN_T_MONEY && attribute->currency != 0) jn_currency_print(attribute->currency, currency);
    return jn_arena_printf(arena, "%s%s%s", jn_type_word(attribute->type), currency[0] == '\0' ? "" : " ", currency);
}

/* Comments that stand alone on the lines right above. */
static struct jn_str comment_above(const struct jc_tree *tree, struct jn_arena *arena, uint32_t line) {
    const struct jc_comment *first = NULL, *last = NULL;
    for (const struct jc_comment *comment = tree->comments; comment != NULL; comment = comment->next) {
        if (comment->trailing || comment->span.line >= line) continue;
        if (first == NULL || comment->span.line != last->span.line + 1) first = comment;
        last = comment;
    }
    struct jn_str all = JN_STR("");
    if (last == NULL || last->span.line + 1 != line) return all;
    for (;; first = first->next) {
        if (first->trailing) continue;
        struct jn_str text = jn_str_sub(first->text, 1, first->text.n);
        while (text.n > 0 && text.p[0] == ' ')
            text = jn_str_sub(text, 1, text.n);
        if (text.n > 0 && text.p[text.n - 1] == '\r') text.n--;
        all = jn_arena_printf(arena, "%.*s%s%.*s", JN_FMT(all), all.n > 0 ? "\n" : "", JN_FMT(text));
        if (first == last) return all;
    }
}

static struct jn_str line_at(struct jn_str text, uint32_t offset) {
    size_t from = offset, to = offset;
    while (from > 0 && text.p[from - 1] != '\n')
        from--;
    while (to < text.n && text.p[to] != '\n' && text.p[to] != '\r')
        to++;
    while (from < to && (text.p[from] == ' ' || text.p[from] == '\t'))
        from++;
    return jn_str_sub(text, from, to - from);
}

void jc_symbol_hover(struct jc_editor *editor, struct jn_arena *arena, const struct jc_mention *of,
                     struct jc_hover *out) {
    struct jc_mention declared;
    *out = (struct jc_hover){.type = type_of(jc_editor_names(editor), arena, of)};
    out->title = of->owner.n > 0 ? jn_arena_printf(arena, "%s %.*s of %.*s", jc_thing_noun(of->thing), JN_FMT(of->name),
                                                   JN_FMT(of->owner))
                                 : jn_arena_printf(arena, "%s %.*s", jc_thing_noun(of->thing), JN_FMT(of->name));
    if (jc_symbol_definition(editor, of, &declared, NULL) != JN_OK) return;
    const struct jc_span *place = &declared.span;
    out->declared = line_at(jc_editor_source(editor, place->file)->text, place->offset);
    out->comment = comment_above(jc_editor_tree(editor, place->file), arena, place->line);
}
