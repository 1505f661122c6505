/* What a literal of the wrong type was perhaps meant to be. */
#include "compiler/sema/unit.h"
#include "core/civil.h"
#include "core/decimal.h"
#include "core/value.h"

static bool intended_bare(struct jn_str text, enum jn_type want) {
    struct jn_dec number;
    int64_t i;
    switch ((int)want) {
    case JN_T_NUMBER:
        return jn_dec_parse(text, &number);
    case JN_T_DATE:
        return jn_date_parse(text, &i);
    case JN_T_TIME:
        return jn_time_parse(text, &i);
    case JN_T_INSTANT:
        return jn_instant_parse(text, &i);
    case JN_T_BOOL:
        return jn_str_is(text, "true") || jn_str_is(text, "false");
    default:
        return false;
    }
}

void jc_intended(struct jc_unit *unit, struct jc_diag *diag, const struct jc_node *literal, enum jn_type want,
                 uint16_t currency) {
    if (literal->kind != JC_LITERAL) return;
    struct jn_str text = jn_value_str(literal->value);
    bool number = literal->value.type == JN_T_NUMBER && literal->flags == 0;
    if (currency == 0) currency = unit->currency;
    if (text.n > 0 && intended_bare(text, want)) {
        jc_suggest_at(unit->diags, diag, literal->span, text);
    } else if (number && want == JN_T_TEXT) {
        jc_suggest_at(unit->diags, diag, literal->span,
                      jn_arena_printf(unit->arena, "\"%.*s\"", JN_FMT(literal->text)));
    } else if (number && want == JN_T_MONEY && currency != 0) {
        char code[4];
        jn_currency_print(currency, code);
        jc_suggest_at(unit->diags, diag, literal->span,
                      jn_arena_printf(unit->arena, "%.*s %s", JN_FMT(literal->text), code));
    }
}
