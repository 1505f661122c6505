#include "compiler/sema/unit.h"

#include <stdlib.h>

/* Events that deliveries themselves bring; each has the attribute `message`. */
static const char *const RECEIPT[] = {"bounced", "clicked", "complained", "delivered", "opened", "unsubscribed"};

const char *jc_table_one(enum jc_table table) {
    static const char *const ONE[JC_TABLES] = {"an event",  "a segment", "a topic",   "a channel",
                                               "a message", "a source",  "a service", "a journey"};
    return ONE[table];
}

const char *jc_table_noun(enum jc_table table) {
    return strchr(jc_table_one(table), ' ') + 1;
}

static bool names_table(enum jc_kind kind, enum jc_table *out) {
    static const struct {
        enum jc_kind kind;
        enum jc_table table;
    } ROW[] = {{JC_EVENT, JC_TABLE_EVENT},     {JC_SEGMENT, JC_TABLE_SEGMENT}, {JC_CHANNEL, JC_TABLE_CHANNEL},
               {JC_TOPIC, JC_TABLE_TOPIC},     {JC_MESSAGE, JC_TABLE_MESSAGE}, {JC_SOURCE, JC_TABLE_SOURCE},
               {JC_SERVICE, JC_TABLE_SERVICE}, {JC_JOURNEY, JC_TABLE_JOURNEY}};
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++)
        if (ROW[i].kind == kind) {
            *out = ROW[i].table;
            return true;
        }
    return false;
}

static void names_add(struct jc_unit *unit, enum jc_table table, struct jc_node *node) {
    const struct jc_symbol *other = jc_known(unit, table, node->text);
    if (other != NULL) {
        struct jc_diag *diag =
            jc_report(unit->diags, JC_E0301, node->text_span, jc_table_one(table), JN_FMT(node->text));
        jc_relate(unit->diags, diag, other->span, "declared here first");
        return;
    }
    jn_map_put(&unit->by_name[table], node->text, unit->n_symbol[table]);
    struct jc_symbol *symbol = jc_grow(unit->arena, &unit->symbol[table], &unit->n_symbol[table], sizeof(*symbol));
    *symbol = (struct jc_symbol){.name = node->text, .span = node->text_span, .node = node};
}

static void names_workspace(struct jc_unit *unit, struct jc_node *node) {
    for (struct jc_node *line = node->first; line != NULL; line = line->next) {
        if (line->kind == JC_WS_TIMEZONE && jc_zone_check(unit, line->text, line->text_span))
            unit->timezone = line->text;
        if (line->kind == JC_WS_CURRENCY) jc_currency_check(unit, line->text, line->text_span, &unit->currency);
    }
}

static void names_once(struct jc_unit *unit, struct jc_node **first, struct jc_node *node) {
    struct jc_span head = node->span;
    head.end = head.offset + (node->kind == JC_WORKSPACE ? 9 : 8);
    head.end_line = head.line;
    head.end_column = head.column + (node->kind == JC_WORKSPACE ? 9 : 8);
    if (*first == NULL) {
        *first = node;
        return;
    }
    struct jc_diag *diag = jc_report(unit->diags, JC_E0302, head, jc_kind_noun(node->kind));
    jc_relate(unit->diags, diag, (*first)->span, "declared here first");
}

static int names_by_name(const void *a, const void *b) {
    return jn_str_cmp(((const struct jc_symbol *)a)->name, ((const struct jc_symbol *)b)->name);
}

static void names_read_attributes(struct jc_unit *unit, const struct jc_node *customer) {
    unit->customer = customer == NULL ? (struct jc_attributes){0} : jc_attributes_read(unit, customer);
    for (int i = 0; i < 2; i++) {
        struct jn_str name = i == 0 ? JN_STR("language") : JN_STR("timezone");
        if (jc_attribute_known(&unit->customer, name) != NULL) continue;
        struct jc_attribute *attribute =
            jc_grow(unit->arena, &unit->customer.row, &unit->customer.n, sizeof(*attribute));
        *attribute = (struct jc_attribute){.name = name, .type = JN_T_TEXT, .builtin = true};
    }
    unit->event = JN_NEW_ARRAY(unit->arena, struct jc_attributes, unit->n_symbol[JC_TABLE_EVENT]);
    for (uint32_t i = 0; i < unit->n_symbol[JC_TABLE_EVENT]; i++) {
        struct jc_symbol *event = &unit->symbol[JC_TABLE_EVENT][i];
        bool receipt = false;
        for (size_t r = 0; r < sizeof(RECEIPT) / sizeof(*RECEIPT); r++)
            receipt = receipt || jn_str_is(event->name, RECEIPT[r]);
        if (event->node != NULL) unit->event[i] = jc_attributes_read(unit, event->node);
        if (!receipt || jc_attribute_known(&unit->event[i], JN_STR("message")) != NULL) continue;
        struct jc_attribute *attribute =
            jc_grow(unit->arena, &unit->event[i].row, &unit->event[i].n, sizeof(*attribute));
        *attribute = (struct jc_attribute){.name = JN_STR("message"), .type = JN_T_TEXT, .builtin = true};
    }
}

/* The attributes behind `give`, or behind `take`. */
static struct jc_attributes names_of_service(struct jc_unit *unit, const struct jc_node *service, enum jc_kind kind) {
    struct jc_node declaration = {.kind = JC_SERVICE}, **end = &declaration.first;
    for (const struct jc_node *line = service->first; line != NULL; line = line->next) {
        if (line->kind != kind || line->first == NULL) continue;
        *end = JN_NEW(unit->arena, struct jc_node);
        **end = *line->first;
        end = &(*end)->next;
    }
    return jc_attributes_read(unit, &declaration);
}

static void names_read_services(struct jc_unit *unit) {
    unit->service = JN_NEW_ARRAY(unit->arena, struct jc_service, unit->n_symbol[JC_TABLE_SERVICE]);
    for (uint32_t i = 0; i < unit->n_symbol[JC_TABLE_SERVICE]; i++) {
        const struct jc_symbol *service = &unit->symbol[JC_TABLE_SERVICE][i];
        const struct jc_symbol *event = jc_known(unit, JC_TABLE_EVENT, service->name);
        unit->service[i].gives = names_of_service(unit, service->node, JC_SV_GIVE);
        unit->service[i].takes = names_of_service(unit, service->node, JC_SV_TAKE);
        if (event == NULL) continue;
        struct jc_diag *diag = jc_report(unit->diags, JC_E0383, service->span, JN_FMT(service->name));
        if (event->node != NULL) jc_relate(unit->diags, diag, event->span, "the event is declared here");
    }
}

void jc_names_release(struct jc_unit *unit) {
    for (int t = 0; t < JC_TABLES; t++)
        jn_map_release(&unit->by_name[t]);
    jn_map_release(&unit->tag_by_name);
}

void jc_names_collect(struct jc_unit *unit) {
    struct jc_node *workspace = NULL, *customer = NULL;
    enum jc_table table;
    unit->timezone = JN_STR("UTC");
    for (int t = 0; t < JC_TABLES; t++)
        jn_map_init(&unit->by_name[t]);
    jn_map_init(&unit->tag_by_name);
    for (uint32_t f = 0; f < unit->n_file; f++)
        unit->incomplete = unit->incomplete || (unit->file[f]->flags & 1) != 0;
    for (uint32_t f = 0; f < unit->n_file; f++)
        for (struct jc_node *node = unit->file[f]->first; node != NULL; node = node->next) {
            if (names_table(node->kind, &table)) names_add(unit, table, node);
            if (node->kind == JC_WORKSPACE) names_once(unit, &workspace, node);
            if (node->kind == JC_CUSTOMER) names_once(unit, &customer, node);
            if (node->kind == JC_LANGUAGE && (node->kid[0]->value.i != 1 || node->kid[0]->value.scale != 0))
                jc_report(unit->diags, JC_E0303, node->kid[0]->span, JN_FMT(node->kid[0]->text));
        }
    for (size_t r = 0; r < sizeof(RECEIPT) / sizeof(*RECEIPT); r++) {
        struct jn_str name = jn_str_z(RECEIPT[r]);
        struct jc_symbol *symbol = jc_known(unit, JC_TABLE_EVENT, name);
        if (symbol != NULL) {
            symbol->used = true; /* declared or not, it tells of messages */
            continue;
        }
        symbol = jc_grow(unit->arena, &unit->symbol[JC_TABLE_EVENT], &unit->n_symbol[JC_TABLE_EVENT], sizeof(*symbol));
        *symbol = (struct jc_symbol){.name = name, .used = true};
    }
    for (int t = 0; t < JC_TABLES; t++) {
        if (unit->n_symbol[t] > 0) qsort(unit->symbol[t], unit->n_symbol[t], sizeof(*unit->symbol[t]), names_by_name);
        jn_map_clear(&unit->by_name[t]);
        for (uint32_t i = 0; i < unit->n_symbol[t]; i++) {
            unit->symbol[t][i].index = i;
            jn_map_put(&unit->by_name[t], unit->symbol[t][i].name, i);
        }
    }
    unit->workspace = workspace;
    if (workspace != NULL) names_workspace(unit, workspace);
    names_read_attributes(unit, customer);
    names_read_services(unit);
    unit->message = JN_NEW_ARRAY(unit->arena, struct jc_message, unit->n_symbol[JC_TABLE_MESSAGE]);
}

struct jc_symbol *jc_known(const struct jc_unit *unit, enum jc_table table, struct jn_str name) {
    uint64_t i;
    return jn_map_get(&unit->by_name[table], name, &i) ? &unit->symbol[table][i] : NULL;
}

struct jc_symbol *jc_meant(struct jc_unit *unit, enum jc_table table, struct jn_str name) {
    struct jc_symbol *known = jc_known(unit, table, name);
    if (known != NULL || name.n == 0) return known;
    struct jn_str *candidate = JN_NEW_ARRAY(unit->arena, struct jn_str, unit->n_symbol[table]);
    for (uint32_t i = 0; i < unit->n_symbol[table]; i++)
        candidate[i] = unit->symbol[table][i].name;
    struct jn_str near = jc_nearest(name, candidate, unit->n_symbol[table]);
    return near.n > 0 ? jc_known(unit, table, near) : NULL;
}

struct jc_symbol *jc_find(struct jc_unit *unit, enum jc_table table, struct jn_str name, struct jc_span span) {
    struct jc_symbol *symbol = jc_known(unit, table, name);
    if (symbol != NULL) {
        symbol->used = true;
        return symbol;
    }
    if (name.n == 0) return NULL;      /* it was missing, which is told */
    if (unit->incomplete) return NULL; /* the line that declares it may be the one that could not be read */
    struct jc_diag *diag = jc_report(unit->diags, JC_E0304, span, jc_table_noun(table), JN_FMT(name));
    struct jc_symbol *meant = jc_meant(unit, table, name);
    if (meant != NULL) {
        meant->used = true; /* one mistake, one diagnostic */
        jc_hint(unit->diags, diag, "did you mean `%.*s`?", JN_FMT(meant->name));
        jc_suggest(unit->diags, diag, meant->name);
        if (meant->node != NULL) jc_relate(unit->diags, diag, meant->span, "declared here");
        return meant;
    } else {
        jc_hint(unit->diags, diag, "declare it: `%s %.*s`", jc_table_noun(table), JN_FMT(name));
    }
    return NULL;
}

const struct jc_attribute *jc_attribute_known(const struct jc_attributes *attributes, struct jn_str name) {
    for (uint32_t i = 0; i < attributes->n; i++)
        if (jn_str_eq(attributes->row[i].name, name)) return &attributes->row[i];
    return NULL;
}

const struct jc_attribute *jc_attribute_find(struct jc_unit *unit, const struct jc_attributes *attributes,
                                             struct jn_str owner, struct jn_str name, struct jc_span span) {
    const struct jc_attribute *found = jc_attribute_known(attributes, name);
    if (found != NULL && found->untyped) return NULL;
    if (found != NULL || unit->incomplete) return found;
    struct jn_str *candidate = JN_NEW_ARRAY(unit->arena, struct jn_str, attributes->n);
    for (uint32_t i = 0; i < attributes->n; i++)
        candidate[i] = attributes->row[i].name;
    struct jc_diag *diag = jc_report(unit->diags, JC_E0305, span, JN_FMT(owner), JN_FMT(name));
    struct jn_str near = jc_nearest(name, candidate, attributes->n);
    if (near.n > 0) {
        jc_hint(unit->diags, diag, "did you mean `%.*s.%.*s`?", JN_FMT(owner), JN_FMT(near));
        jc_suggest(unit->diags, diag, near);
    }
    return NULL;
}

bool jc_has_mistake(const struct jc_unit *unit, const struct jc_node *block) {
    for (const struct jc_diag *diag = unit->diags->first; diag != NULL; diag = diag->next)
        if (diag->code < JC_E0301 && diag->span.file == block->span.file && diag->span.offset >= block->span.offset &&
            diag->span.offset < block->span.end)
            return true;
    return false;
}

void jc_tag_note(struct jc_unit *unit, struct jn_str name, struct jc_span span, bool set) {
    uint64_t i;
    struct jc_tag *tag = jn_map_get(&unit->tag_by_name, name, &i) ? &unit->tag[i] : NULL;
    if (tag == NULL) {
        jn_map_put(&unit->tag_by_name, name, unit->n_tag);
        tag = jc_grow(unit->arena, &unit->tag, &unit->n_tag, sizeof(*tag));
        *tag = (struct jc_tag){.name = name, .span = span};
    }
    tag->set = tag->set || set;
    tag->tested = tag->tested || !set;
}

void jc_variables_unused(struct jc_unit *unit, const struct jc_variables *variables) {
    for (uint32_t i = 0; i < variables->n; i++)
        if (!variables->row[i].read)
            jc_report(unit->diags, JC_W0901, variables->row[i].span, "variable", JN_FMT(variables->row[i].name));
}

static bool names_reads(struct jc_unit *unit, const struct jc_node *message, struct jn_str variable) {
    const struct jc_symbol *symbol = jc_meant(unit, JC_TABLE_MESSAGE, message->text);
    const struct jc_variables *vars = symbol == NULL ? NULL : &unit->message[symbol->index].vars;
    for (uint32_t i = 0; vars != NULL && i < vars->n; i++)
        if (vars->row[i].read && jn_str_eq(vars->row[i].name, variable)) return true;
    return false;
}

/* `send A or B with x = …` gives x to both: it is of use when one of them reads it. */
static bool names_read_by_another(struct jc_unit *unit, uint32_t message, struct jn_str variable) {
    for (const struct jc_sending *sending = unit->sendings; sending != NULL; sending = sending->next) {
        const struct jc_node *others = sending->node->kid[1];
        if (sending->message != message || others == NULL) continue;
        if (names_reads(unit, sending->node->kid[0], variable)) return true;
        for (const struct jc_node *other = others->first; other != NULL; other = other->next)
            if (names_reads(unit, other, variable)) return true;
    }
    return false;
}

static void names_unused_given(struct jc_unit *unit, uint32_t message) {
    const struct jc_variables *vars = &unit->message[message].vars;
    for (uint32_t i = 0; i < vars->n; i++)
        if (!vars->row[i].read && !names_read_by_another(unit, message, vars->row[i].name))
            jc_report(unit->diags, JC_W0901, vars->row[i].span, "variable", JN_FMT(vars->row[i].name));
}

void jc_names_unused(struct jc_unit *unit) {
    static const enum jc_table TOLD[] = {JC_TABLE_EVENT,   JC_TABLE_SEGMENT, JC_TABLE_TOPIC,
                                         JC_TABLE_CHANNEL, JC_TABLE_SERVICE, JC_TABLE_MESSAGE};
    for (size_t t = 0; t < sizeof(TOLD) / sizeof(*TOLD); t++)
        for (uint32_t i = 0; i < unit->n_symbol[TOLD[t]]; i++) {
            const struct jc_symbol *symbol = &unit->symbol[TOLD[t]][i];
            if (symbol->node != NULL && !symbol->used)
                jc_report(unit->diags, JC_W0901, symbol->span, jc_table_noun(TOLD[t]), JN_FMT(symbol->name));
        }
    for (uint32_t i = 0; i < unit->n_symbol[JC_TABLE_MESSAGE]; i++)
        names_unused_given(unit, i);
    for (uint32_t i = 0; i < unit->n_tag; i++)
        if (unit->tag[i].tested && !unit->tag[i].set)
            jc_report(unit->diags, JC_W0902, unit->tag[i].span, JN_FMT(unit->tag[i].name));
}
