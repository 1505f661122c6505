/* Rendering: nodes in order, names in scopes, every bound checked as work is done. */
#include "liquid/render.h"

#include "core/map.h"

#define DEPTH_MAX 32 /* partials within partials */

bool lq_frame_works(struct lq_frame *f, uint64_t work) {
    if (f->rc != JN_OK) return false;
    f->shared->work += work;
    if (f->shared->work > JN_LIQUID_WORK_MAX)
        f->rc = jn_fail(f->err, JN_TOO_LARGE, "the template does too much work");
    else if (f->arena->used - f->shared->began > JN_LIQUID_MEMORY_MAX)
        f->rc = jn_fail(f->err, JN_TOO_LARGE, "the template takes too much memory");
    if (f->out->failed) f->rc = jn_fail(f->err, JN_TOO_LARGE, "the template writes too much");
    return f->rc == JN_OK;
}

void lq_frame_fail(struct lq_frame *f, uint32_t offset, const char *why) {
    uint32_t line, column;
    if (f->rc != JN_OK) return;
    jn_liquid_place(f->liquid->source, offset, &line, &column);
    f->rc = jn_fail(f->err, JN_UNPROCESSABLE, "line %u, column %u: %s", line, column, why);
}

/* ---- names */

static struct lq_binding *scope_find(struct lq_scope *scope, struct jn_str name) {
    for (struct lq_binding *b = scope->first; b != NULL; b = b->next)
        if (jn_str_eq(b->name, name)) return b;
    return NULL;
}

void lq_scope_set(struct lq_frame *f, struct lq_scope *scope, struct jn_str name, struct jn_liquid_value value) {
    struct lq_binding *b = scope_find(scope, name);
    if (b == NULL) {
        b = JN_NEW(f->arena, struct lq_binding);
        b->name = name;
        b->next = scope->first;
        scope->first = b;
    }
    b->value = value;
}

static bool frame_get(struct lq_frame *f, struct jn_str name, struct jn_liquid_value *out) {
    for (struct lq_scope *scope = f->scope; scope != NULL; scope = scope->outer) {
        struct lq_binding *b = scope_find(scope, name);
        if (b == NULL) continue;
        *out = b->value;
        return true;
    }
    struct lq_binding *counter = scope_find(&f->counters, name);
    if (counter != NULL) {
        *out = counter->value;
        return true;
    }
    return !f->isolated && f->context->get(f->context->user, name, f->arena, out);
}

/* ---- expressions */

static struct jn_liquid_value eval_path(struct lq_frame *f, const struct lq_expr *e) {
    struct jn_liquid_value v = LQ_NIL, root = lq_eval(f, e->a);
    if (root.kind == JN_LIQUID_NIL || !frame_get(f, lq_text(root, f->arena), &v)) return LQ_NIL;
    for (uint32_t i = 0; i < e->n_segment; i++) {
        struct jn_liquid_value member;
        if (!lq_member(v, lq_eval(f, e->segment[i]), f->arena, &member)) return LQ_NIL;
        v = member;
    }
    return v;
}

struct jn_liquid_value lq_eval(struct lq_frame *f, const struct lq_expr *e) {
    if (e->kind == LQ_LITERAL) return e->literal;
    if (e->kind == LQ_PATH) return eval_path(f, e);
    struct jn_liquid_value range = {.kind = JN_LIQUID_RANGE};
    (void)lq_integer(lq_eval(f, e->a), &range.range.from);
    (void)lq_integer(lq_eval(f, e->b), &range.range.to);
    return range;
}

static bool range_has(struct lq_frame *f, struct jn_liquid_value range, struct jn_liquid_value v) {
    int64_t i;
    return v.kind != JN_LIQUID_TEXT && lq_integer(v, &i) && lq_equal(v, lq_int(i), f->arena) && i >= range.range.from &&
           i <= range.range.to;
}

static bool eval_contains(struct lq_frame *f, struct jn_liquid_value a, struct jn_liquid_value b) {
    if (!lq_truthy(b) || !lq_frame_works(f, lq_weight(a))) return false;
    if (a.kind == JN_LIQUID_TEXT) {
        struct jn_str needle = lq_text(b, f->arena);
        return needle.n == 0 || memmem(a.s.p, a.s.n, needle.p, needle.n) != NULL;
    }
    struct jn_liquid_value ignored;
    if (a.kind == JN_LIQUID_OBJECT) return a.object.type->get(a.object.self, lq_text(b, f->arena), f->arena, &ignored);
    if (a.kind == JN_LIQUID_RANGE) return range_has(f, a, b);
    for (size_t i = 0; a.kind == JN_LIQUID_ARRAY && i < a.array.n; i++)
        if (lq_equal(a.array.at[i], b, f->arena)) return true;
    return false;
}

static bool is_ordered(struct jn_liquid_value v) {
    return v.kind == JN_LIQUID_INT || v.kind == JN_LIQUID_FLOAT || v.kind == JN_LIQUID_TEXT ||
           v.kind == JN_LIQUID_SCALAR;
}

static bool eval_order(struct lq_frame *f, const struct lq_condition *c, struct jn_liquid_value a,
                       struct jn_liquid_value b) {
    bool comparable;
    int order = lq_compare(a, b, &comparable);
    if (!comparable) {
        if (is_ordered(a) && is_ordered(b)) lq_frame_fail(f, c->offset, "a text and a number have no order");
        return false;
    }
    return c->op == LQ_LT ? order < 0 : c->op == LQ_GT ? order > 0 : c->op == LQ_LE ? order <= 0 : order >= 0;
}

static bool eval_condition(struct lq_frame *f, const struct lq_condition *c) {
    if (c->op == LQ_AND) return eval_condition(f, c->x) && eval_condition(f, c->y);
    if (c->op == LQ_OR) return eval_condition(f, c->x) || eval_condition(f, c->y);
    struct jn_liquid_value a = lq_eval(f, c->a);
    if (c->op == LQ_TRUTH) return lq_truthy(a);
    struct jn_liquid_value b = lq_eval(f, c->b);
    if (c->op == LQ_EQ) return lq_equal(a, b, f->arena);
    if (c->op == LQ_NE) return !lq_equal(a, b, f->arena);
    return c->op == LQ_CONTAINS ? eval_contains(f, a, b) : eval_order(f, c, a, b);
}

static struct jn_liquid_value (*const FILTER[LQ_FILTERS])(struct lq_filtering *, struct jn_liquid_value) = {
#define FILTER(name, least, most, function, text) lq_filter_##function,
#include "liquid/filters.def"
#undef FILTER
};

static struct jn_liquid_value eval_call(struct lq_frame *f, const struct lq_call *call, struct jn_liquid_value v) {
    struct lq_filtering filtering = {.frame = f, .arena = f->arena, .context = f->context, .n = call->n};
    uint32_t n = 0;
    for (const struct lq_expr *e = call->argument; e != NULL && n < 2; e = e->next)
        filtering.argument[n++] = lq_eval(f, e);
    for (const struct lq_named *named = call->named; named != NULL; named = named->next)
        if (jn_str_is(named->name, "allow_false")) filtering.allow_false = lq_truthy(lq_eval(f, named->value));
    if (!lq_frame_works(f, lq_weight(v))) return LQ_NIL;
    v = FILTER[call->filter](&filtering, v);
    if (filtering.failed != NULL) lq_frame_fail(f, call->offset, filtering.failed);
    return v;
}

static struct jn_liquid_value eval_filtered(struct lq_frame *f, const struct lq_filtered *filtered) {
    struct jn_liquid_value v = lq_eval(f, filtered->value);
    for (const struct lq_call *call = filtered->calls; call != NULL && f->rc == JN_OK; call = call->next) {
        bool missing = f->context->strict && v.kind == JN_LIQUID_NIL && call->filter != LQ_FILTER_default;
        if (!missing) v = eval_call(f, call, v); /* what is missing stays missing until a default stands for it */
    }
    return v;
}

/* ---- writing */

static void write_escaped(struct jn_str s, struct jn_buf *out) {
    for (size_t i = 0; i < s.n; i++)
        switch (s.p[i]) {
        case '&':
            jn_buf_z(out, "&amp;");
            break;
        case '<':
            jn_buf_z(out, "&lt;");
            break;
        case '>':
            jn_buf_z(out, "&gt;");
            break;
        case '"':
            jn_buf_z(out, "&quot;");
            break;
        case '\'':
            jn_buf_z(out, "&#39;");
            break;
        default:
            jn_buf_char(out, s.p[i]);
        }
}

static void write_missing(struct lq_frame *f, const struct lq_node *node) {
    const struct lq_expr *e = node->value.value;
    struct jn_str path = jn_str_sub(f->liquid->source, e->offset, e->n);
    lq_frame_fail(f, node->offset, jn_arena_printf(f->arena, "%.*s is missing", JN_FMT(path)).p);
}

static void write_value(struct lq_frame *f, const struct lq_node *node) {
    if (node->value.value == NULL) return;
    struct jn_liquid_value v = eval_filtered(f, &node->value);
    if (f->rc != JN_OK) return;
    if (v.kind == JN_LIQUID_NIL && f->context->strict && node->value.value->kind == LQ_PATH)
        write_missing(f, node);
    else if (f->context->escape && !v.safe)
        write_escaped(lq_text(v, f->arena), f->out);
    else
        lq_print(v, f->arena, f->out);
}

/* ---- tags */

static void render_branches(struct lq_frame *f, const struct lq_node *node) {
    bool unless = node->tag == LQ_TAG_UNLESS;
    for (const struct lq_branch *branch = node->branch; branch != NULL && f->rc == JN_OK; branch = branch->next) {
        bool holds = branch->is_else || eval_condition(f, branch->condition) != unless;
        unless = false; /* of the first condition alone */
        if (!holds) continue;
        lq_render_block(f, &branch->block);
        return;
    }
}

static void render_case(struct lq_frame *f, const struct lq_node *node) {
    struct jn_liquid_value subject = lq_eval(f, node->expr);
    bool matched = false;
    for (const struct lq_branch *branch = node->branch; branch != NULL && f->rc == JN_OK; branch = branch->next) {
        bool takes = branch->is_else ? !matched : lq_equal(subject, lq_eval(f, branch->value), f->arena);
        matched = matched || (takes && !branch->is_else);
        if (takes) lq_render_block(f, &branch->block);
    }
}

static void render_capture(struct lq_frame *f, const struct lq_node *node) {
    struct jn_buf inside, *out = f->out;
    jn_buf_init(&inside, JN_LIQUID_OUTPUT_MAX);
    f->out = &inside;
    lq_render_block(f, &node->block);
    f->out = out;
    if (inside.failed && f->rc == JN_OK) f->rc = jn_fail(f->err, JN_TOO_LARGE, "the template writes too much");
    struct jn_liquid_value v = lq_take(&inside, f->arena);
    v.safe = f->context->escape; /* its values were escaped as they were written */
    if (node->tag == LQ_TAG_CAPTURE) {
        lq_scope_set(f, f->outermost, node->text, v);
    } else if (!f->shared->changed_known || !jn_str_eq(f->shared->changed, v.s)) {
        f->shared->changed_known = true;
        f->shared->changed = v.s;
        jn_buf_str(f->out, v.s);
    }
}

static void render_counter(struct lq_frame *f, const struct lq_node *node) {
    struct lq_binding *b = scope_find(&f->counters, node->text);
    int64_t count = b == NULL ? 0 : b->value.i;
    if (node->tag == LQ_TAG_DECREMENT) count--;
    jn_buf_printf(f->out, "%lld", (long long)count);
    lq_scope_set(f, &f->counters, node->text, lq_int(node->tag == LQ_TAG_DECREMENT ? count : count + 1));
}

static void render_cycle(struct lq_frame *f, const struct lq_node *node) {
    struct jn_str key = node->expr == NULL ? node->text : lq_text(lq_eval(f, node->expr), f->arena);
    key = jn_arena_printf(f->arena, "%c%.*s", node->expr == NULL ? '=' : ':', JN_FMT(key));
    struct lq_binding *b = scope_find(&f->cycles, key);
    int64_t at = b == NULL ? 0 : b->value.i, n = 0;
    for (const struct lq_expr *e = node->list; e != NULL; e = e->next, n++)
        if (n == at) lq_print(lq_eval(f, e), f->arena, f->out);
    lq_scope_set(f, &f->cycles, key, lq_int(at + 1 >= n ? 0 : at + 1));
}

static void render_tag(struct lq_frame *f, const struct lq_node *node) {
    switch (node->tag) {
    case LQ_TAG_ASSIGN:
        lq_scope_set(f, f->outermost, node->text, eval_filtered(f, &node->value));
        break;
    case LQ_TAG_BREAK:
        f->jump = LQ_BREAK;
        break;
    case LQ_TAG_CONTINUE:
        f->jump = LQ_CONTINUE;
        break;
    case LQ_TAG_CAPTURE:
    case LQ_TAG_IFCHANGED:
        render_capture(f, node);
        break;
    case LQ_TAG_CASE:
        render_case(f, node);
        break;
    case LQ_TAG_CYCLE:
        render_cycle(f, node);
        break;
    case LQ_TAG_INCREMENT:
    case LQ_TAG_DECREMENT:
        render_counter(f, node);
        break;
    case LQ_TAG_ECHO:
        write_value(f, node);
        break;
    case LQ_TAG_FOR:
        lq_render_for(f, node);
        break;
    case LQ_TAG_TABLEROW:
        lq_render_tablerow(f, node);
        break;
    case LQ_TAG_IF:
    case LQ_TAG_UNLESS:
        render_branches(f, node);
        break;
    case LQ_TAG_INCLUDE:
    case LQ_TAG_RENDER:
        lq_render_partial(f, node);
        break;
    case LQ_TAG_COMMENT_LINE:
    case LQ_TAG_COMMENT:
    case LQ_TAG_DOC:
    case LQ_TAG_RAW:
    case LQ_TAG_LIQUID:
    case LQ_TAGS:
        break;
    }
}

void lq_render_block(struct lq_frame *f, const struct lq_block *block) {
    for (const struct lq_node *node = block->first; node != NULL && f->jump == LQ_ON && lq_frame_works(f, 1);
         node = node->next) {
        if (node->kind == LQ_TEXT)
            jn_buf_str(f->out, node->text);
        else if (node->kind == LQ_OUTPUT)
            write_value(f, node);
        else
            render_tag(f, node);
    }
}

jn_rc jn_liquid_render(const struct jn_liquid *liquid, const struct jn_liquid_context *context, struct jn_arena *arena,
                       struct jn_buf *out, struct jn_err *err) {
    struct lq_scope outermost = {0};
    struct lq_shared shared = {.began = arena->used};
    struct jn_err unheard;
    struct lq_frame f = {.liquid = liquid,
                         .context = context,
                         .arena = arena,
                         .out = out,
                         .err = err == NULL ? &unheard : err,
                         .shared = &shared,
                         .scope = &outermost,
                         .outermost = &outermost,
                         .rc = JN_OK};
    lq_render_block(&f, &liquid->block);
    if (f.rc == JN_OK && out->failed) f.rc = jn_fail(f.err, JN_TOO_LARGE, "the template writes too much");
    return f.rc;
}
