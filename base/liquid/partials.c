/* `include`, which shares every name, and `render`, which shares none. */
#include "liquid/render.h"

#define PARTIAL_DEPTH 32 /* partials within partials */

struct partial {
    const struct lq_node *node;
    const struct jn_liquid *liquid;
    struct jn_str name; /* that its value has inside */
};

static bool partial_load(struct lq_frame *f, const struct lq_node *node, struct partial *out) {
    struct jn_liquid_value name = lq_eval(f, node->expr);
    struct jn_liquid_mistake mistake;
    struct jn_liquid *liquid;
    struct jn_str source;
    if (name.kind != JN_LIQUID_TEXT) {
        lq_frame_fail(f, node->offset, "the name of a partial is a text");
        return false;
    }
    if (f->context->partial == NULL || !f->context->partial(f->context->user, name.s, f->arena, &source)) {
        lq_frame_fail(f, node->offset, jn_arena_printf(f->arena, "there is no partial `%.*s`", JN_FMT(name.s)).p);
        return false;
    }
    if (jn_liquid_parse(source, f->arena, &liquid, &mistake) != JN_OK) {
        uint32_t line, column;
        jn_liquid_place(source, mistake.offset, &line, &column);
        lq_frame_fail(f, node->offset,
                      jn_arena_printf(f->arena, "partial `%.*s`, line %u, column %u: expected %s", JN_FMT(name.s), line,
                                      column, mistake.text)
                          .p);
        return false;
    }
    struct jn_str base = name.s;
    for (size_t i = 0; i < base.n; i++)
        if (base.p[i] == '/') base = jn_str_sub(base, i + 1, base.n), i = 0;
    *out = (struct partial){node, liquid, node->alias.n > 0 ? node->alias : base};
    return true;
}

static void partial_once(struct lq_frame *f, void *user, struct jn_liquid_value element) {
    const struct partial *partial = user;
    const struct jn_liquid *before = f->liquid;
    if (partial->node->with != NULL) lq_scope_set(f, f->scope, partial->name, element);
    struct lq_loop *loop = f->loop;
    f->liquid = partial->liquid;
    if (f->isolated) f->loop = NULL; /* its own loops have no parent outside */
    lq_render_block(f, &partial->liquid->block);
    f->liquid = before;
    f->loop = loop;
}

static void partial_arguments(struct lq_frame *from, struct lq_frame *to, const struct lq_node *node) {
    for (const struct lq_named *named = node->named; named != NULL; named = named->next)
        lq_scope_set(to, to->scope, named->name, lq_eval(from, named->value));
}

static void render_include(struct lq_frame *f, struct partial *partial, struct jn_liquid_value with) {
    struct lq_scope scope = {.outer = f->scope};
    f->scope = &scope;
    partial_arguments(f, f, partial->node);
    if (with.kind == JN_LIQUID_ARRAY)
        for (size_t i = 0; i < with.array.n && f->rc == JN_OK && f->jump == LQ_ON; i++)
            partial_once(f, partial, with.array.at[i]);
    else
        partial_once(f, partial, with);
    f->scope = scope.outer;
}

static void render_render(struct lq_frame *f, struct partial *partial, struct jn_liquid_value with) {
    struct lq_scope scope = {0};
    struct lq_frame inner = {.liquid = partial->liquid,
                             .context = f->context,
                             .arena = f->arena,
                             .out = f->out,
                             .err = f->err,
                             .shared = f->shared,
                             .scope = &scope,
                             .outermost = &scope,
                             .isolated = true,
                             .rc = JN_OK};
    partial_arguments(f, &inner, partial->node);
    if (partial->node->each)
        lq_loop_each(&inner, lq_elements(with, f->arena), partial->name, partial_once, partial);
    else
        partial_once(&inner, partial, with);
    f->rc = inner.rc;
}

void lq_render_partial(struct lq_frame *f, const struct lq_node *node) {
    struct partial partial;
    struct jn_liquid_value with = node->with == NULL ? LQ_NIL : lq_eval(f, node->with);
    if (f->shared->depth >= PARTIAL_DEPTH) {
        lq_frame_fail(f, node->offset, "partials include each other without end");
        return;
    }
    if (!partial_load(f, node, &partial)) return;
    f->shared->depth++;
    if (node->tag == LQ_TAG_INCLUDE)
        render_include(f, &partial, with);
    else
        render_render(f, &partial, with);
    f->shared->depth--;
}
