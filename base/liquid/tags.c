/* Every tag's own syntax. */
#include "core/utf8.h"
#include "liquid/tree.h"

static const char *const TAG_NAME[LQ_TAGS] = {
#define TAG(name, id, text) name,
#include "liquid/tags.def"
#undef TAG
};

const char *jn_liquid_tag_name(uint32_t i) {
    return i < LQ_TAGS ? TAG_NAME[i] : NULL;
}

struct tag {
    struct lq_parser *p;
    struct lq_source *source;
    const struct lq_piece *piece;
    struct lq_node *node;
    bool blank;
};

/* A block that writes nothing but blanks writes nothing at all. */
static void drop_text(struct lq_block *block) {
    struct lq_node **place = &block->first;
    while (*place != NULL) {
        if ((*place)->kind == LQ_TEXT)
            *place = (*place)->next;
        else
            place = &(*place)->next;
    }
}

static bool tag_block(struct tag *t, const char *ends, struct lq_block *out, struct lq_piece *end) {
    *out = lq_parse_block(t->p, t->source, ends, end);
    t->blank = t->blank && out->blank;
    if (t->p->failed) return false;
    if (end->kind != LQ_P_END) return true;
    lq_fail(t->p, JN_LIQUID_SYNTAX, t->piece->offset, (uint32_t)t->piece->name.n, "`end%.*s` somewhere behind this",
            JN_FMT(t->piece->name));
    return false;
}

static void tag_begin(struct tag *t, struct lq_markup *m) {
    lq_markup_begin(m, t->p, t->piece->text);
}

static bool tag_name(struct lq_markup *m, struct jn_str *out) {
    bool name = m->token == LQ_T_NAME || m->token == LQ_T_INTEGER;
    *out = m->word;
    if (!name) lq_markup_expected(m, "a name");
    if (name) lq_markup_next(m);
    return name;
}

/* ---- if, unless, case */

static struct lq_branch **branch_add(struct tag *t, struct lq_branch **end, struct lq_branch branch) {
    *end = JN_NEW(t->p->arena, struct lq_branch);
    **end = branch;
    return &(*end)->next;
}

static void branches_drop(struct tag *t) {
    for (struct lq_branch *branch = t->node->branch; t->blank && branch != NULL; branch = branch->next)
        drop_text(&branch->block);
}

static void tag_if(struct tag *t, const char *ends) {
    struct lq_branch **place = &t->node->branch;
    struct lq_piece end = *t->piece;
    bool is_else = false;
    for (;;) {
        struct lq_branch branch = {.is_else = is_else};
        struct lq_markup m;
        lq_markup_begin(&m, t->p, end.text);
        if (!is_else) branch.condition = lq_markup_condition(&m);
        if (!is_else && !t->p->failed) (void)lq_markup_end(&m);
        if (t->p->failed || !tag_block(t, ends, &branch.block, &end)) return;
        place = branch_add(t, place, branch);
        if (jn_str_starts(end.name, JN_STR("end"))) break;
        is_else = jn_str_is(end.name, "else");
    }
    branches_drop(t);
}

static void case_values(struct tag *t, const struct lq_piece *when, struct lq_branch ***place,
                        struct lq_branch **first) {
    struct lq_markup m;
    lq_markup_begin(&m, t->p, when->text);
    *first = NULL;
    for (;;) {
        struct lq_branch branch = {.value = lq_markup_expr(&m)};
        if (t->p->failed) return;
        struct lq_branch **at = *place;
        *place = branch_add(t, *place, branch);
        if (*first == NULL) *first = *at;
        if (lq_markup_is(&m, "or"))
            lq_markup_next(&m);
        else if (!lq_markup_take(&m, ','))
            break;
    }
    (void)lq_markup_end(&m);
}

static void tag_case(struct tag *t) {
    struct lq_branch **place = &t->node->branch, *first;
    struct lq_piece end;
    struct lq_block block;
    struct lq_markup m;
    tag_begin(t, &m);
    t->node->expr = lq_markup_expr(&m);
    if (t->p->failed || !lq_markup_end(&m)) return;
    bool before = t->blank;
    if (!tag_block(t, "when,else,endcase", &block, &end)) return;
    t->blank = before; /* what stands before the first `when` is not written */
    while (!jn_str_is(end.name, "endcase")) {
        if (jn_str_is(end.name, "else")) {
            struct lq_branch **at = place;
            place = branch_add(t, place, (struct lq_branch){.is_else = true});
            first = *at;
        } else {
            struct lq_piece when = end;
            case_values(t, &when, &place, &first);
        }
        if (t->p->failed || !tag_block(t, "when,else,endcase", &block, &end)) return;
        for (; first != NULL; first = first->next)
            first->block = block;
    }
    branches_drop(t);
}

/* ---- loops */

static void loop_options(struct tag *t, struct lq_markup *m, bool table) {
    while (!t->p->failed && m->token != LQ_T_END) {
        if (lq_markup_take(m, ',')) continue;
        struct jn_str name = m->word;
        if (!table && lq_markup_is(m, "reversed")) {
            t->node->reversed = true;
            lq_markup_next(m);
            continue;
        }
        bool cols = table && lq_markup_is(m, "cols");
        if (!lq_markup_is(m, "limit") && !lq_markup_is(m, "offset") && !cols) {
            lq_markup_expected(m, table ? "`cols`, `limit` or `offset`" : "`limit`, `offset` or `reversed`");
            return;
        }
        lq_markup_next(m);
        if (!lq_markup_take(m, ':')) {
            lq_markup_expected(m, "`:`");
            return;
        }
        if (jn_str_is(name, "offset") && lq_markup_is(m, "continue")) {
            t->node->continues = true;
            lq_markup_next(m);
            continue;
        }
        struct lq_expr *value = lq_markup_expr(m);
        *(cols ? &t->node->cols : jn_str_is(name, "limit") ? &t->node->limit : &t->node->from) = value;
    }
}

static bool loop_head(struct tag *t, bool table) {
    struct lq_markup m;
    tag_begin(t, &m);
    if (!tag_name(&m, &t->node->text)) return false;
    if (!lq_markup_is(&m, "in")) {
        lq_markup_expected(&m, "`in`");
        return false;
    }
    lq_markup_next(&m);
    size_t start = m.start;
    t->node->expr = lq_markup_expr(&m);
    if (t->p->failed) return false;
    struct jn_str markup = jn_str_sub(m.text, start, m.start - start);
    while (markup.n > 0 && (markup.p[markup.n - 1] == ' ' || markup.p[markup.n - 1] == ','))
        markup.n--;
    t->node->alias = jn_arena_printf(t->p->arena, "%.*s-%.*s", JN_FMT(t->node->text), JN_FMT(markup));
    loop_options(t, &m, table);
    lq_make(t->p, t->node->text);
    return !t->p->failed;
}

static void tag_for(struct tag *t) {
    struct lq_piece end;
    if (!loop_head(t, false) || !tag_block(t, "else,endfor", &t->node->block, &end)) return;
    if (jn_str_is(end.name, "else") && !tag_block(t, "endfor", &t->node->other, &end)) return;
    if (!t->blank) return;
    drop_text(&t->node->block);
    drop_text(&t->node->other);
}

static void tag_tablerow(struct tag *t) {
    struct lq_piece end;
    t->blank = false;
    if (loop_head(t, true)) (void)tag_block(t, "endtablerow", &t->node->block, &end);
}

/* ---- names and values */

static void tag_assign(struct tag *t) {
    struct lq_markup m;
    tag_begin(t, &m);
    bool asks = m.word.n > 0 && m.word.p[m.word.n - 1] == '?';
    if (asks) lq_markup_expected(&m, "a name without `?`");
    if (asks || !tag_name(&m, &t->node->text)) return;
    bool equals = m.token == LQ_T_BAD && m.mark == '=';
    if (!equals) {
        lq_markup_expected(&m, "`=`");
        return;
    }
    lq_markup_next(&m);
    t->node->value = lq_markup_filtered(&m);
    if (!t->p->failed) (void)lq_markup_end(&m);
    lq_make(t->p, t->node->text);
}

static void tag_capture(struct tag *t) {
    struct lq_piece end;
    struct lq_markup m;
    tag_begin(t, &m);
    t->node->text = m.word;
    if (m.token != LQ_T_QUOTED && !tag_name(&m, &t->node->text)) return;
    bool before = t->blank;
    (void)tag_block(t, "endcapture", &t->node->block, &end);
    t->blank = before;
    lq_make(t->p, t->node->text);
}

static void tag_counter(struct tag *t) {
    struct lq_markup m;
    tag_begin(t, &m);
    t->blank = false;
    if (tag_name(&m, &t->node->text)) (void)lq_markup_end(&m);
    lq_make(t->p, t->node->text);
}

static void tag_echo(struct tag *t) {
    struct lq_markup m;
    tag_begin(t, &m);
    t->blank = false;
    if (m.token == LQ_T_END) return;
    t->node->value = lq_markup_filtered(&m);
    if (!t->p->failed) (void)lq_markup_end(&m);
}

static void tag_cycle(struct tag *t) {
    struct lq_expr **end = &t->node->list;
    struct lq_markup m;
    tag_begin(t, &m);
    t->blank = false;
    t->node->text = t->piece->text;
    struct lq_expr *first = lq_markup_expr(&m);
    if (t->p->failed) return;
    if (lq_markup_take(&m, ':')) {
        t->node->expr = first;
        first = lq_markup_expr(&m);
    }
    *end = first;
    end = &first->next;
    while (!t->p->failed && lq_markup_take(&m, ',')) {
        *end = lq_markup_expr(&m);
        end = &(*end)->next;
    }
    if (!t->p->failed) (void)lq_markup_end(&m);
}

static void tag_ifchanged(struct tag *t) {
    struct lq_piece end;
    if (tag_block(t, "endifchanged", &t->node->block, &end) && t->blank) drop_text(&t->node->block);
}

/* ---- partials */

static void tag_partial(struct tag *t) {
    struct lq_markup m;
    tag_begin(t, &m);
    t->blank = false;
    if (!t->p->liquid->has_partials) t->p->liquid->partial_offset = t->piece->offset;
    t->p->liquid->has_partials = true;
    if (t->node->tag == LQ_TAG_RENDER && m.token != LQ_T_QUOTED) {
        lq_markup_expected(&m, "a name in quotes");
        return;
    }
    t->node->expr = lq_markup_expr(&m);
    t->node->each = lq_markup_is(&m, "for");
    if (!t->p->failed && (t->node->each || lq_markup_is(&m, "with"))) {
        lq_markup_next(&m);
        t->node->with = lq_markup_expr(&m);
    }
    if (!t->p->failed && lq_markup_is(&m, "as")) {
        lq_markup_next(&m);
        if (!tag_name(&m, &t->node->alias)) return;
    }
    if (t->p->failed) return;
    t->node->named = lq_markup_named(&m);
    if (!t->p->failed) (void)lq_markup_end(&m);
}

/* ---- what is not read as Liquid */

static bool tag_skip(struct tag *t, bool nested, struct jn_str *inside) {
    if (lq_source_skip(t->source, TAG_NAME[t->node->tag], nested, inside)) return !t->p->failed;
    lq_fail(t->p, JN_LIQUID_SYNTAX, t->piece->offset, (uint32_t)t->piece->name.n, "`end%s` somewhere behind this",
            TAG_NAME[t->node->tag]);
    return false;
}

static bool no_markup(struct tag *t) {
    struct lq_markup m;
    tag_begin(t, &m);
    return lq_markup_end(&m);
}

static void tag_raw(struct tag *t) {
    struct jn_str inside;
    if (!no_markup(t) || !tag_skip(t, false, &inside)) return;
    t->node->kind = LQ_TEXT;
    t->node->text = inside;
    t->blank = inside.n == 0;
}

static void tag_hash(struct tag *t) {
    struct jn_str text = t->piece->text;
    for (const char *line; (line = text.n == 0 ? NULL : memchr(text.p, '\n', text.n)) != NULL;) {
        text = jn_str_sub(text, (size_t)(line - text.p) + 1, text.n);
        while (text.n > 0 && (text.p[0] == ' ' || (text.p[0] >= '\t' && text.p[0] <= '\r' && text.p[0] != '\n')))
            text = jn_str_sub(text, 1, text.n);
        if (text.n == 0 || text.p[0] == '#' || text.p[0] == '\n') continue;
        lq_fail(t->p, JN_LIQUID_SYNTAX, (uint32_t)(text.p - t->p->source.p), 1, "`#` before every line of a comment");
        return;
    }
}

static struct lq_node *tag_liquid(struct tag *t) {
    struct lq_source lines = {.parser = t->p, .text = t->piece->text, .lines = true};
    struct lq_piece end;
    struct lq_block block = lq_parse_block(t->p, &lines, "", &end);
    t->blank = block.blank;
    return block.first;
}

static void tag_read(struct tag *t) {
    struct jn_str inside;
    switch (t->node->tag) {
    case LQ_TAG_COMMENT_LINE:
        tag_hash(t);
        break;
    case LQ_TAG_ASSIGN:
        tag_assign(t);
        break;
    case LQ_TAG_CAPTURE:
        tag_capture(t);
        break;
    case LQ_TAG_CASE:
        tag_case(t);
        break;
    case LQ_TAG_COMMENT:
        (void)tag_skip(t, true, &inside);
        break;
    case LQ_TAG_DOC:
        if (no_markup(t)) (void)tag_skip(t, false, &inside);
        break;
    case LQ_TAG_CYCLE:
        tag_cycle(t);
        break;
    case LQ_TAG_INCREMENT:
    case LQ_TAG_DECREMENT:
        tag_counter(t);
        break;
    case LQ_TAG_ECHO:
        tag_echo(t);
        break;
    case LQ_TAG_FOR:
        tag_for(t);
        break;
    case LQ_TAG_IF:
    case LQ_TAG_UNLESS:
        tag_if(t, t->node->tag == LQ_TAG_IF ? "elsif,else,endif" : "elsif,else,endunless");
        break;
    case LQ_TAG_IFCHANGED:
        tag_ifchanged(t);
        break;
    case LQ_TAG_INCLUDE:
    case LQ_TAG_RENDER:
        tag_partial(t);
        break;
    case LQ_TAG_RAW:
        tag_raw(t);
        break;
    case LQ_TAG_TABLEROW:
        tag_tablerow(t);
        break;
    case LQ_TAG_BREAK:
    case LQ_TAG_CONTINUE:
        t->blank = false;
        break;
    case LQ_TAG_LIQUID:
    case LQ_TAGS:
        break;
    }
}

static void tag_unknown(struct tag *t) {
    struct jn_str name = jn_str_sub(t->piece->name, 0, 64), best = JN_STR("");
    unsigned distance = name.n < 3 ? (unsigned)name.n : 3; /* a whole other name is no slip */
    for (uint32_t i = 0; i < LQ_TAGS; i++) {
        unsigned d = jn_utf8_distance(name, jn_str_z(TAG_NAME[i]), 2);
        if (d < distance) best = jn_str_z(TAG_NAME[i]);
        if (d < distance) distance = d;
    }
    lq_fail(t->p, JN_LIQUID_TAG, t->piece->offset, name.n == 0 ? 1 : (uint32_t)name.n, "%.*s%s%.*s", JN_FMT(name),
            best.n > 0 ? "|" : "", JN_FMT(best));
}

struct lq_node *lq_parse_tag(struct lq_parser *p, struct lq_source *source, const struct lq_piece *piece, bool *blank) {
    struct tag t = {.p = p, .source = source, .piece = piece, .node = JN_NEW(p->arena, struct lq_node), .blank = true};
    t.node->kind = LQ_NODE_TAG;
    t.node->offset = piece->offset;
    t.node->tag = LQ_TAGS;
    for (uint32_t i = 0; i < LQ_TAGS; i++)
        if (jn_str_is(piece->name, TAG_NAME[i])) t.node->tag = (enum lq_tag)i;
    if (t.node->tag == LQ_TAGS) {
        tag_unknown(&t);
        return NULL;
    }
    struct lq_node *list = t.node->tag == LQ_TAG_LIQUID ? tag_liquid(&t) : t.node;
    tag_read(&t);
    *blank = t.blank;
    bool silent = t.node->tag == LQ_TAG_COMMENT || t.node->tag == LQ_TAG_DOC || t.node->tag == LQ_TAG_COMMENT_LINE;
    return silent ? NULL : list;
}
