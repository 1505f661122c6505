/* Values as bytes for the store, and as JSON for everyone else. */
#include "core/civil.h"
#include "core/value.h"

#define LIST_MAX 1024

static void jn_encode_one(struct jn_value v, struct jn_buf *out) {
    jn_buf_u8(out, v.type);
    if (v.type == JN_T_TEXT) {
        jn_buf_lstr(out, jn_value_str(v));
        return;
    }
    if (v.type == JN_T_NUMBER || v.type == JN_T_MONEY || v.type == JN_T_DURATION) jn_buf_u8(out, v.scale);
    if (v.type == JN_T_MONEY) jn_buf_le16(out, v.currency);
    if (v.type != JN_T_MISSING) jn_buf_svarint(out, v.i);
}

void jn_value_encode(struct jn_value v, struct jn_buf *out) {
    if (v.type != JN_T_LIST) {
        jn_encode_one(v, out);
        return;
    }
    uint32_t n = v.len < LIST_MAX ? v.len : LIST_MAX;
    jn_buf_u8(out, v.type);
    jn_buf_varint(out, n);
    for (uint32_t i = 0; i < n; i++)
        jn_encode_one(v.list[i].type == JN_T_LIST ? JN_MISSING : v.list[i], out);
}

static struct jn_value jn_decode_one(struct jn_reader *in, uint8_t type) {
    struct jn_value v = {.type = type};
    if (type >= JN_TYPE_COUNT || type == JN_T_LIST) {
        in->failed = true;
        return JN_MISSING;
    }
    if (type == JN_T_MISSING) return JN_MISSING;
    if (type == JN_T_TEXT) return jn_value_text(jn_read_lstr(in));
    if (type == JN_T_NUMBER || type == JN_T_MONEY || type == JN_T_DURATION) v.scale = jn_read_u8(in);
    if (v.scale > (type == JN_T_DURATION ? JN_UNIT_MONTHS : JN_DEC_PLACES)) in->failed = true;
    if (type == JN_T_MONEY) v.currency = jn_read_le16(in);
    v.i = jn_read_svarint(in);
    return in->failed ? JN_MISSING : v;
}

struct jn_value jn_value_decode(struct jn_reader *in, struct jn_arena *arena) {
    uint8_t type = jn_read_u8(in);
    if (type != JN_T_LIST || in->failed) return in->failed ? JN_MISSING : jn_decode_one(in, type);
    uint64_t n = jn_read_varint(in);
    if (n > LIST_MAX || n > in->n - in->at) {
        in->failed = true;
        return JN_MISSING;
    }
    struct jn_value *list = JN_NEW_ARRAY(arena, struct jn_value, (size_t)n);
    for (uint64_t i = 0; i < n; i++)
        list[i] = jn_decode_one(in, jn_read_u8(in));
    if (in->failed) return JN_MISSING;
    return (struct jn_value){.type = JN_T_LIST, .len = (uint32_t)n, .list = list};
}

static jn_rc jn_unfit(const struct jn_json *node, enum jn_type type, struct jn_err *err) {
    struct jn_buf text;
    jn_buf_init(&text, 64);
    jn_json_dump(node, &text);
    if (text.failed) text.n = 0;
    jn_rc rc = jn_fail(err, JN_UNPROCESSABLE, "%.*s is no %s",
                       JN_FMT(text.n == 0 ? JN_STR("the value") : jn_buf_view(&text)), jn_type_word(type));
    jn_buf_release(&text);
    return rc;
}

/* A JSON number, or a decimal in a text. */
static bool jn_json_exact(const struct jn_json *node, struct jn_dec *out) {
    if (jn_json_kind(node) == JN_JSON_TEXT) return jn_dec_parse(jn_json_text(node), out);
    return jn_json_decimal(node, out);
}

static jn_rc jn_money_from_json(const struct jn_json *node, uint16_t currency, struct jn_value *out,
                                struct jn_err *err) {
    struct jn_dec amount;
    if (jn_json_kind(node) == JN_JSON_OBJECT) {
        uint16_t named;
        struct jn_str code = jn_json_text(jn_json_get(node, "currency"));
        if (!jn_currency_pack(code, &named) || !jn_json_exact(jn_json_get(node, "amount"), &amount))
            return jn_unfit(node, JN_T_MONEY, err);
        if (currency != 0 && named != currency) {
            char wanted[4];
            jn_currency_print(currency, wanted);
            return jn_fail(err, JN_UNPROCESSABLE, "money in %.*s where %s is declared", JN_FMT(code), wanted);
        }
        *out = jn_value_money(amount, named);
        return JN_OK;
    }
    if (!jn_json_exact(node, &amount)) return jn_unfit(node, JN_T_MONEY, err);
    *out = jn_value_money(amount, currency);
    return JN_OK;
}

/* Durations travel as {"count": 3, "unit": "days"}. */
static const char *const UNIT_WORD[] = {"milliseconds", "days", "months"};

static bool jn_duration_from_json(const struct jn_json *node, struct jn_value *out) {
    struct jn_str word = jn_json_text(jn_json_get(node, "unit"));
    const struct jn_json *count = jn_json_get(node, "count");
    for (uint8_t unit = 0; unit <= JN_UNIT_MONTHS && jn_json_kind(count) == JN_JSON_INT; unit++) {
        if (!jn_str_is(word, UNIT_WORD[unit])) continue;
        *out = jn_value_duration((enum jn_unit)unit, jn_json_int(count));
        return true;
    }
    return false;
}

static jn_rc jn_list_from_json(const struct jn_json *node, struct jn_arena *arena, struct jn_value *out,
                               struct jn_err *err) {
    size_t n = jn_json_count(node);
    if (jn_json_kind(node) != JN_JSON_ARRAY || n > LIST_MAX) return jn_unfit(node, JN_T_LIST, err);
    struct jn_value *list = JN_NEW_ARRAY(arena, struct jn_value, n);
    for (size_t i = 0; i < n; i++) {
        const struct jn_json *element = jn_json_at(node, i);
        enum jn_json_kind kind = jn_json_kind(element);
        if (kind == JN_JSON_ARRAY || kind == JN_JSON_OBJECT) return jn_unfit(node, JN_T_LIST, err);
        enum jn_type type = kind == JN_JSON_TEXT ? JN_T_TEXT : kind == JN_JSON_BOOL ? JN_T_BOOL : JN_T_NUMBER;
        jn_rc rc = jn_value_from_json(element, type, 0, arena, &list[i], err);
        if (rc != JN_OK) return rc;
    }
    *out = (struct jn_value){.type = JN_T_LIST, .len = (uint32_t)n, .list = list};
    return JN_OK;
}

static bool jn_text_as(struct jn_str text, enum jn_type type, struct jn_value *out) {
    int64_t i;
    bool ok = type == JN_T_DATE   ? jn_date_parse(text, &i)
              : type == JN_T_TIME ? jn_time_parse(text, &i)
                                  : jn_instant_parse(text, &i);
    if (ok) *out = jn_value_of(type, i);
    return ok;
}

jn_rc jn_value_from_json(const struct jn_json *node, enum jn_type type, uint16_t currency, struct jn_arena *arena,
                         struct jn_value *out, struct jn_err *err) {
    struct jn_dec number;
    enum jn_json_kind kind = jn_json_kind(node);
    *out = JN_MISSING;
    if (kind == JN_JSON_NULL) return JN_OK;
    switch (type) {
    case JN_T_BOOL:
        if (kind != JN_JSON_BOOL) return jn_unfit(node, type, err);
        *out = jn_value_bool(jn_json_bool(node));
        return JN_OK;
    case JN_T_NUMBER:
        if (!jn_json_exact(node, &number)) return jn_unfit(node, type, err);
        *out = jn_value_dec(number);
        return JN_OK;
    case JN_T_MONEY:
        return jn_money_from_json(node, currency, out, err);
    case JN_T_TEXT:
        if (kind == JN_JSON_INT) { /* ids often come as numbers */
            *out = jn_value_text(jn_arena_printf(arena, "%lld", (long long)jn_json_int(node)));
            return JN_OK;
        }
        if (kind != JN_JSON_TEXT) return jn_unfit(node, type, err);
        *out = jn_value_text(jn_arena_str(arena, jn_json_text(node)));
        return JN_OK;
    case JN_T_DATE:
    case JN_T_TIME:
    case JN_T_INSTANT:
        return kind == JN_JSON_TEXT && jn_text_as(jn_json_text(node), type, out) ? JN_OK : jn_unfit(node, type, err);
    case JN_T_DURATION:
        return kind == JN_JSON_OBJECT && jn_duration_from_json(node, out) ? JN_OK : jn_unfit(node, type, err);
    case JN_T_LIST:
        return jn_list_from_json(node, arena, out, err);
    case JN_T_MISSING:
    case JN_TYPE_COUNT:
        break;
    }
    return jn_unfit(node, type, err);
}

static void jn_text_to_json(struct jn_value v, struct jn_json_out *w) {
    struct jn_buf text;
    jn_buf_init(&text, 64);
    jn_value_print(v, &text);
    jn_jw_str(w, jn_buf_view(&text));
    jn_buf_release(&text);
}

static void jn_money_to_json(struct jn_value v, struct jn_json_out *w) {
    struct jn_buf amount;
    char code[4];
    jn_buf_init(&amount, 64);
    jn_dec_print(jn_value_to_dec(v), jn_currency_places(v.currency), &amount);
    jn_currency_print(v.currency, code);
    jn_jw_object(w);
    jn_jw_key(w, "amount");
    jn_jw_str(w, jn_buf_view(&amount));
    jn_jw_key(w, "currency");
    jn_jw_z(w, code);
    jn_jw_end_object(w);
    jn_buf_release(&amount);
}

void jn_value_to_json(struct jn_value v, struct jn_json_out *w) {
    switch ((enum jn_type)v.type) {
    case JN_T_BOOL:
        jn_jw_bool(w, v.i != 0);
        break;
    case JN_T_NUMBER:
        jn_jw_dec(w, jn_value_to_dec(v));
        break;
    case JN_T_MONEY:
        jn_money_to_json(v, w);
        break;
    case JN_T_TEXT:
        jn_jw_str(w, jn_value_str(v));
        break;
    case JN_T_DATE:
    case JN_T_TIME:
    case JN_T_INSTANT:
        jn_text_to_json(v, w);
        break;
    case JN_T_DURATION:
        jn_jw_object(w);
        jn_jw_key(w, "count");
        jn_jw_int(w, v.i);
        jn_jw_key(w, "unit");
        jn_jw_z(w, UNIT_WORD[v.scale <= JN_UNIT_MONTHS ? v.scale : 0]);
        jn_jw_end_object(w);
        break;
    case JN_T_LIST:
        jn_jw_array(w);
        for (uint32_t i = 0; i < v.len; i++)
            if (v.list[i].type != JN_T_LIST) jn_value_to_json(v.list[i], w);
        jn_jw_end_array(w);
        break;
    case JN_T_MISSING:
    case JN_TYPE_COUNT:
        jn_jw_null(w);
        break;
    }
}
