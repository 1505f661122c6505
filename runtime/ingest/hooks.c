#include "runtime/ingest/hooks.h"

#include "cipher/signing_key.h"
#include "core/value.h"
#include "runtime/ingest/verify.h"
#include "runtime/vm/vm.h"

enum { JR_HOOKS__PROPERTIES_MAX = 1 << 20, JR_HOOKS__KEY_MAX = 256 };

static jn_rc jr_hooks__secret(const struct jr_hook *hook, const struct jn_source *source, struct jn_arena *arena,
                              struct jr_signed *sent, struct jn_err *err) {
    struct jn_str name = jn_program_str(hook->program, source->secret);
    sent->secret = name;
    if ((source->flags & JN_SOURCE_ENV_SECRET) == 0) return JN_OK;
    sent->secret = hook->variable(name);
    sent->old = hook->variable(jn_arena_printf(arena, "%.*s" JN_SECRET_OLD, JN_FMT(name)));
    if (sent->secret.n > 0) return JN_OK;
    return jn_fail(err, JN_CONFIG, "the secret of source `%.*s` is in %.*s, which is not set", JN_FMT(hook->source),
                   JN_FMT(name));
}

static jn_rc jr_hooks__verify(const struct jr_hook *hook, const struct jn_source *source, struct jn_arena *arena,
                              struct jn_err *err) {
    if (source->scheme == JN_SCHEME_NONE) return JN_OK;
    struct jr_signed sent = {.scheme = source->scheme,
                             .encoding = source->encoding,
                             .body = hook->body,
                             .wall = hook->wall,
                             .header = hook->header,
                             .user = hook->user};
    sent.carrier = jn_arena_str(arena, jn_program_str(hook->program, source->header)).p;
    jn_rc rc = jr_hooks__secret(hook, source, arena, &sent, err);
    return rc == JN_OK ? jr_verify(&sent, err) : rc;
}

static jn_rc jr_hooks__bounded(struct jn_str text, const char *what, struct jn_err *err) {
    if (text.n <= JR_HOOKS__KEY_MAX) return JN_OK;
    return jn_fail(err, JN_UNPROCESSABLE, "the %s is longer than %d bytes", what, JR_HOOKS__KEY_MAX);
}

static jn_rc jr_hooks__text(const struct jr_context *context, uint32_t expr, const char *what, bool required,
                            struct jn_str *out, struct jn_err *err) {
    *out = JN_STR_NONE;
    if (expr == JN_NONE) return JN_OK;
    struct jn_value value = JN_MISSING;
    jn_rc rc = jr_vm_eval(context, expr, &value, err);
    if (rc != JN_OK) return rc;
    *out = jn_value_str(value);
    if (required && out->n == 0) return jn_fail(err, JN_UNPROCESSABLE, "the body gives no %s", what);
    return jr_hooks__bounded(*out, what, err);
}

static jn_rc jr_hooks__properties(const struct jr_context *context, const struct jn_rule *rule, struct jn_json **out,
                                  struct jn_err *err) {
    const struct jn_program *program = context->program;
    struct jn_buf text;
    struct jn_json_out w;
    jn_buf_init(&text, JR_HOOKS__PROPERTIES_MAX);
    jn_jw_init(&w, &text);
    jn_jw_object(&w);
    jn_rc rc = JN_OK;
    for (uint32_t i = 0; i < rule->n_mapping && rc == JN_OK; i++) {
        const struct jn_mapping *mapping = &program->mapping[rule->first_mapping + i];
        struct jn_value value = JN_MISSING;
        rc = jr_vm_eval(context, mapping->value, &value, err);
        if (rc != JN_OK || jn_is_missing(value)) continue;
        jn_jw_key_str(&w, jn_program_str(program, program->prop[mapping->prop].name));
        jn_value_to_json(value, &w);
    }
    jn_jw_end_object(&w);
    if (rc == JN_OK && text.failed) rc = jn_fail(err, JN_UNPROCESSABLE, "the mapped event is too large");
    if (rc == JN_OK) rc = jn_json_parse(jn_buf_view(&text), out, err);
    jn_buf_release(&text);
    return rc;
}

/* By what a repetition is known: the rule's `dedupe`, else the id that senders of this scheme give. */
static jn_rc jr_hooks__dedupe(const struct jr_hook *hook, uint32_t scheme, const struct jr_context *context,
                              const struct jn_rule *rule, struct jn_str *out, struct jn_err *err) {
    const char *id = jr_verify_id(scheme);
    if (rule->dedupe != JN_NONE || id == NULL)
        return jr_hooks__text(context, rule->dedupe, "dedupe key", false, out, err);
    *out = hook->header(hook->user, id);
    return jr_hooks__bounded(*out, id, err);
}

static jn_rc jr_hooks__map(const struct jr_hook *hook, const struct jn_source *source, const struct jr_context *context,
                           const struct jn_rule *rule, struct jr_hook_taken *out, struct jn_err *err) {
    struct jr_input *input = &out->input;
    *input = (struct jr_input){.kind = JR_INPUT_EVENT,
                               .source = hook->source,
                               .call = JN_STR("webhook"),
                               .known = true,
                               .by_attribute = true,
                               .happened = hook->now};
    input->event = jn_program_str(hook->program, hook->program->event[rule->event].name);
    jn_rc rc = jr_hooks__text(context, rule->customer, "customer", true, &input->customer, err);
    if (rc == JN_OK) rc = jr_hooks__dedupe(hook, source->scheme, context, rule, &input->dedupe, err);
    if (rc == JN_OK && rule->at != JN_NONE) {
        struct jn_value at = JN_MISSING;
        rc = jr_vm_eval(context, rule->at, &at, err);
        if (at.type == JN_T_INSTANT) input->happened = at.i;
    }
    if (rc == JN_OK) rc = jr_hooks__properties(context, rule, &out->properties, err);
    out->weight += jn_json_weight();
    input->properties = out->properties;
    out->taken = rc == JN_OK;
    return rc;
}

jn_rc jr_hook_take(const struct jr_hook *hook, struct jn_arena *arena, struct jr_hook_taken *out, struct jn_err *err) {
    *out = (struct jr_hook_taken){0};
    uint32_t index = hook->program == NULL ? JN_NONE : jn_program_source(hook->program, hook->source);
    if (index == JN_NONE) return jn_fail(err, JN_NOT_FOUND, "the program has no source `%.*s`", JN_FMT(hook->source));
    const struct jn_source *source = &hook->program->source[index];
    jn_rc rc = jr_hooks__verify(hook, source, arena, err);
    if (rc == JN_OK) rc = jn_json_parse(hook->body, &out->document, err);
    if (rc != JN_OK) return rc;
    out->weight = jn_json_weight();
    struct jr_context context = {.program = hook->program, .now = hook->now, .body = out->document, .scratch = arena};
    for (uint32_t i = 0; i < source->n_rule; i++) {
        const struct jn_rule *rule = &hook->program->rule[source->first_rule + i];
        if (jr_vm_holds(&context, rule->cond)) return jr_hooks__map(hook, source, &context, rule, out, err);
    }
    return JN_OK;
}
