/* `was`: what things were called before, so that a new version finds them again. */
#include "compiler/lower/lowering.h"

/* Something that has a name now, and perhaps had another. */
struct renamed {
    struct jn_str name;
    struct jc_span span;
    const struct jc_node *was; /* NULL: it was always called so */
};

/* Things among which a name stands once. */
struct renames {
    struct jc_unit *unit;
    enum jn_rename_kind kind;
    struct jn_str scope, prefix;
    struct renamed *row;
    uint32_t n;
};

static void renames_add(struct renames *renames, struct jn_str name, struct jc_span span, const struct jc_node *was) {
    struct renamed *row = jc_grow(renames->unit->arena, &renames->row, &renames->n, sizeof(*row));
    *row = (struct renamed){name, span, was};
}

static struct renames renames_among(struct jc_unit *unit, enum jn_rename_kind kind, struct jn_str scope) {
    return (struct renames){.unit = unit, .kind = kind, .scope = scope};
}

/* Whether the old name is free; reports when something else still has it or had it too. */
static bool renames_check(const struct renames *renames, uint32_t i) {
    struct jc_diags *diags = renames->unit->diags;
    const struct jc_node *was = renames->row[i].was;
    for (uint32_t k = 0; k < renames->n; k++) {
        const struct renamed *other = &renames->row[k];
        if (jn_str_eq(other->name, was->text)) {
            struct jc_diag *diag = jc_report(diags, JC_E0802, was->text_span, JN_FMT(was->text));
            if (k != i) jc_relate(diags, diag, other->span, "it is the name of this");
            return false;
        }
        if (k < i && other->was != NULL && jn_str_eq(other->was->text, was->text)) {
            struct jc_diag *diag = jc_report(diags, JC_E0803, was->text_span, JN_FMT(was->text));
            jc_relate(diags, diag, other->was->text_span, "claimed here first");
            return false;
        }
    }
    return true;
}

static void renames_lower(const struct renames *renames) {
    struct jc_unit *unit = renames->unit;
    for (uint32_t i = 0; i < renames->n; i++) {
        const struct renamed *row = &renames->row[i];
        if (row->was == NULL || !renames_check(renames, i)) continue;
        const char *dot = renames->prefix.n > 0 ? "." : "";
        struct jn_str was =
            jn_arena_printf(unit->arena, "%.*s%s%.*s", JN_FMT(renames->prefix), dot, JN_FMT(row->was->text));
        struct jn_str now = jn_arena_printf(unit->arena, "%.*s%s%.*s", JN_FMT(renames->prefix), dot, JN_FMT(row->name));
        struct jn_rename record = {.kind = renames->kind,
                                   .scope = jn_builder_string(unit->builder, renames->scope),
                                   .was = jn_builder_string(unit->builder, was),
                                   .now = jn_builder_string(unit->builder, now)};
        jn_builder_add_rename(unit->builder, &record);
    }
}

/* Nodes of one kind in a list; `place` is the kid that may be a WAS. */
static void renames_siblings(struct renames *renames, const struct jc_node *first, enum jc_kind kind, int place) {
    for (const struct jc_node *node = first; node != NULL; node = node->next)
        if (node->kind == kind) renames_add(renames, node->text, node->text_span, node->kid[place]);
    renames_lower(renames);
}

static void renames_table(struct jc_unit *unit, enum jc_table table, enum jn_rename_kind kind, int place) {
    struct renames renames = renames_among(unit, kind, JN_STR(""));
    for (uint32_t i = 0; i < unit->n_symbol[table]; i++) {
        const struct jc_symbol *symbol = &unit->symbol[table][i];
        renames_add(&renames, symbol->name, symbol->span, symbol->node == NULL ? NULL : symbol->node->kid[place]);
    }
    renames_lower(&renames);
}

static void renames_attributes(struct jc_unit *unit, const struct jc_attributes *attributes, struct jn_str scope) {
    struct renames renames = renames_among(unit, JN_RENAME_ATTR, scope);
    for (uint32_t i = 0; i < attributes->n; i++) {
        const struct jc_attribute *row = &attributes->row[i];
        renames_add(&renames, row->name, row->span, row->node == NULL ? NULL : row->node->kid[1]);
    }
    renames_lower(&renames);
}

/* Labels are of the journey; arms are of their split. */
static void renames_visit(void *user, const struct jc_node *node) {
    struct renames *labels = user;
    if (node->label != NULL) renames_add(labels, node->label->text, node->label->text_span, node->label->kid[0]);
    if (node->kind != JC_SPLIT && node->kind != JC_OPTIMIZE) return;
    struct renames arms = renames_among(labels->unit, JN_RENAME_ARM, labels->scope);
    arms.prefix = node->text;
    renames_siblings(&arms, node->first, JC_ARM, 2);
}

void jc_renames_lower(struct jc_unit *unit) {
    renames_table(unit, JC_TABLE_EVENT, JN_RENAME_EVENT, 0);
    renames_table(unit, JC_TABLE_MESSAGE, JN_RENAME_MESSAGE, 1);
    renames_table(unit, JC_TABLE_JOURNEY, JN_RENAME_JOURNEY, 1);
    renames_attributes(unit, &unit->customer, JN_STR(""));
    for (uint32_t i = 0; i < unit->n_symbol[JC_TABLE_EVENT]; i++)
        renames_attributes(unit, &unit->event[i], unit->symbol[JC_TABLE_EVENT][i].name);
    for (uint32_t i = 0; i < unit->n_symbol[JC_TABLE_JOURNEY]; i++) {
        const struct jc_symbol *journey = &unit->symbol[JC_TABLE_JOURNEY][i];
        struct renames stages = renames_among(unit, JN_RENAME_STAGE, journey->name);
        struct renames labels = renames_among(unit, JN_RENAME_STEP, journey->name);
        renames_siblings(&stages, journey->node->first, JC_STAGE, 0);
        jc_walk(journey->node->first, renames_visit, &labels);
        renames_lower(&labels);
    }
}
