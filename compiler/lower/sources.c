/* Sources: how their webhooks are signed, and what becomes of them. */
#include "compiler/lower/lowering.h"
#include "core/value.h"

/* Schemes by their words in the language, and what an image says of each. */
static const struct scheme {
    struct jn_str words, header;
    enum jn_encoding encoding;
} SCHEME_ROW[] = {
#define SCHEME(name, words, header, encoding, separator, prefix, key, signs, id, time, tolerance)                      \
    {{words, sizeof(words) - 1}, {header, sizeof(header) - 1}, JN_ENCODING_##encoding},
#include "journey/tbl/schemes.def"
#undef SCHEME
};

static const struct jc_node *sources_line(const struct jc_node *first, enum jc_kind kind) {
    for (; first != NULL; first = first->next)
        if (first->kind == kind) return first;
    return NULL;
}

static void sources_mapping(struct jc_unit *unit, struct jc_scope *scope, uint32_t event, const struct jc_node *node) {
    struct jc_typed typed;
    const struct jc_attribute *prop = jc_attribute_find(
        unit, &unit->event[event], unit->symbol[JC_TABLE_EVENT][event].name, node->text, node->text_span);
    uint32_t expr =
        jc_expr_finish(scope, node->kid[0], prop == NULL ? JN_T_MISSING : prop->type, "the attribute", &typed);
    if (prop == NULL || expr == JN_NONE) return;
    if (prop->type == JN_T_MONEY) (void)jc_currency_same(unit, prop->currency, typed.currency, node->kid[0]->span);
    jn_builder_add_mapping(unit->builder, &(struct jn_mapping){prop->index, expr});
}

static void sources_rule(struct jc_unit *unit, struct jc_scope *scope, const struct jc_node *node) {
    const struct jc_symbol *event = jc_find(unit, JC_TABLE_EVENT, node->kid[1]->text, node->kid[1]->span);
    const struct jc_node *customer = sources_line(node->first, JC_MAP_CUSTOMER),
                         *dedupe = sources_line(node->first, JC_MAP_DEDUPE);
    const struct jc_node *at = sources_line(node->first, JC_MAP_AT);
    if (event == NULL) return;
    if (customer == NULL && !jc_has_mistake(unit, node)) {
        struct jc_diag *diag = jc_report(unit->diags, JC_E0314, node->kid[1]->span, JN_FMT(event->name));
        jc_hint(unit->diags, diag, "write `customer body.…`");
    }
    struct jn_rule row = {.event = event->index, .first_mapping = jn_builder_count_mapping(unit->builder)};
    row.cond = jc_expr_finish(scope, node->kid[0], JN_T_BOOL, "`when`", NULL);
    row.customer = jc_expr_finish(scope, customer == NULL ? NULL : customer->kid[0], JN_T_TEXT, "`customer`", NULL);
    row.dedupe = jc_expr_finish(scope, dedupe == NULL ? NULL : dedupe->kid[0], JN_T_TEXT, "`dedupe`", NULL);
    row.at = jc_expr_finish(scope, at == NULL ? NULL : at->kid[0], JN_T_INSTANT, "`at`", NULL);
    for (const struct jc_node *line = node->first; line != NULL; line = line->next) {
        if (line->kind == JC_MAP_PROP) sources_mapping(unit, scope, event->index, line);
        for (const struct jc_node *other = node->first; other != line; other = other->next)
            if (other->kind == line->kind && (line->kind != JC_MAP_PROP || jn_str_eq(line->text, other->text)))
                jc_report(unit->diags, JC_E0302, line->span, jc_kind_noun(line->kind));
    }
    for (uint32_t i = 0; i < unit->event[event->index].n; i++) {
        const struct jc_attribute *prop = &unit->event[event->index].row[i];
        bool mapped = !prop->required || jc_has_mistake(unit, node);
        for (const struct jc_node *line = node->first; line != NULL; line = line->next)
            mapped = mapped || (line->kind == JC_MAP_PROP && jn_str_eq(line->text, prop->name));
        if (!mapped) jc_report(unit->diags, JC_E0315, node->kid[1]->span, JN_FMT(event->name), JN_FMT(prop->name));
    }
    row.n_mapping = jn_builder_count_mapping(unit->builder) - row.first_mapping;
    jn_builder_add_rule(unit->builder, &row);
}

static uint32_t sources_scheme(struct jc_unit *unit, const struct jc_node *name) {
    struct jn_str near[JN_SCHEMES];
    for (uint32_t i = 1; i < JN_SCHEMES; i++) {
        near[i - 1] = SCHEME_ROW[i].words;
        if (jn_str_eq(name->text, SCHEME_ROW[i].words) && SCHEME_ROW[i].header.n > 0) return i;
    }
    struct jc_diag *diag = jc_report(unit->diags, JC_E0318, name->text_span, JN_FMT(name->text));
    struct jn_str meant = jc_nearest(name->text, near, JN_SCHEMES - 1);
    if (meant.n > 0) {
        jc_hint(unit->diags, diag, "did you mean `%.*s`?", JN_FMT(meant));
        jc_suggest(unit->diags, diag, meant);
    } else {
        jc_hint(unit->diags, diag,
                "it is one of `standard webhooks`, `stripe`, `github` and `shopify`, or "
                "`hmac sha256 header \"X-Signature\" hex`");
    }
    return JN_SCHEME_NONE;
}

static void sources_verify(struct jc_unit *unit, const struct jc_node *line, struct jn_source *row) {
    bool env;
    if (line->kind == JC_SRC_SCHEME) {
        row->scheme = sources_scheme(unit, line);
        row->header = jn_builder_string(unit->builder, SCHEME_ROW[row->scheme].header);
        row->encoding = SCHEME_ROW[row->scheme].encoding;
    } else {
        row->scheme = JN_SCHEME_HMAC_SHA256;
        row->header = jn_builder_string(unit->builder, line->text);
        row->encoding = line->flags == JC_BASE64 ? JN_ENCODING_BASE64 : JN_ENCODING_HEX;
    }
    row->secret = jc_declare_text(unit, line->kid[0], &env);
    row->flags = env ? JN_SOURCE_ENV_SECRET : 0;
}

static void sources_source(struct jc_unit *unit, const struct jc_symbol *source) {
    struct jc_scope scope = {.unit = unit, .body = true, .where = "a source"};
    struct jn_source row = {.name = jn_builder_string(unit->builder, source->name),
                            .first_rule = jn_builder_count_rule(unit->builder)};
    const struct jc_node *verify = NULL;
    for (const struct jc_node *line = source->node->first; line != NULL; line = line->next) {
        if (line->kind == JC_SRC_WHEN) {
            sources_rule(unit, &scope, line);
        } else if (verify != NULL) {
            jc_report(unit->diags, JC_E0302, line->span, jc_kind_noun(line->kind));
        } else {
            verify = line;
            sources_verify(unit, line, &row);
        }
    }
    if (verify == NULL && !jc_has_mistake(unit, source->node)) {
        struct jc_diag *diag = jc_report(unit->diags, JC_W0903, source->span, JN_FMT(source->name));
        jc_hint(unit->diags, diag,
                "write `verify standard webhooks secret env NAME`, or `stripe`, `github`, `shopify`, "
                "or `verify hmac sha256 header \"X-Signature\" hex secret env NAME`");
    }
    row.n_rule = jn_builder_count_rule(unit->builder) - row.first_rule;
    if (row.n_rule == 0 && !jc_has_mistake(unit, source->node))
        jc_report(unit->diags, JC_E0316, source->span, JN_FMT(source->name));
    jn_builder_add_source(unit->builder, &row);
}

void jc_sources_lower(struct jc_unit *unit) {
    for (uint32_t i = 0; i < unit->n_symbol[JC_TABLE_SOURCE]; i++)
        sources_source(unit, &unit->symbol[JC_TABLE_SOURCE][i]);
}
