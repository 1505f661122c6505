#include "compiler/template/template.h"

#include "core/value.h"
#include "liquid/liquid.h"

struct template {
    struct jc_unit *unit;
    struct jc_message *message;
    const struct jc_node *literal;
    struct jn_str text; /* with escapes resolved */
};

static bool template_opens(struct jn_str s, size_t at) {
    return at + 1 < s.n && s.p[at] == '{' && (s.p[at + 1] == '{' || s.p[at + 1] == '%');
}

/* Where a part of the text stands in the source: behind the same opening braces as in the text. */
static struct jc_span template_place(const struct template *t, size_t at, size_t n) {
    struct jn_str raw = t->literal->text;
    struct jc_span span = t->literal->span;
    size_t tags = 0, tag_at = 0, raw_at = 0;
    for (size_t i = 0; i <= at && i < t->text.n; i++)
        if (template_opens(t->text, i)) {
            tags++;
            tag_at = i++;
        }
    for (; raw_at < raw.n && tags > 0; raw_at++) {
        if (!template_opens(raw, raw_at)) continue;
        if (--tags == 0) break;
        raw_at++;
    }
    raw_at += at - tag_at;
    for (size_t i = 0; i < raw_at && i < raw.n; i++) {
        if (raw.p[i] == '\n') {
            span.line++;
            span.column = 1;
        } else if (((unsigned char)raw.p[i] & 0xC0) != 0x80) {
            span.column++;
        }
    }
    span.offset += (uint32_t)raw_at;
    span.end = span.offset + (uint32_t)n;
    span.end_line = span.line;
    span.end_column = span.column + (uint32_t)(n == 0 ? 1 : n);
    return span;
}

/* ---- mistakes of the template itself */

static void template_mistake(const struct template *t, const struct jn_liquid_mistake *mistake) {
    struct jc_diags *diags = t->unit->diags;
    struct jc_span span = template_place(t, mistake->offset, mistake->n);
    struct jn_str text = jn_arena_str(t->unit->arena, jn_str_z(mistake->text)), hint = JN_STR("");
    const char *bar = mistake->kind == JN_LIQUID_SYNTAX || text.n == 0 ? NULL : memchr(text.p, '|', text.n);
    if (bar != NULL) {
        hint = jn_str_sub(text, (size_t)(bar - text.p) + 1, text.n);
        text.n = (size_t)(bar - text.p);
    }
    struct jc_diag *diag = NULL;
    switch (mistake->kind) {
    case JN_LIQUID_SYNTAX:
        jc_report(diags, JC_E0601, span, text.p);
        return;
    case JN_LIQUID_ARGUMENTS:
        jc_report(diags, JC_E0603, span, jn_arena_str(t->unit->arena, text).p, hint.p);
        return;
    case JN_LIQUID_FILTER:
        diag = jc_report(diags, JC_E0604, span, JN_FMT(text));
        break;
    case JN_LIQUID_TAG:
        diag = jc_report(diags, JC_E0609, span, JN_FMT(text));
        break;
    }
    if (hint.n == 0) return;
    jc_hint(diags, diag, "did you mean `%.*s`?", JN_FMT(hint));
    jc_fix(diags, diag, hint);
}

/* ---- the variables that it reads */

static bool template_attribute(const struct template *t, const struct jc_attributes *attributes, struct jn_str owner,
                               const struct jn_liquid_use *use, struct jc_span span, bool *maybe_missing) {
    const struct jc_attribute *row = jc_attribute_known(attributes, use->member);
    *maybe_missing = row == NULL || (!row->required && !row->has_preset);
    if (row != NULL || jn_str_is(use->member, "id")) {
        *maybe_missing = row != NULL && *maybe_missing;
        return true;
    }
    return jc_attribute_find(t->unit, attributes, owner, use->member, span) != NULL;
}

static bool template_event(const struct template *t, const struct jc_symbol *event, const struct jn_liquid_use *use,
                           struct jc_span span, bool *maybe_missing) {
    bool readable = !t->message->sent || t->message->entering == event->index;
    if (readable) return template_attribute(t, &t->unit->event[event->index], event->name, use, span, maybe_missing);
    struct jc_diag *diag = jc_report(t->unit->diags, JC_E0608, span, JN_FMT(use->root));
    jc_hint(t->unit->diags, diag, "give it: `send … with %.*s = %.*s.%.*s`", JN_FMT(use->member), JN_FMT(use->root),
            JN_FMT(use->member));
    return false;
}

/* `journey.name` and the like: a name and the members it has. */
static bool template_builtin(const struct template *t, const struct jn_liquid_use *use, struct jc_span span,
                             bool *known) {
    static const struct {
        const char *root, *member;
    } ROW[] = {{"journey", "name"}, {"stage", "name"}, {"workspace", "timezone"}, {"workspace", "currency"}};
    const char *near = NULL;
    *known = false;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        if (!jn_str_is(use->root, ROW[i].root)) continue;
        *known = true;
        near = ROW[i].member;
        if (jn_str_is(use->member, ROW[i].member)) return true;
    }
    if (near == NULL) return false;
    struct jc_diag *diag =
        jc_report(t->unit->diags, JC_E0602, span,
                  JN_FMT(jn_arena_printf(t->unit->arena, "%.*s.%.*s", JN_FMT(use->root), JN_FMT(use->member))));
    jc_hint(t->unit->diags, diag, "did you mean `%.*s.%s`?", JN_FMT(use->root), near);
    return false;
}

static bool template_variable(const struct template *t, const struct jn_liquid_use *use, struct jc_span span,
                              bool *maybe_missing) {
    struct jn_str candidate[64];
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->message->vars.n; i++) {
        struct jc_variable *variable = &t->message->vars.row[i];
        if (n < 64) candidate[n++] = variable->name;
        if (!jn_str_eq(variable->name, use->root)) continue;
        variable->read = true;
        *maybe_missing = variable->maybe_missing;
        return true;
    }
    static const char *const ROOT[] = {"customer", "journey", "stage", "workspace"};
    for (size_t i = 0; i < sizeof(ROOT) / sizeof(*ROOT) && n < 64; i++)
        candidate[n++] = jn_str_z(ROOT[i]);
    struct jc_diag *diag = jc_report(t->unit->diags, JC_E0602, span, JN_FMT(use->root));
    struct jn_str near = jc_nearest(use->root, candidate, n);
    if (near.n > 0) {
        jc_hint(t->unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
        jc_fix(t->unit->diags, diag, near);
    } else if (jc_attribute_known(&t->unit->customer, use->root) != NULL)
        jc_hint(t->unit->diags, diag, "did you mean `customer.%.*s`?", JN_FMT(use->root));
    else
        jc_hint(t->unit->diags, diag, "a message reads customer.…, the entering event, and what `send … with` gives");
    return false;
}

static bool template_use(const struct template *t, const struct jn_liquid_use *use, bool *maybe_missing) {
    struct jc_span root = template_place(t, use->offset, use->root.n);
    const struct jc_symbol *event = jc_known(t->unit, JC_TABLE_EVENT, use->root);
    bool customer = jn_str_is(use->root, "customer"), known = false;
    *maybe_missing = false;
    if ((customer || event != NULL) && use->member.n == 0) {
        jc_report(t->unit->diags, JC_E0621, template_place(t, use->offset, use->n), JN_FMT(use->root));
        return false;
    }
    size_t behind = use->root.n + 1; /* the dot */
    struct jc_span member = template_place(t, use->offset + behind, use->member.n);
    if (customer) return template_attribute(t, &t->unit->customer, JN_STR("customer"), use, member, maybe_missing);
    if (event != NULL) return template_event(t, event, use, member, maybe_missing);
    if (use->member.p != NULL && template_builtin(t, use, root, &known)) return true;
    return !known && template_variable(t, use, root, maybe_missing);
}

/* What a condition before it has asked about is not warned of. */
static bool template_is_asked(const struct jn_liquid_use *first, const struct jn_liquid_use *use) {
    if (use->guarded) return true;
    for (const struct jn_liquid_use *before = first; before != use; before = before->next)
        if (before->guarded && jn_str_eq(before->root, use->root) && jn_str_eq(before->member, use->member))
            return true;
    return false;
}

static bool template_check(const struct template *t, const struct jn_liquid *liquid) {
    const struct jn_liquid_use *first = jn_liquid_uses(liquid);
    bool sound = true;
    for (const struct jn_liquid_use *use = first; use != NULL; use = use->next) {
        bool maybe_missing, known = template_use(t, use, &maybe_missing);
        sound = sound && known;
        if (!known || !maybe_missing || template_is_asked(first, use)) continue;
        struct jc_diag *diag = jc_report(t->unit->diags, JC_W0904, template_place(t, use->offset, use->n));
        jc_hint(t->unit->diags, diag,
                "add `| default: '…'`; without it the message is not sent to who lacks the value");
    }
    return sound;
}

bool jc_template_check(struct jc_unit *unit, uint32_t message, const struct jc_node *literal) {
    struct template t = {
        .unit = unit, .message = &unit->message[message], .literal = literal, .text = jn_value_str(literal->value)};
    struct jn_liquid_mistake mistake;
    struct jn_liquid *liquid;
    uint32_t offset;
    if (jn_liquid_parse(t.text, unit->arena, &liquid, &mistake) != JN_OK) {
        template_mistake(&t, &mistake);
        return false;
    }
    if (jn_liquid_has_partials(liquid, &offset)) {
        struct jc_diag *diag = jc_report(unit->diags, JC_E0620, template_place(&t, offset, 7));
        jc_hint(unit->diags, diag, "write the text here, or in a message of its own");
        return false;
    }
    return template_check(&t, liquid);
}
