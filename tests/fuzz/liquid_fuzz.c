/* Any text as a template of its own, over data of every kind: a mistake with a place, or output within bounds. */
#include <stdint.h>
#include <stdlib.h>

#include "core/check.h"
#include "core/json.h"
#include "liquid/liquid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char DATA[] = "{\"name\":\"Ann <b>\",\"n\":3,\"half\":0.5,\"yes\":true,\"none\":null,\"list\":[3,1,2,\"x\",null],"
                           "\"items\":[{\"sku\":\"a\",\"price\":\"9.90\"},{\"sku\":\"b\",\"price\":12}],"
                           "\"when\":\"2026-03-01T01:00:00Z\",\"customer\":{\"first_name\":\"Ann\",\"tags\":[\"vip\"]}}";

static bool variable(void *user, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    const struct jn_json *node = jn_json_get_str(user, name);
    if (node == NULL) return false;
    *out = jn_liquid_json(node, arena);
    return true;
}

static bool partial(void *user, struct jn_str name, struct jn_arena *arena, struct jn_str *source) {
    (void)user, (void)arena;
    *source = jn_str_is(name, "self") ? JN_STR("{% render 'self' %}") : JN_STR("{{ name }}{{ forloop.index }}");
    return name.n < 8;
}

/* The first byte says how: strict, escaped, with partials. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct jn_json *values;
    struct jn_arena arena;
    struct jn_buf out;
    struct jn_liquid *liquid;
    struct jn_liquid_mistake mistake;
    if (size < 1) return 0;
    if (values == NULL) JN_CHECK(jn_json_parse(jn_str_z(DATA), &values, NULL) == JN_OK);
    struct jn_str source = {(const char *)data + 1, size - 1};
    struct jn_liquid_context context = {.user = values, .get = variable, .now = 1772324400000};
    context.strict = (data[0] & 1) != 0;
    context.escape = (data[0] & 2) != 0;
    context.partial = (data[0] & 4) != 0 ? partial : NULL;
    jn_arena_init(&arena);
    jn_buf_init(&out, JN_LIQUID_OUTPUT_MAX);
    if (jn_liquid_parse(source, &arena, &liquid, &mistake) == JN_OK)
        jn_liquid_render(liquid, &context, &arena, &out, NULL);
    else
        JN_CHECK(mistake.offset <= source.n && mistake.n <= source.n - mistake.offset);
    jn_buf_release(&out);
    jn_arena_release(&arena);
    return 0;
}
