#include "runtime/engine/customer.h"

#include "core/value.h"

struct jn_value engine_attr_get(const struct engine_customer *customer, struct jn_str name) {
    for (uint32_t i = 0; i < customer->n_attr; i++)
        if (jn_str_eq(customer->attr[i].name, name)) return customer->attr[i].value;
    return JN_MISSING;
}

void engine_attr_set(struct engine_customer *customer, struct jn_arena *arena, struct jn_str name,
                     struct jn_value value) {
    struct engine_attr *attr = NULL;
    for (uint32_t i = 0; i < customer->n_attr; i++)
        if (jn_str_eq(customer->attr[i].name, name)) attr = &customer->attr[i];
    if (attr == NULL && customer->n_attr >= ENGINE_ATTRS_MAX) return;
    if (attr == NULL) {
        attr = engine_grow(arena, &customer->attr, &customer->n_attr, sizeof(*attr));
        attr->name = jn_arena_str(arena, name);
    } else if (jn_value_eq(attr->value, value)) {
        return;
    }
    attr->value = value;
    if (value.type == JN_T_TEXT) attr->value = jn_value_text(jn_arena_str(arena, jn_value_str(value)));
    customer->changed = true;
    customer->seen_by = NULL;
}

bool engine_tag_has(const struct engine_customer *customer, struct jn_str tag) {
    for (uint32_t i = 0; i < customer->n_tag; i++)
        if (jn_str_eq(customer->tag[i], tag)) return true;
    return false;
}

void engine_tag_set(struct engine_customer *customer, struct jn_arena *arena, struct jn_str tag, bool on) {
    if (engine_tag_has(customer, tag) == on) return;
    customer->changed = true;
    customer->seen_by = NULL;
    if (on) {
        if (customer->n_tag >= ENGINE_TAGS_MAX) return;
        struct jn_str *row = engine_grow(arena, &customer->tag, &customer->n_tag, sizeof(*row));
        *row = tag;
        return;
    }
    struct jn_str *kept = JN_NEW_ARRAY(arena, struct jn_str, 2 * (size_t)customer->n_tag + 8);
    uint32_t n = 0;
    for (uint32_t i = 0; i < customer->n_tag; i++)
        if (!jn_str_eq(customer->tag[i], tag)) kept[n++] = customer->tag[i];
    customer->tag = kept;
    customer->n_tag = n;
}

const struct jn_value *engine_attrs(struct engine_customer *customer, const struct engine_program *program,
                                    struct jn_arena *arena) {
    const struct jn_program *p = program->program;
    if (customer->seen_by == program) return customer->seen;
    customer->seen = JN_NEW_ARRAY(arena, struct jn_value, p->n_attr);
    for (uint32_t i = 0; i < p->n_attr; i++) {
        struct jn_value value = engine_attr_get(customer, p->string[p->attr[i].name]);
        if (value.type != p->attr[i].type) value = JN_MISSING; /* kept under another version's type */
        if (jn_is_missing(value) && p->attr[i].preset != JN_NONE) value = p->value[p->attr[i].preset];
        customer->seen[i] = value;
    }
    customer->seen_by = program;
    return customer->seen;
}

const struct jn_zone *engine_zone(const struct engine_customer *customer, const struct engine_program *program) {
    const struct jn_zone *zone;
    struct jn_value own = engine_attr_get(customer, JN_STR("timezone"));
    if (own.type == JN_T_TEXT && jn_zone_find(jn_value_str(own), &zone, NULL) == JN_OK) return zone;
    return program->zone;
}
