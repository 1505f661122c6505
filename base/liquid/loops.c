/* `for`, `tablerow` and what `forloop` and `tablerowloop` know. */
#include "liquid/render.h"

struct lq_loop {
    struct jn_str name;
    int64_t length, index; /* index counts from 0 */
    int64_t cols;          /* of a table; 0: no table */
    struct lq_loop *outer;
};

static bool loop_common(const struct lq_loop *loop, struct jn_str name, struct jn_liquid_value *out) {
    const struct {
        const char *name;
        struct jn_liquid_value value;
    } row[] = {{"length", lq_int(loop->length)},
               {"index", lq_int(loop->index + 1)},
               {"index0", lq_int(loop->index)},
               {"rindex", lq_int(loop->length - loop->index)},
               {"rindex0", lq_int(loop->length - loop->index - 1)},
               {"first", lq_bool(loop->index == 0)},
               {"last", lq_bool(loop->index == loop->length - 1)}};
    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
        if (jn_str_is(name, row[i].name)) {
            *out = row[i].value;
            return true;
        }
    return false;
}

static struct jn_liquid_value loop_value(const struct lq_loop *loop);

static bool loop_get(const void *self, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    const struct lq_loop *loop = self;
    (void)arena;
    if (loop_common(loop, name, out)) return true;
    if (jn_str_is(name, "name")) {
        *out = jn_liquid_text(loop->name);
        return true;
    }
    if (!jn_str_is(name, "parentloop")) return false;
    *out = loop->outer == NULL ? LQ_NIL : loop_value(loop->outer);
    return true;
}

static bool table_get(const void *self, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    const struct lq_loop *loop = self;
    int64_t col = loop->index % loop->cols;
    const struct {
        const char *name;
        struct jn_liquid_value value;
    } row[] = {{"col", lq_int(col + 1)},
               {"col0", lq_int(col)},
               {"row", lq_int(loop->index / loop->cols + 1)},
               {"col_first", lq_bool(col == 0)},
               {"col_last", lq_bool(col == loop->cols - 1)}};
    (void)arena;
    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
        if (jn_str_is(name, row[i].name)) {
            *out = row[i].value;
            return true;
        }
    return loop_common(loop, name, out);
}

static struct jn_liquid_value loop_value(const struct lq_loop *loop) {
    static const struct jn_liquid_object FOR = {loop_get, NULL, NULL}, TABLE = {table_get, NULL, NULL};
    return (struct jn_liquid_value){.kind = JN_LIQUID_OBJECT, .object = {loop->cols > 0 ? &TABLE : &FOR, loop}};
}

/* ---- which elements */

static bool loop_bound(struct lq_frame *f, const struct lq_expr *e, int64_t *out) {
    if (e == NULL) return true;
    struct jn_liquid_value v = lq_eval(f, e);
    if (v.kind == JN_LIQUID_NIL) return true;
    if (lq_integer(v, out) && *out >= 0) return true;
    lq_frame_fail(f, e->offset, "this must be a whole number");
    return false;
}

static struct jn_liquid_value loop_list(struct lq_frame *f, const struct lq_node *node) {
    struct jn_liquid_value v = lq_eval(f, node->expr);
    bool goes = v.kind == JN_LIQUID_ARRAY || v.kind == JN_LIQUID_RANGE || v.kind == JN_LIQUID_OBJECT ||
                (v.kind == JN_LIQUID_TEXT && v.s.n > 0);
    return goes ? lq_elements(v, f->arena) : lq_array(NULL, 0);
}

/* limit and offset applied; where `offset: continue` would go on is noted. */
static bool loop_slice(struct lq_frame *f, const struct lq_node *node, struct jn_liquid_value *list) {
    int64_t from = 0, limit = INT64_MAX;
    for (struct lq_binding *b = f->offsets.first; node->continues && b != NULL; b = b->next)
        if (jn_str_eq(b->name, node->alias)) from = b->value.i;
    if (!loop_bound(f, node->from, &from) || !loop_bound(f, node->limit, &limit)) return false;
    int64_t n = (int64_t)list->array.n;
    if (from > n) from = n;
    if (limit > n - from) limit = n - from;
    *list = lq_array(list->array.at + from, (size_t)limit);
    lq_scope_set(f, &f->offsets, node->alias, lq_int(from + limit));
    return true;
}

/* ---- going round */

void lq_loop_each(struct lq_frame *f, struct jn_liquid_value list, struct jn_str name, lq_each_fn *each, void *user) {
    struct lq_loop loop = {.name = name, .length = (int64_t)list.array.n, .outer = f->loop};
    struct lq_scope scope = {.outer = f->scope};
    f->scope = &scope;
    f->loop = &loop;
    lq_scope_set(f, &scope, JN_STR("forloop"), loop_value(&loop));
    for (; loop.index < loop.length && lq_frame_works(f, 1); loop.index++) {
        each(f, user, list.array.at[loop.index]);
        bool over = f->jump == LQ_BREAK;
        f->jump = LQ_ON;
        if (over) break;
    }
    f->loop = loop.outer;
    f->scope = scope.outer;
}

static void for_each(struct lq_frame *f, void *user, struct jn_liquid_value element) {
    const struct lq_node *node = user;
    lq_scope_set(f, f->scope, node->text, element);
    lq_render_block(f, &node->block);
}

void lq_render_for(struct lq_frame *f, const struct lq_node *node) {
    struct jn_liquid_value list = loop_list(f, node);
    if (!loop_slice(f, node, &list)) return;
    if (list.array.n == 0) {
        lq_render_block(f, &node->other);
        return;
    }
    if (node->reversed) {
        struct jn_liquid_value *at = JN_NEW_ARRAY(f->arena, struct jn_liquid_value, list.array.n);
        for (size_t i = 0; i < list.array.n; i++)
            at[i] = list.array.at[list.array.n - 1 - i];
        list.array.at = at;
    }
    struct lq_node copy = *node; /* the callback takes what it may change */
    lq_loop_each(f, list, node->alias, for_each, &copy);
}

void lq_render_tablerow(struct lq_frame *f, const struct lq_node *node) {
    struct jn_liquid_value list = loop_list(f, node);
    if (!loop_slice(f, node, &list)) return;
    struct lq_loop loop = {.length = (int64_t)list.array.n, .cols = (int64_t)list.array.n, .outer = f->loop};
    struct lq_scope scope = {.outer = f->scope};
    if (!loop_bound(f, node->cols, &loop.cols)) return;
    if (loop.cols < 1) loop.cols = 1;
    f->scope = &scope;
    lq_scope_set(f, &scope, JN_STR("tablerowloop"), loop_value(&loop));
    jn_buf_z(f->out, "<tr class=\"row1\">\n");
    for (; loop.index < loop.length && lq_frame_works(f, 1); loop.index++) {
        int64_t col = loop.index % loop.cols;
        lq_scope_set(f, &scope, node->text, list.array.at[loop.index]);
        jn_buf_printf(f->out, "<td class=\"col%lld\">", (long long)(col + 1));
        lq_render_block(f, &node->block);
        jn_buf_z(f->out, "</td>");
        bool over = f->jump == LQ_BREAK;
        f->jump = LQ_ON;
        if (over) break;
        if (col == loop.cols - 1 && loop.index < loop.length - 1)
            jn_buf_printf(f->out, "</tr>\n<tr class=\"row%lld\">", (long long)(loop.index / loop.cols + 2));
    }
    jn_buf_z(f->out, "</tr>\n");
    f->scope = scope.outer;
}
