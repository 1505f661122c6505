/* Attributes declared `identity`: somebody is found by what only one customer has. Nobody is united by them: what a
 * form says of an address proves nothing. */
#include <ctype.h>

#include "core/json.h"
#include "core/value.h"
#include "runtime/engine/identity/identity.h"

#define ATTRIBUTE_MAX  1024 /* bytes of a value that finds somebody */
#define ATTRIBUTE_MARK 0xFF /* no text begins so: such a key is never an outside id */

static bool attribute_finds(const struct jn_attr *attr) {
    return (attr->flags & JN_ATTR_IDENTITY) != 0 && attr->type == JN_T_TEXT && attr->computed == JN_NONE;
}

/* Letters' case and blanks around do not make another address. Keyed by the store's own number, so that a copy of the
 * store does not say who has which address. Empty: the value finds nobody. */
static struct jn_str attribute_key(struct turn *turn, struct jn_str name, struct jn_str value) {
    uint8_t digest[16];
    struct jn_buf text;
    while (value.n > 0 && isspace((unsigned char)value.p[0]))
        value = jn_str_sub(value, 1, value.n);
    while (value.n > 0 && isspace((unsigned char)value.p[value.n - 1]))
        value.n--;
    if (value.n == 0 || value.n > ATTRIBUTE_MAX) return JN_STR("");
    jn_buf_init(&text, 2 * ATTRIBUTE_MAX);
    jn_buf_le64(&text, engine_counter_value(turn->engine, ENGINE_NAMESPACE_HIGH));
    jn_buf_le64(&text, engine_counter_value(turn->engine, ENGINE_NAMESPACE_LOW));
    jn_buf_lstr(&text, name);
    for (size_t i = 0; i < value.n; i++)
        jn_buf_char(&text, value.p[i] >= 'A' && value.p[i] <= 'Z' ? (char)(value.p[i] + 32) : value.p[i]);
    engine_digest(turn->engine, jn_buf_view(&text), digest);
    jn_buf_reset(&text);
    jn_buf_u8(&text, ATTRIBUTE_MARK);
    jn_buf_add(&text, digest, sizeof(digest));
    struct jn_str key = jn_arena_str(turn->arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return key;
}

/* ---- finding */

/* Who has it by the store, or since: `found` stays NULL when nobody has. */
static jn_rc attribute_holder(struct turn *turn, struct jn_str name, struct jn_str value,
                              struct engine_customer **found) {
    struct jr_store *store = turn->engine->store;
    struct jn_str key = attribute_key(turn, name, value);
    uint64_t id = 0;
    if (key.n == 0) return JN_OK;
    jn_rc rc = store->ops->find(store, &key, 1, &id, turn->err);
    if (rc == JN_OK && id != 0) return turn_customer_by_id(turn, id, found);
    for (struct engine_customer *c = turn->customers; rc == JN_OK && *found == NULL && c != NULL; c = c->next) {
        struct jn_value own = engine_attr_get(c, name);
        if (c->merged == NULL && own.type == JN_T_TEXT && jn_str_eq(attribute_key(turn, name, jn_value_str(own)), key))
            *found = c;
    }
    return rc;
}

jn_rc turn_by_attribute(struct turn *turn, const struct jr_input *input, struct engine_customer **out) {
    const struct jn_program *program = jr_engine_program(turn->engine);
    jn_rc rc = JN_OK;
    *out = NULL;
    for (uint32_t i = 0; rc == JN_OK && *out == NULL && program != NULL && i < program->n_attr; i++) {
        struct jn_str name = program->string[program->attr[i].name], value = input->customer;
        if (!attribute_finds(&program->attr[i])) continue;
        if (value.n == 0 && jn_json_kind(input->traits) == JN_JSON_OBJECT)
            value = jn_json_text(jn_json_get_str(input->traits, name));
        rc = attribute_holder(turn, name, value, out);
    }
    return rc;
}

/* ---- keeping */

static void attribute_put(struct turn *turn, struct jn_str key, uint64_t customer) {
    struct jr_row_alias *row = engine_grow(turn->arena, &turn->claim, &turn->n_claim, sizeof(*row));
    *row = (struct jr_row_alias){key, customer};
}

/* The first who has a value keeps it, until he has another. */
static jn_rc attribute_change(struct turn *turn, const struct engine_customer *customer, struct jn_str name,
                              struct jn_value was, struct jn_value is) {
    struct jr_store *store = turn->engine->store;
    struct jn_str key[2] = {attribute_key(turn, name, jn_value_str(was)), attribute_key(turn, name, jn_value_str(is))};
    uint64_t holder[2];
    if (jn_str_eq(key[0], key[1])) return JN_OK;
    jn_rc rc = store->ops->find(store, key, 2, holder, turn->err);
    if (rc != JN_OK) return rc;
    if (key[0].n > 0 && holder[0] == customer->id) attribute_put(turn, key[0], 0);
    for (uint32_t i = 0; i < turn->n_claim; i++)
        if (jn_str_eq(turn->claim[i].ext, key[1])) holder[1] = turn->claim[i].customer;
    if (key[1].n > 0 && holder[1] == 0) attribute_put(turn, key[1], customer->id);
    return JN_OK;
}

jn_rc turn_unclaim_attributes(struct turn *turn, const struct engine_customer *customer) {
    const struct jn_program *program = jr_engine_program(turn->engine);
    jn_rc rc = JN_OK;
    for (uint32_t i = 0; rc == JN_OK && program != NULL && i < program->n_attr; i++) {
        struct jn_str name = program->string[program->attr[i].name];
        for (uint32_t k = 0; rc == JN_OK && attribute_finds(&program->attr[i]) && k < customer->n_loaded; k++)
            if (jn_str_eq(customer->loaded[k].name, name))
                rc = attribute_change(turn, customer, name, customer->loaded[k].value, JN_MISSING);
    }
    return rc;
}

jn_rc turn_claim_attributes(struct turn *turn) {
    const struct jn_program *program = jr_engine_program(turn->engine);
    jn_rc rc = JN_OK;
    for (const struct engine_customer *c = turn->customers; program != NULL && c != NULL; c = c->next)
        for (uint32_t i = 0; rc == JN_OK && c->changed && c->merged == NULL && !c->erased && i < program->n_attr; i++) {
            struct jn_str name = program->string[program->attr[i].name];
            struct jn_value was = JN_MISSING;
            if (!attribute_finds(&program->attr[i])) continue;
            for (uint32_t k = 0; k < c->n_loaded; k++)
                if (jn_str_eq(c->loaded[k].name, name)) was = c->loaded[k].value;
            rc = attribute_change(turn, c, name, was, engine_attr_get(c, name));
        }
    return rc;
}
