/* Filters that write a value for another reader: HTML, addresses, base64, digests, JSON. */
#include <math.h>

#include "core/hash.h"
#include "core/json.h"
#include "core/utf8.h"
#include "core/value.h"
#include "liquid/tree.h"

#define TEXT_MAX JN_LIQUID_OUTPUT_MAX

/* ---- HTML */

static const char *entity(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* `&name;`, `&#12;` or `&#x1f;` at the beginning. */
static bool is_entity(struct jn_str s) {
    size_t i = 1;
    bool number = s.n > 1 && s.p[1] == '#';
    i += number;
    for (; i < s.n && i < 34 && s.p[i] != ';'; i++) {
        bool digit = s.p[i] >= '0' && s.p[i] <= '9', letter = (s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z';
        if (!digit && !letter) return false;
    }
    return i > 1u + number && i < s.n && s.p[i] == ';';
}

static struct jn_liquid_value escaped(struct lq_filtering *f, struct jn_liquid_value v, bool once) {
    struct jn_str s = lq_text(v, f->arena);
    struct jn_buf out;
    jn_buf_init(&out, TEXT_MAX);
    for (size_t i = 0; i < s.n; i++) {
        bool keep = once && s.p[i] == '&' && is_entity(jn_str_sub(s, i, s.n));
        const char *by = keep ? NULL : entity(s.p[i]);
        if (by != NULL)
            jn_buf_z(&out, by);
        else
            jn_buf_char(&out, s.p[i]);
    }
    struct jn_liquid_value escaped = lq_taken(f, &out);
    escaped.safe = true;
    return escaped;
}

struct jn_liquid_value lq_filter_escape(struct lq_filtering *f, struct jn_liquid_value v) {
    return v.kind == JN_LIQUID_NIL ? v : escaped(f, v, false);
}

struct jn_liquid_value lq_filter_escape_once(struct lq_filtering *f, struct jn_liquid_value v) {
    return v.kind == JN_LIQUID_NIL ? v : escaped(f, v, true);
}

struct jn_liquid_value lq_filter_raw(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value out = jn_liquid_text(lq_text(v, f->arena));
    if (v.kind == JN_LIQUID_NIL) return v;
    out.safe = true;
    return out;
}

/* Bytes up to and with the end of what begins here and is not to be read; 0: nothing does. */
static size_t markup_length(struct jn_str s) {
    static const struct {
        const char *begin, *end;
    } ROW[] = {{"<script", "</script>"}, {"<style", "</style>"}, {"<!--", "-->"}, {"<", ">"}};
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        size_t n = strlen(ROW[i].begin), m = strlen(ROW[i].end);
        if (s.n < n || memcmp(s.p, ROW[i].begin, n) != 0) continue;
        const char *end = memmem(s.p + n, s.n - n, ROW[i].end, m);
        if (end != NULL) return (size_t)(end - s.p) + m;
    }
    return 0;
}

struct jn_liquid_value lq_filter_strip_html(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_str s = lq_text(v, f->arena);
    struct jn_buf out;
    jn_buf_init(&out, TEXT_MAX);
    for (size_t i = 0; i < s.n;) {
        size_t n = s.p[i] == '<' ? markup_length(jn_str_sub(s, i, s.n)) : 0;
        if (n == 0) jn_buf_char(&out, s.p[i]);
        i += n == 0 ? 1 : n;
    }
    return lq_taken(f, &out);
}

/* ---- addresses */

static struct jn_liquid_value percent(struct lq_filtering *f, struct jn_liquid_value v, const char *keep, bool plus) {
    struct jn_str s = lq_text(v, f->arena);
    struct jn_buf out;
    jn_buf_init(&out, TEXT_MAX);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || (c != '\0' && strchr(keep, c) != NULL))
            jn_buf_char(&out, (char)c);
        else if (c == ' ' && plus)
            jn_buf_char(&out, '+');
        else
            jn_buf_printf(&out, "%%%02X", c);
    }
    return lq_taken(f, &out);
}

struct jn_liquid_value lq_filter_url_encode(struct lq_filtering *f, struct jn_liquid_value v) {
    return percent(f, v, "-_.", true);
}

struct jn_liquid_value lq_filter_url_escape(struct lq_filtering *f, struct jn_liquid_value v) {
    return percent(f, v, "-_.~:/?#[]@!$&'()*+,;=", false);
}

struct jn_liquid_value lq_filter_url_param_escape(struct lq_filtering *f, struct jn_liquid_value v) {
    return percent(f, v, "-_.~", false);
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct jn_liquid_value lq_filter_url_decode(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_str s = lq_text(v, f->arena);
    struct jn_buf out;
    jn_buf_init(&out, TEXT_MAX);
    for (size_t i = 0; i < s.n; i++) {
        bool code = s.p[i] == '%' && i + 2 < s.n && hex_digit(s.p[i + 1]) >= 0 && hex_digit(s.p[i + 2]) >= 0;
        if (code) {
            jn_buf_char(&out, (char)(hex_digit(s.p[i + 1]) * 16 + hex_digit(s.p[i + 2])));
            i += 2;
        } else {
            jn_buf_char(&out, s.p[i] == '+' ? ' ' : s.p[i]);
        }
    }
    if (jn_utf8_check(jn_buf_view(&out)) != out.n) f->failed = "the text behind the percent signs is not UTF-8";
    return lq_taken(f, &out);
}

/* ---- base64 */

static struct jn_liquid_value encoded(struct lq_filtering *f, struct jn_liquid_value v, bool url) {
    struct jn_buf out;
    jn_buf_init(&out, TEXT_MAX);
    jn_base64(lq_text(v, f->arena), &out);
    for (size_t i = 0; url && i < out.n; i++)
        if (out.p[i] == '+' || out.p[i] == '/') out.p[i] = out.p[i] == '+' ? '-' : '_';
    return lq_taken(f, &out);
}

static struct jn_liquid_value decoded(struct lq_filtering *f, struct jn_liquid_value v, bool url) {
    struct jn_str s = jn_arena_str(f->arena, lq_text(v, f->arena));
    struct jn_buf out;
    jn_buf_init(&out, TEXT_MAX);
    char *p = jn_arena_copy(f->arena, s.p, s.n + 1);
    for (size_t i = 0; url && i < s.n; i++)
        if (p[i] == '-' || p[i] == '_') p[i] = p[i] == '-' ? '+' : '/';
    bool sound = jn_unbase64((struct jn_str){p, s.n}, &out) && jn_utf8_check(jn_buf_view(&out)) == out.n;
    if (!sound) f->failed = "this is not the base64 of a text";
    return lq_taken(f, &out);
}

struct jn_liquid_value lq_filter_base64_encode(struct lq_filtering *f, struct jn_liquid_value v) {
    return encoded(f, v, false);
}

struct jn_liquid_value lq_filter_base64_decode(struct lq_filtering *f, struct jn_liquid_value v) {
    return decoded(f, v, false);
}

struct jn_liquid_value lq_filter_base64url_encode(struct lq_filtering *f, struct jn_liquid_value v) {
    return encoded(f, v, true);
}

struct jn_liquid_value lq_filter_base64url_decode(struct lq_filtering *f, struct jn_liquid_value v) {
    return decoded(f, v, true);
}

/* ---- digests */

static struct jn_liquid_value digest(struct lq_filtering *f, struct jn_liquid_value v, const char *name, bool keyed) {
    struct jn_buf raw, out;
    jn_buf_init(&raw, 64);
    jn_buf_init(&out, 128);
    struct jn_str key = keyed ? lq_text(f->argument[0], f->arena) : JN_STR_NONE;
    jn_digest(name, key, lq_text(v, f->arena), &raw);
    jn_hex(jn_buf_view(&raw), &out);
    jn_buf_release(&raw);
    return lq_taken(f, &out);
}

struct jn_liquid_value lq_filter_md5(struct lq_filtering *f, struct jn_liquid_value v) {
    return digest(f, v, "MD5", false);
}

struct jn_liquid_value lq_filter_sha1(struct lq_filtering *f, struct jn_liquid_value v) {
    return digest(f, v, "SHA1", false);
}

struct jn_liquid_value lq_filter_sha256(struct lq_filtering *f, struct jn_liquid_value v) {
    return digest(f, v, "SHA256", false);
}

struct jn_liquid_value lq_filter_hmac_sha1(struct lq_filtering *f, struct jn_liquid_value v) {
    return digest(f, v, "SHA1", true);
}

struct jn_liquid_value lq_filter_hmac_sha256(struct lq_filtering *f, struct jn_liquid_value v) {
    return digest(f, v, "SHA256", true);
}

/* ---- JSON */

static void put_json(struct lq_filtering *f, struct jn_liquid_value v, struct jn_json_out *w, int depth) {
    struct jn_str name;
    struct jn_liquid_value member;
    if (depth == JN_JSON_MAX_DEPTH) {
        jn_jw_null(w);
    } else if (v.kind == JN_LIQUID_BOOL) {
        jn_jw_bool(w, v.b);
    } else if (v.kind == JN_LIQUID_INT) {
        jn_jw_int(w, v.i);
    } else if (v.kind == JN_LIQUID_FLOAT && isfinite(v.f)) {
        jn_jw_raw(w, lq_text(v, f->arena));
    } else if (v.kind == JN_LIQUID_SCALAR) {
        jn_value_to_json(v.scalar, w);
    } else if (v.kind == JN_LIQUID_ARRAY || v.kind == JN_LIQUID_RANGE) {
        v = lq_elements(v, f->arena);
        jn_jw_array(w);
        for (size_t i = 0; i < v.array.n; i++)
            put_json(f, v.array.at[i], w, depth + 1);
        jn_jw_end_array(w);
    } else if (v.kind == JN_LIQUID_OBJECT) {
        jn_jw_object(w);
        for (size_t i = 0; v.object.type->at != NULL && v.object.type->at(v.object.self, i, f->arena, &name, &member);
             i++) {
            jn_jw_key_str(w, name);
            put_json(f, member, w, depth + 1);
        }
        jn_jw_end_object(w);
    } else if (v.kind == JN_LIQUID_TEXT) {
        jn_jw_str(w, v.s);
    } else {
        jn_jw_null(w);
    }
}

struct jn_liquid_value lq_filter_json(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_json_out w;
    struct jn_buf out;
    jn_buf_init(&out, TEXT_MAX);
    jn_jw_init(&w, &out);
    put_json(f, v, &w, 0);
    return lq_taken(f, &out);
}
