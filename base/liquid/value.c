#include "liquid/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/json.h"
#include "core/utf8.h"
#include "core/value.h"

#define TEXT_MAX JN_LIQUID_OUTPUT_MAX

struct jn_liquid_value lq_bool(bool b) {
    return (struct jn_liquid_value){.kind = JN_LIQUID_BOOL, .b = b};
}

struct jn_liquid_value lq_int(int64_t i) {
    return (struct jn_liquid_value){.kind = JN_LIQUID_INT, .i = i};
}

struct jn_liquid_value lq_float(double f) {
    return (struct jn_liquid_value){.kind = JN_LIQUID_FLOAT, .f = f};
}

struct jn_liquid_value jn_liquid_text(struct jn_str s) {
    return (struct jn_liquid_value){.kind = JN_LIQUID_TEXT, .s = s};
}

struct jn_liquid_value lq_array(struct jn_liquid_value *at, size_t n) {
    return (struct jn_liquid_value){.kind = JN_LIQUID_ARRAY, .array = {at, n}};
}

struct jn_liquid_value lq_take(struct jn_buf *text, struct jn_arena *arena) {
    struct jn_liquid_value v = jn_liquid_text(jn_arena_str(arena, jn_buf_view(text)));
    jn_buf_release(text);
    return v;
}

struct jn_liquid_value jn_liquid_of(struct jn_value value) {
    int64_t whole;
    if (jn_is_missing(value)) return LQ_NIL;
    if (value.type == JN_T_TEXT) return jn_liquid_text(jn_value_str(value));
    if (value.type == JN_T_BOOL) return lq_bool(value.i != 0);
    if (value.type == JN_T_NUMBER && jn_dec_to_int(jn_value_to_dec(value), &whole)) return lq_int(whole);
    return (struct jn_liquid_value){.kind = JN_LIQUID_SCALAR, .scalar = value};
}

/* ---- JSON */

static bool json_get(const void *self, struct jn_str name, struct jn_arena *arena, struct jn_liquid_value *out) {
    const struct jn_json *node = jn_json_get_str(self, name);
    if (node == NULL) return false;
    *out = jn_liquid_json(node, arena);
    return true;
}

static bool json_at(const void *self, size_t i, struct jn_arena *arena, struct jn_str *name,
                    struct jn_liquid_value *out) {
    void *at = NULL;
    struct jn_json *value;
    while (jn_json_next(self, &at, name, &value))
        if (i-- == 0) {
            *out = jn_liquid_json(value, arena);
            return true;
        }
    return false;
}

static size_t json_count(const void *self) {
    return jn_json_count(self);
}

struct jn_liquid_value jn_liquid_json(const struct jn_json *node, struct jn_arena *arena) {
    static const struct jn_liquid_object JSON = {json_get, json_at, json_count};
    switch (jn_json_kind(node)) {
    case JN_JSON_NULL:
        return LQ_NIL;
    case JN_JSON_BOOL:
        return lq_bool(jn_json_bool(node));
    case JN_JSON_INT:
        return lq_int(jn_json_int(node));
    case JN_JSON_REAL:
        return lq_float(jn_json_real(node));
    case JN_JSON_TEXT:
        return jn_liquid_text(jn_json_text(node));
    case JN_JSON_ARRAY: {
        size_t n = jn_json_count(node);
        struct jn_liquid_value *at = JN_NEW_ARRAY(arena, struct jn_liquid_value, n);
        for (size_t i = 0; i < n; i++)
            at[i] = jn_liquid_json(jn_json_at(node, i), arena);
        return lq_array(at, n);
    }
    case JN_JSON_OBJECT:
        break;
    }
    return (struct jn_liquid_value){.kind = JN_LIQUID_OBJECT, .object = {&JSON, node}};
}

/* ---- truth, equality, order */

bool lq_truthy(struct jn_liquid_value v) {
    return v.kind != JN_LIQUID_NIL && !(v.kind == JN_LIQUID_BOOL && !v.b);
}

size_t lq_count(struct jn_liquid_value v) {
    if (v.kind == JN_LIQUID_TEXT) return jn_utf8_length(v.s);
    if (v.kind == JN_LIQUID_ARRAY) return v.array.n;
    if (v.kind == JN_LIQUID_OBJECT) return v.object.type->count == NULL ? 0 : v.object.type->count(v.object.self);
    if (v.kind != JN_LIQUID_RANGE || v.range.to < v.range.from) return 0;
    uint64_t n = (uint64_t)v.range.to - (uint64_t)v.range.from;
    return n < INT64_MAX ? n + 1 : INT64_MAX;
}

uint64_t lq_weight(struct jn_liquid_value v) {
    if (v.kind == JN_LIQUID_TEXT) return v.s.n / 1024;
    return v.kind == JN_LIQUID_ARRAY ? v.array.n / 64 : 0;
}

bool lq_is_empty(struct jn_liquid_value v) {
    bool container = v.kind == JN_LIQUID_TEXT || v.kind == JN_LIQUID_ARRAY || v.kind == JN_LIQUID_OBJECT;
    return container && lq_count(v) == 0;
}

bool lq_is_blank(struct jn_liquid_value v) {
    if (v.kind != JN_LIQUID_TEXT) return !lq_truthy(v) || lq_is_empty(v);
    for (size_t i = 0; i < v.s.n; i++)
        if (v.s.p[i] != ' ' && (v.s.p[i] < '\t' || v.s.p[i] > '\r')) return false;
    return true;
}

static bool lq_is_number(struct jn_liquid_value v) {
    bool scalar = v.kind == JN_LIQUID_SCALAR && (v.scalar.type == JN_T_NUMBER || v.scalar.type == JN_T_MONEY);
    return v.kind == JN_LIQUID_INT || v.kind == JN_LIQUID_FLOAT || scalar;
}

static bool lq_equal_objects(struct jn_liquid_value a, struct jn_liquid_value b, struct jn_arena *arena) {
    struct jn_liquid_value x, y;
    struct jn_str name;
    if (a.object.self == b.object.self) return true;
    if (a.object.type->at == NULL || b.object.type->at == NULL || lq_count(a) != lq_count(b)) return false;
    for (size_t i = 0; a.object.type->at(a.object.self, i, arena, &name, &x); i++)
        if (!b.object.type->get(b.object.self, name, arena, &y) || !lq_equal(x, y, arena)) return false;
    return true;
}

bool lq_equal(struct jn_liquid_value a, struct jn_liquid_value b, struct jn_arena *arena) {
    if (b.kind == JN_LIQUID_BLANK || b.kind == JN_LIQUID_EMPTY) {
        struct jn_liquid_value swap = a;
        a = b;
        b = swap;
    }
    if (a.kind == JN_LIQUID_BLANK || a.kind == JN_LIQUID_EMPTY) {
        if (b.kind == JN_LIQUID_BLANK || b.kind == JN_LIQUID_EMPTY) return a.kind == b.kind;
        return a.kind == JN_LIQUID_BLANK ? lq_is_blank(b) : lq_is_empty(b);
    }
    if (lq_is_number(a) && lq_is_number(b)) {
        bool comparable;
        return lq_compare(a, b, &comparable) == 0;
    }
    if (a.kind == JN_LIQUID_SCALAR || b.kind == JN_LIQUID_SCALAR)
        return a.kind == b.kind ? jn_value_eq(a.scalar, b.scalar)
                                : jn_str_eq(lq_text(a, arena), lq_text(b, arena)) && lq_truthy(a) && lq_truthy(b);
    if (a.kind != b.kind) return false;
    if (a.kind == JN_LIQUID_NIL) return true;
    if (a.kind == JN_LIQUID_BOOL) return a.b == b.b;
    if (a.kind == JN_LIQUID_TEXT) return jn_str_eq(a.s, b.s);
    if (a.kind == JN_LIQUID_RANGE) return a.range.from == b.range.from && a.range.to == b.range.to;
    if (a.kind == JN_LIQUID_OBJECT) return lq_equal_objects(a, b, arena);
    if (a.array.n != b.array.n) return false;
    for (size_t i = 0; i < a.array.n; i++)
        if (!lq_equal(a.array.at[i], b.array.at[i], arena)) return false;
    return true;
}

int lq_compare(struct jn_liquid_value a, struct jn_liquid_value b, bool *comparable) {
    bool number;
    *comparable = true;
    if (a.kind == JN_LIQUID_INT && b.kind == JN_LIQUID_INT) return (a.i > b.i) - (a.i < b.i);
    if (lq_is_number(a) && lq_is_number(b)) {
        double x = lq_double(lq_number(a, &number)), y = lq_double(lq_number(b, &number));
        return (x > y) - (x < y);
    }
    if (a.kind == JN_LIQUID_TEXT && b.kind == JN_LIQUID_TEXT) return jn_str_cmp(a.s, b.s);
    if (a.kind == JN_LIQUID_SCALAR && b.kind == JN_LIQUID_SCALAR && a.scalar.type == b.scalar.type)
        return (a.scalar.i > b.scalar.i) - (a.scalar.i < b.scalar.i);
    *comparable = false;
    return 0;
}

/* ---- numbers */

static bool text_is_integer(struct jn_str s) {
    size_t i = s.n > 0 && s.p[0] == '-' ? 1 : 0;
    if (i == s.n || s.n > 20) return false;
    for (; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return true;
}

/* `12`, `-3.5`, with blanks around; anything else is no number. */
static bool text_number(struct jn_str s, struct jn_liquid_value *out) {
    char text[64];
    char *end;
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\n' || s.p[0] == '\t'))
        s = jn_str_sub(s, 1, s.n);
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\t'))
        s.n--;
    if (s.n == 0 || s.n >= sizeof(text)) return false;
    bool whole = text_is_integer(s);
    const char *point = memchr(s.p, '.', s.n);
    bool decimal = point != NULL && point > s.p && point + 1 < s.p + s.n &&
                   text_is_integer((struct jn_str){s.p, (size_t)(point - s.p)}) && point[1] != '-' &&
                   text_is_integer((struct jn_str){point + 1, s.n - (size_t)(point + 1 - s.p)});
    if (!whole && !decimal) return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    *out = whole ? lq_int(strtoll(text, &end, 10)) : lq_float(strtod(text, &end));
    return true;
}

struct jn_liquid_value lq_number(struct jn_liquid_value v, bool *number) {
    struct jn_liquid_value out = lq_int(0);
    *number = true;
    if (v.kind == JN_LIQUID_INT || v.kind == JN_LIQUID_FLOAT) return v;
    if (v.kind == JN_LIQUID_TEXT && text_number(v.s, &out)) return out;
    if (lq_is_number(v)) return lq_float(jn_dec_to_double(jn_value_to_dec(v.scalar)));
    *number = false;
    return out;
}

double lq_double(struct jn_liquid_value number) {
    return number.kind == JN_LIQUID_INT ? (double)number.i : number.f;
}

bool lq_integer(struct jn_liquid_value v, int64_t *out) {
    bool number;
    struct jn_liquid_value n = lq_number(v, &number);
    if (!number) return false;
    if (n.kind == JN_LIQUID_FLOAT && (n.f > 9e18 || n.f < -9e18 || n.f != n.f)) return false;
    *out = n.kind == JN_LIQUID_INT ? n.i : (int64_t)n.f;
    return true;
}

/* ---- printing */

/* The shortest text that reads back as the same number, with a point, as Ruby writes floats. */
static void print_float(double f, struct jn_buf *out) {
    char text[40];
    if (f != f || f > 1.7e308 || f < -1.7e308) {
        jn_buf_z(out, f != f ? "NaN" : f > 0 ? "Infinity" : "-Infinity");
        return;
    }
    int digits = 14;
    do {
        (void)snprintf(text, sizeof(text), "%.*g", ++digits, f);
    } while (digits < 17 && strtod(text, NULL) != f);
    bool short_form = f == 0 || (fabs(f) < 1e16 && fabs(f) >= 1e-4), given = strchr(text, 'e') == NULL;
    if (short_form != given) (void)snprintf(text, sizeof(text), short_form ? "%.1f" : "%.16e", f);
    char *exponent = strchr(text, 'e');
    if (exponent == NULL) {
        jn_buf_z(out, text);
        if (strchr(text, '.') == NULL) jn_buf_z(out, ".0");
        return;
    }
    struct jn_str mantissa = {text, (size_t)(exponent - text)};
    jn_buf_str(out, mantissa);
    if (memchr(mantissa.p, '.', mantissa.n) == NULL) jn_buf_z(out, ".0");
    jn_buf_z(out, exponent);
}

/* Inside of arrays and objects texts stand in quotes, as Ruby shows them. */
static void print_inside(struct jn_liquid_value v, struct jn_arena *arena, struct jn_buf *out) {
    if (v.kind == JN_LIQUID_NIL) {
        jn_buf_z(out, "nil");
    } else if (v.kind == JN_LIQUID_TEXT) {
        jn_buf_char(out, '"');
        for (size_t i = 0; i < v.s.n; i++) {
            if (v.s.p[i] == '"' || v.s.p[i] == '\\') jn_buf_char(out, '\\');
            jn_buf_char(out, v.s.p[i]);
        }
        jn_buf_char(out, '"');
    } else if (v.kind == JN_LIQUID_ARRAY) {
        jn_buf_char(out, '[');
        for (size_t i = 0; i < v.array.n; i++) {
            if (i > 0) jn_buf_z(out, ", ");
            print_inside(v.array.at[i], arena, out);
        }
        jn_buf_char(out, ']');
    } else {
        lq_print(v, arena, out);
    }
}

static void print_object(struct jn_liquid_value v, struct jn_arena *arena, struct jn_buf *out) {
    struct jn_str name;
    struct jn_liquid_value member;
    jn_buf_char(out, '{');
    for (size_t i = 0; v.object.type->at != NULL && v.object.type->at(v.object.self, i, arena, &name, &member); i++) {
        if (i > 0) jn_buf_z(out, ", ");
        print_inside(jn_liquid_text(name), arena, out);
        jn_buf_z(out, "=>");
        print_inside(member, arena, out);
    }
    jn_buf_char(out, '}');
}

void lq_print(struct jn_liquid_value v, struct jn_arena *arena, struct jn_buf *out) {
    switch (v.kind) {
    case JN_LIQUID_NIL:
    case JN_LIQUID_BLANK:
    case JN_LIQUID_EMPTY:
        break;
    case JN_LIQUID_BOOL:
        jn_buf_z(out, v.b ? "true" : "false");
        break;
    case JN_LIQUID_INT:
        jn_buf_printf(out, "%lld", (long long)v.i);
        break;
    case JN_LIQUID_FLOAT:
        print_float(v.f, out);
        break;
    case JN_LIQUID_TEXT:
        jn_buf_str(out, v.s);
        break;
    case JN_LIQUID_SCALAR:
        jn_value_print(v.scalar, out);
        break;
    case JN_LIQUID_ARRAY:
        for (size_t i = 0; i < v.array.n; i++)
            lq_print(v.array.at[i], arena, out);
        break;
    case JN_LIQUID_OBJECT:
        print_object(v, arena, out);
        break;
    case JN_LIQUID_RANGE:
        jn_buf_printf(out, "%lld..%lld", (long long)v.range.from, (long long)v.range.to);
        break;
    }
}

struct jn_str lq_text(struct jn_liquid_value v, struct jn_arena *arena) {
    struct jn_buf out;
    if (v.kind == JN_LIQUID_TEXT) return v.s;
    jn_buf_init(&out, TEXT_MAX);
    lq_print(v, arena, &out);
    return lq_take(&out, arena).s;
}

/* ---- members */

static bool lq_element(struct jn_liquid_value v, int64_t i, struct jn_liquid_value *out) {
    size_t n = lq_count(v);
    if (i < 0) i += (int64_t)n;
    if (i < 0 || (size_t)i >= n) return false;
    *out = v.kind == JN_LIQUID_ARRAY ? v.array.at[i] : lq_int(v.range.from + i);
    return true;
}

bool lq_member(struct jn_liquid_value v, struct jn_liquid_value key, struct jn_arena *arena,
               struct jn_liquid_value *out) {
    struct jn_str name = key.kind == JN_LIQUID_TEXT ? key.s : JN_STR("");
    bool listed = v.kind == JN_LIQUID_ARRAY || v.kind == JN_LIQUID_RANGE;
    if (v.kind == JN_LIQUID_OBJECT && v.object.type->get(v.object.self, lq_text(key, arena), arena, out)) return true;
    if (listed && key.kind == JN_LIQUID_INT) return lq_element(v, key.i, out);
    if (jn_str_is(name, "size") && (listed || v.kind == JN_LIQUID_TEXT || v.kind == JN_LIQUID_OBJECT)) {
        *out = lq_int((int64_t)lq_count(v));
        return true;
    }
    if (listed && jn_str_is(name, "first")) return lq_element(v, 0, out);
    if (listed && jn_str_is(name, "last")) return lq_element(v, -1, out);
    if (v.kind == JN_LIQUID_OBJECT && jn_str_is(name, "first") && lq_count(v) > 0) {
        *out = lq_elements(v, arena).array.at[0];
        return true;
    }
    return false;
}

struct jn_liquid_value lq_elements(struct jn_liquid_value v, struct jn_arena *arena) {
    size_t n = lq_count(v);
    struct jn_liquid_value *at;
    if (v.kind == JN_LIQUID_ARRAY) return v;
    if (v.kind == JN_LIQUID_NIL || v.kind == JN_LIQUID_BLANK || v.kind == JN_LIQUID_EMPTY) return lq_array(NULL, 0);
    if (v.kind == JN_LIQUID_RANGE) {
        if (n > JN_LIQUID_WORK_MAX) n = JN_LIQUID_WORK_MAX;
        at = JN_NEW_ARRAY(arena, struct jn_liquid_value, n);
        for (size_t i = 0; i < n; i++)
            at[i] = lq_int(v.range.from + (int64_t)i);
        return lq_array(at, n);
    }
    if (v.kind == JN_LIQUID_OBJECT && v.object.type->at != NULL) {
        at = JN_NEW_ARRAY(arena, struct jn_liquid_value, n);
        for (size_t i = 0; i < n; i++) {
            struct jn_liquid_value *pair = JN_NEW_ARRAY(arena, struct jn_liquid_value, 2);
            struct jn_str name;
            if (!v.object.type->at(v.object.self, i, arena, &name, &pair[1])) n = i;
            pair[0] = jn_liquid_text(name);
            at[i] = lq_array(pair, 2);
        }
        return lq_array(at, n);
    }
    at = JN_NEW_ARRAY(arena, struct jn_liquid_value, 1);
    at[0] = v;
    return lq_array(at, 1);
}
