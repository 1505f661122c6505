/* Messages: which variables they are given, who sends them, their templates. */
#include "compiler/lower/lowering.h"
#include "compiler/lower/policy.h"
#include "compiler/template/template.h"
#include <stdlib.h>

static int messages_by_name(const void *a, const void *b) {
    return jn_str_cmp(((const struct jc_variable *)a)->name, ((const struct jc_variable *)b)->name);
}

static void messages_note_send(struct jc_unit *unit, const struct jc_node *node, const struct jc_node *name,
                               uint32_t entering) {
    const struct jc_symbol *symbol = jc_meant(unit, JC_TABLE_MESSAGE, name->text);
    if (symbol == NULL) return;
    struct jc_message *message = &unit->message[symbol->index];
    message->entering = !message->sent || message->entering == entering ? entering : JN_NONE;
    message->sent = true;
    for (const struct jc_node *with = node->first; with != NULL; with = with->next) {
        bool known = false;
        for (uint32_t i = 0; i < message->vars.n; i++)
            known = known || jn_str_eq(message->vars.row[i].name, with->text);
        if (known) continue;
        struct jc_variable *variable = jc_grow(unit->arena, &message->vars.row, &message->vars.n, sizeof(*variable));
        *variable = (struct jc_variable){.name = with->text, .span = with->text_span};
    }
}

/* A variant may name every stage of a journey that sends the message. */
static void messages_note_stages(struct jc_unit *unit, struct jn_str name, const struct jc_node *journey) {
    const struct jc_symbol *symbol = jc_meant(unit, JC_TABLE_MESSAGE, name);
    if (symbol == NULL) return;
    struct jc_message *message = &unit->message[symbol->index];
    if (message->journey == journey) return;
    message->journey = journey;
    for (const struct jc_node *stage = journey->first; stage != NULL; stage = stage->next)
        if (stage->kind == JC_STAGE)
            *(struct jn_str *)jc_grow(unit->arena, &message->stage, &message->n_stage, sizeof(stage->text)) =
                stage->text;
}

struct messages_sends {
    struct jc_unit *unit;
    uint32_t entering;
    const struct jc_node *journey;
};

static void messages_visit(void *user, const struct jc_node *node) {
    const struct messages_sends *sends = user;
    if (node->kind != JC_SEND) return;
    messages_note_send(sends->unit, node, node->kid[0], sends->entering);
    messages_note_stages(sends->unit, node->kid[0]->text, sends->journey);
    for (const struct jc_node *name = node->kid[1] == NULL ? NULL : node->kid[1]->first; name != NULL;
         name = name->next) {
        messages_note_send(sends->unit, node, name, sends->entering);
        messages_note_stages(sends->unit, name->text, sends->journey);
    }
}

/* Before journeys are lowered: every send is looked at, so that a message's variables have their places. */
void jc_messages_prepare(struct jc_unit *unit) {
    for (uint32_t j = 0; j < unit->n_symbol[JC_TABLE_JOURNEY]; j++) {
        const struct jc_node *journey = unit->symbol[JC_TABLE_JOURNEY][j].node;
        uint32_t entering = JN_NONE;
        for (const struct jc_node *node = journey->first; node != NULL; node = node->next) {
            const struct jc_symbol *event =
                node->kind == JC_ENTER ? jc_meant(unit, JC_TABLE_EVENT, node->kid[0]->text) : NULL;
            if (event != NULL) entering = event->index;
        }
        jc_walk(journey->first, messages_visit, &(struct messages_sends){unit, entering, journey});
    }
    for (uint32_t m = 0; m < unit->n_symbol[JC_TABLE_MESSAGE]; m++) {
        struct jc_variables *vars = &unit->message[m].vars;
        if (vars->n > 0) qsort(vars->row, vars->n, sizeof(*vars->row), messages_by_name);
        const struct jc_symbol *symbol = &unit->symbol[JC_TABLE_MESSAGE][m];
        struct jn_message row = {.name = jn_builder_string(unit->builder, symbol->name),
                                 .first_var = jn_builder_count_var(unit->builder),
                                 .n_var = vars->n};
        for (uint32_t i = 0; i < vars->n; i++) {
            struct jn_var var = {.name = jn_builder_string(unit->builder, vars->row[i].name), .type = JN_T_TEXT};
            vars->row[i].index = jn_builder_add_var(unit->builder, &var);
        }
        const struct jc_symbol *channel =
            jc_find(unit, JC_TABLE_CHANNEL, symbol->node->kid[0]->text, symbol->node->kid[0]->span);
        row.channel = channel == NULL ? 0 : channel->index;
        row.topic = jc_topic_find(unit, symbol->node->kid[2]);
        jn_builder_add_message(unit->builder, &row);
    }
}

struct messages_fields {
    struct jc_unit *unit;
    uint32_t message;
    struct jn_field *row;
    uint32_t n;
};

/* A field of the list, which must be the first of its name there; `stage` is empty outside `in stage`. */
static void messages_field(struct messages_fields *m, const struct jc_node *list, const struct jc_node *field,
                           struct jn_str stage) {
    struct jc_unit *unit = m->unit;
    for (const struct jc_node *other = list; other != field; other = other->next)
        if (other->kind == JC_FIELD && jn_str_eq(other->text, field->text)) {
            struct jc_diag *diag = jc_report(unit->diags, JC_E0301, field->text_span, "a field", JN_FMT(field->text));
            jc_relate(unit->diags, diag, other->text_span, "the other one is here");
        }
    struct jn_str text = jn_value_str(field->kid[0]->value);
    bool html = jn_str_is(field->text, "html") || jn_str_ends(field->text, JN_STR("_html"));
    if (!jc_template_check(unit, m->message, field->kid[0])) return;
    struct jn_field *made = jc_grow(unit->arena, &m->row, &m->n, sizeof(*made));
    *made = (struct jn_field){.name = jn_builder_string(unit->builder, field->text),
                              .flags = html ? (uint32_t)JN_FIELD_HTML : 0,
                              .text = jn_builder_string(unit->builder, text),
                              .stage = jn_builder_string(unit->builder, stage)};
}

/* `in stage S`: some journey that sends the message has it, and only one block speaks of it. */
static void messages_variant(struct messages_fields *m, const struct jc_node *list, const struct jc_node *variant) {
    struct jc_unit *unit = m->unit;
    const struct jc_message *message = &unit->message[m->message];
    const struct jc_node *stage = variant->kid[0];
    bool known = !message->sent || unit->incomplete;
    for (uint32_t i = 0; i < message->n_stage; i++)
        known = known || jn_str_eq(message->stage[i], stage->text);
    if (!known) {
        struct jn_str near = jc_nearest(stage->text, message->stage, message->n_stage);
        struct jc_diag *diag = jc_report(unit->diags, JC_E0610, stage->span,
                                         JN_FMT(unit->symbol[JC_TABLE_MESSAGE][m->message].name), JN_FMT(stage->text));
        if (near.n > 0) jc_hint(unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
    }
    for (const struct jc_node *other = list; other != variant; other = other->next)
        if (other->kind == JC_VARIANT && jn_str_eq(other->kid[0]->text, stage->text)) {
            struct jc_diag *diag =
                jc_report(unit->diags, JC_E0301, stage->span, "a variant in stage", JN_FMT(stage->text));
            jc_relate(unit->diags, diag, other->kid[0]->span, "the other one is here");
        }
    for (const struct jc_node *field = variant->first; field != NULL; field = field->next)
        if (field->kind == JC_FIELD) messages_field(m, variant->first, field, stage->text);
}

/* A mail needs a sender in every stage. */
static void messages_check_mail(struct jc_unit *unit, const struct jc_symbol *symbol) {
    const struct jc_symbol *channel = jc_meant(unit, JC_TABLE_CHANNEL, symbol->node->kid[0]->text);
    bool mailed = false, from = false;
    for (const struct jc_node *line = channel == NULL ? NULL : channel->node->first; line != NULL; line = line->next)
        mailed = mailed || line->kind == JC_CH_SMTP;
    for (const struct jc_node *line = symbol->node->first; line != NULL; line = line->next)
        from = from || (line->kind == JC_FIELD && jn_str_is(line->text, "from"));
    if (mailed && !from && !jc_has_mistake(unit, symbol->node))
        jc_report(unit->diags, JC_E0339, symbol->span, JN_FMT(symbol->name));
}

static void messages_fields(struct jc_unit *unit, uint32_t m) {
    const struct jc_symbol *symbol = &unit->symbol[JC_TABLE_MESSAGE][m];
    struct messages_fields fields = {.unit = unit, .message = m};
    const struct jc_node *list = symbol->node->first;
    for (const struct jc_node *line = list; line != NULL; line = line->next)
        if (line->kind == JC_FIELD)
            messages_field(&fields, list, line, JN_STR(""));
        else if (line->kind == JC_VARIANT)
            messages_variant(&fields, list, line);
    if (list == NULL && !jc_has_mistake(unit, symbol->node))
        jc_report(unit->diags, JC_E0607, symbol->span, JN_FMT(symbol->name));
    messages_check_mail(unit, symbol);
    struct jn_message *message = jn_builder_at_message(unit->builder, m);
    message->first_field = jn_builder_count_field(unit->builder);
    message->n_field = fields.n;
    for (uint32_t i = 0; i < fields.n; i++)
        jn_builder_add_field(unit->builder, &fields.row[i]);
}

/* Every send must give what the template reads. */
static void messages_check_sendings(struct jc_unit *unit) {
    for (const struct jc_sending *sending = unit->sendings; sending != NULL; sending = sending->next) {
        const struct jc_message *message = &unit->message[sending->message];
        for (uint32_t i = 0; i < message->vars.n; i++) {
            bool given = !message->vars.row[i].read;
            for (const struct jc_node *with = sending->node->first; with != NULL; with = with->next)
                given = given || jn_str_eq(with->text, message->vars.row[i].name);
            if (given) continue;
            struct jc_diag *diag = jc_report(unit->diags, JC_E0605, sending->span,
                                             JN_FMT(unit->symbol[JC_TABLE_MESSAGE][sending->message].name),
                                             JN_FMT(message->vars.row[i].name));
            jc_hint(unit->diags, diag, "write `send %.*s with %.*s = …`",
                    JN_FMT(unit->symbol[JC_TABLE_MESSAGE][sending->message].name), JN_FMT(message->vars.row[i].name));
        }
    }
}

void jc_messages_lower(struct jc_unit *unit) {
    for (uint32_t m = 0; m < unit->n_symbol[JC_TABLE_MESSAGE]; m++) {
        const struct jc_variables *vars = &unit->message[m].vars;
        for (uint32_t i = 0; i < vars->n; i++) {
            struct jn_var *var = jn_builder_at_var(unit->builder, vars->row[i].index);
            if (vars->row[i].type != JN_T_MISSING) var->type = vars->row[i].type;
            var->currency = vars->row[i].currency;
        }
        messages_fields(unit, m);
    }
    messages_check_sendings(unit);
}
