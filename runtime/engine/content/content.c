#include "runtime/engine/content/content.h"

#include "core/check.h"
#include "core/value.h"
#include "liquid/liquid.h"

void engine_content_load(struct engine_program *program) {
    const struct jn_program *p = program->program;
    program->field = JN_NEW_ARRAY(&program->arena, struct jn_liquid *, p->n_field);
    for (uint32_t i = 0; i < p->n_field; i++) {
        struct jn_liquid_mistake mistake;
        JN_CHECK(jn_liquid_parse(p->string[p->field[i].text], &program->arena, &program->field[i], &mistake) == JN_OK);
    }
}

/* ---- what a template reads */

static bool customer_get(const void *self, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    const struct jr_context *context = self;
    uint32_t attr = jn_program_attr(context->program, name);
    (void)arena;
    if (attr == JN_NONE && !jn_str_is(name, "id")) return false;
    *out = attr != JN_NONE ? jn_liquid_of(jr_vm_attr(context, attr)) : jn_liquid_text(context->customer_id);
    return true;
}

/* An event as templates see it. */
struct content_event {
    const struct jr_context *context;
    uint32_t event;
};

static bool event_get(const void *self, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    const struct content_event *seen = self;
    const struct jn_program *program = seen->context->program;
    const struct jn_event *row = &program->event[seen->event];
    (void)arena;
    for (uint32_t i = row->first_prop; i < row->first_prop + row->n_prop; i++) {
        if (!jn_str_eq(program->string[program->prop[i].name], name)) continue;
        *out = jn_liquid_of(jr_vm_prop(seen->context, seen->event, i));
        return true;
    }
    return false;
}

static bool named_get(const void *self, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    const struct jn_str *text = self;
    (void)arena;
    if (!jn_str_is(name, "name")) return false;
    *out = jn_liquid_text(*text);
    return true;
}

static bool workspace_get(const void *self, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    const struct jn_program *program = self;
    char currency[5];
    if (jn_str_is(name, "timezone")) {
        *out = jn_liquid_text(program->string[program->meta->timezone]);
        return true;
    }
    if (!jn_str_is(name, "currency")) return false;
    jn_currency_print((uint16_t)program->meta->currency, currency);
    *out = jn_liquid_text(jn_arena_str(arena, jn_str_z(currency)));
    return true;
}

static struct jn_liquid_value content_object(const struct jn_liquid_object *type, const void *self) {
    return (struct jn_liquid_value){.kind = JN_LIQUID_OBJECT, .object = {type, self}};
}

static bool content_get(void *user, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    static const struct jn_liquid_object CUSTOMER = {customer_get, NULL, NULL}, EVENT = {event_get, NULL, NULL},
                                         NAMED = {named_get, NULL, NULL}, WORKSPACE = {workspace_get, NULL, NULL};
    const struct jr_context *context = user;
    const struct jn_program *program = context->program;
    for (uint32_t i = 0; i < context->n_var; i++)
        if (jn_str_eq(program->string[program->var[context->first_var + i].name], name)) {
            *out = jn_liquid_of(context->var[i]);
            return true;
        }
    uint32_t event = jn_program_event(program, name);
    if (jn_str_is(name, "customer")) {
        *out = content_object(&CUSTOMER, context);
    } else if (jn_str_is(name, "journey") || jn_str_is(name, "stage")) {
        *out = content_object(&NAMED, jn_str_is(name, "stage") ? &context->stage : &context->journey);
    } else if (jn_str_is(name, "workspace")) {
        *out = content_object(&WORKSPACE, program);
    } else if (event != JN_NONE) {
        struct content_event *seen = JN_NEW(arena, struct content_event);
        *seen = (struct content_event){context, event};
        *out = content_object(&EVENT, seen);
    } else {
        return false;
    }
    return true;
}

jn_rc engine_content(const struct engine_program *program, const struct jr_context *context, uint32_t field,
                     struct jn_arena *arena, struct jn_buf *out, struct jn_err *err) {
    struct jr_context reading = *context;
    struct jn_liquid_context liquid = {.user = &reading,
                                       .get = content_get,
                                       .now = context->now,
                                       .zone = context->zone,
                                       .strict = true,
                                       .escape = (program->program->field[field].flags & JN_FIELD_HTML) != 0};
    return jn_liquid_render(program->field[field], &liquid, arena, out, err);
}
