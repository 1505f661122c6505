/* Attributes as they are declared; zones and currencies. */
#include "compiler/sema/unit.h"
#include "core/value.h"
#include "core/zone.h"

bool jc_zone_check(struct jc_unit *unit, struct jn_str name, struct jc_span span) {
    const struct jn_zone *zone;
    if (jn_zone_find(name, &zone, NULL) == JN_OK) return true;
    struct jc_diag *diag = jc_report(unit->diags, JC_E0306, span, JN_FMT(jn_str_sub(name, 0, 64)));
    jc_hint(unit->diags, diag, "names are like \"Europe/Berlin\" or \"Asia/Shanghai\"");
    return false;
}

/* ISO 4217 codes in use. */
static const char CURRENCIES[] = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD "
                                 "BTN BWP BYN BZD CAD CDF CHF CLP CNY "
                                 "COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF "
                                 "GTQ GYD HKD HNL HTG HUF IDR ILS INR "
                                 "IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
                                 "MAD MDL MGA MKD MMK MNT MOP MRU MUR "
                                 "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON "
                                 "RSD RUB RWF SAR SBD SCR SDG SEK SGD "
                                 "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
                                 "UYU UZS VES VND VUV WST XAF XCD XOF "
                                 "XPF YER ZAR ZMW ZWG ";

bool jc_currency_check(struct jc_unit *unit, struct jn_str code, struct jc_span span, uint16_t *out) {
    struct jn_str known[sizeof(CURRENCIES) / 4];
    uint32_t n = 0;
    for (const char *p = CURRENCIES; *p != '\0'; p += 4) {
        known[n++] = (struct jn_str){p, 3};
        if (jn_str_eq(known[n - 1], code) && jn_currency_pack(code, out)) return true;
    }
    struct jc_diag *diag = jc_report(unit->diags, JC_E0307, span, JN_FMT(jn_str_sub(code, 0, 16)));
    jc_hint(unit->diags, diag, "ISO 4217 has three capital letters, like CNY, EUR or USD");
    return false;
}

/* Of amounts in a workspace that names no currency: one mistake, one diagnostic. */
static uint16_t dictionary_stand_in(void) {
    uint16_t code = 0;
    jn_currency_pack(JN_STR("ZZZ"), &code);
    return code;
}

bool jc_currency_same(struct jc_unit *unit, uint16_t one, uint16_t other, struct jc_span span) {
    char a[4], b[4];
    if (one == other || one == dictionary_stand_in() || other == dictionary_stand_in()) return true;
    jn_currency_print(one, a);
    jn_currency_print(other, b);
    jc_report(unit->diags, JC_E0414, span, a, b);
    return false;
}

uint16_t jc_currency_needed(struct jc_unit *unit, struct jc_span span) {
    if (unit->currency != 0) return unit->currency;
    struct jc_diag *diag = jc_report(unit->diags, JC_E0308, span);
    jc_hint(unit->diags, diag, "write `currency CNY` (or another) in the `workspace` block");
    return unit->currency = dictionary_stand_in();
}

static void dictionary_check_value(struct jc_unit *unit, const struct jc_attribute *attribute,
                                   const struct jc_node *literal) {
    if (literal->value.type != attribute->type) {
        struct jc_diag *diag =
            jc_report(unit->diags, JC_E0401, literal->span, jn_type_noun((enum jn_type)literal->value.type),
                      jn_type_noun(attribute->type));
        jc_intended(unit, diag, literal, attribute->type, attribute->currency);
    } else if (attribute->type == JN_T_MONEY) {
        (void)jc_currency_same(unit, attribute->currency, literal->value.currency, literal->span);
    }
}

static void dictionary_modifier(struct jc_unit *unit, struct jc_attribute *attribute, struct jc_node *modifier) {
    switch ((int)modifier->kind) {
    case JC_MOD_REQUIRED:
        attribute->required = true;
        break;
    case JC_MOD_PERSONAL:
        attribute->personal = true;
        break;
    case JC_MOD_IDENTITY:
        attribute->identity = true;
        break;
    case JC_MOD_ONE_OF:
        attribute->one_of = modifier;
        for (struct jc_node *literal = modifier->first; literal != NULL; literal = literal->next)
            dictionary_check_value(unit, attribute, literal);
        break;
    case JC_MOD_DEFAULT:
        attribute->has_preset = true;
        attribute->preset = modifier->kid[0]->value;
        dictionary_check_value(unit, attribute, modifier->kid[0]);
        break;
    default:
        break;
    }
}

static bool dictionary_type(struct jc_unit *unit, const struct jc_node *node, enum jn_type *out) {
    static const struct jn_str WORD[] = {{"text", 4}, {"number", 6},  {"money", 5},    {"boolean", 7}, {"date", 4},
                                         {"time", 4}, {"instant", 7}, {"duration", 8}, {"list", 4}};
    const uint32_t n = sizeof(WORD) / sizeof(*WORD);
    for (uint32_t i = 0; i < n; i++)
        if (jn_str_eq(node->text, WORD[i])) return jn_type_by_word(node->text, out);
    struct jc_diag *diag = jc_report(unit->diags, JC_E0309, node->text_span, JN_FMT(node->text));
    struct jn_str near = jc_nearest(node->text, WORD, n);
    if (near.n > 0) {
        jc_hint(unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
        jc_fix(unit->diags, diag, near);
        return jn_type_by_word(near, out); /* as it was meant: one mistake, one diagnostic */
    } else {
        jc_hint(unit->diags, diag, "types are text, number, money, boolean, date, time, instant, duration and list");
    }
    return false;
}

/* What is computed is asked of a customer, and of nobody else. */
static void dictionary_computed(struct jc_unit *unit, const struct jc_node *declaration,
                                const struct jc_attribute *attribute) {
    if (!attribute->computed) return;
    if (declaration->kind != JC_CUSTOMER)
        jc_report(unit->diags, JC_E0360, attribute->node->kid[2]->span, JN_FMT(attribute->name));
    for (const struct jc_node *modifier = attribute->node->first; modifier != NULL; modifier = modifier->next)
        if (modifier->kind != JC_MOD_PERSONAL)
            jc_report(unit->diags, JC_E0361, modifier->span, JN_FMT(attribute->name), jc_kind_noun(modifier->kind));
}

struct jc_attributes jc_attributes_read(struct jc_unit *unit, const struct jc_node *declaration) {
    struct jc_attributes out = {0};
    for (struct jc_node *node = declaration->first; node != NULL; node = node->next) {
        const struct jc_attribute *other = jc_attribute_known(&out, node->text);
        if (other != NULL) {
            struct jc_diag *diag =
                jc_report(unit->diags, JC_E0301, node->text_span, "an attribute", JN_FMT(node->text));
            jc_relate(unit->diags, diag, other->span, "declared here first");
            continue;
        }
        struct jc_attribute *attribute = jc_grow(unit->arena, &out.row, &out.n, sizeof(*attribute));
        *attribute =
            (struct jc_attribute){.name = node->text, .span = node->text_span, .node = node, .type = JN_T_TEXT};
        attribute->untyped = !dictionary_type(unit, node->kid[0], &attribute->type);
        if (attribute->untyped) continue;
        if (attribute->type == JN_T_MONEY) attribute->currency = jc_currency_needed(unit, node->kid[0]->span);
        attribute->computed = node->kid[2] != NULL;
        for (struct jc_node *modifier = node->first; modifier != NULL; modifier = modifier->next)
            dictionary_modifier(unit, attribute, modifier);
        dictionary_computed(unit, declaration, attribute);
    }
    return out;
}
