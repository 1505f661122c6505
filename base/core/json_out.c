#include "core/check.h"
#include "core/json_tree.h"
#include "core/utf8.h"

void jn_jw_init(struct jn_json_out *w, struct jn_buf *buf) {
    *w = (struct jn_json_out){.buf = buf};
}

static void jn_jw_separate(struct jn_json_out *w) {
    if (w->after_key)
        w->after_key = false;
    else if (w->comma[w->depth])
        jn_buf_char(w->buf, ',');
    w->comma[w->depth] = true;
}

static void jn_jw_open(struct jn_json_out *w, char c) {
    jn_jw_separate(w);
    JN_CHECK(w->depth < JN_JSON_MAX_DEPTH);
    w->comma[++w->depth] = false;
    jn_buf_char(w->buf, c);
}

static void jn_jw_close(struct jn_json_out *w, char c) {
    JN_CHECK(w->depth > 0 && !w->after_key);
    w->depth--;
    jn_buf_char(w->buf, c);
}

void jn_jw_object(struct jn_json_out *w) {
    jn_jw_open(w, '{');
}

void jn_jw_end_object(struct jn_json_out *w) {
    jn_jw_close(w, '}');
}

void jn_jw_array(struct jn_json_out *w) {
    jn_jw_open(w, '[');
}

void jn_jw_end_array(struct jn_json_out *w) {
    jn_jw_close(w, ']');
}

static void jn_jw_escape(struct jn_buf *out, unsigned char c) {
    if (c == '"' || c == '\\')
        jn_buf_printf(out, "\\%c", c);
    else if (c == '\n')
        jn_buf_z(out, "\\n");
    else if (c == '\r')
        jn_buf_z(out, "\\r");
    else if (c == '\t')
        jn_buf_z(out, "\\t");
    else
        jn_buf_printf(out, "\\u%04x", c);
}

static bool jn_jw_plain(unsigned char c) {
    return c >= 0x20 && c != '"' && c != '\\' && c != 0x7F;
}

/* Most texts are ASCII without anything to escape. The last eight bytes may have been looked at in part. */
static bool jn_jw_is_plain(struct jn_str s) {
    size_t at = 0;
    for (; s.n - at >= sizeof(uint64_t); at += sizeof(uint64_t))
        if (!jn_json_word_is_plain(s.p + at)) return false;
    if (s.n >= sizeof(uint64_t)) return jn_json_word_is_plain(s.p + s.n - sizeof(uint64_t));
    for (; at < s.n; at++)
        if (!jn_jw_plain((unsigned char)s.p[at]) || (unsigned char)s.p[at] >= 0x80) return false;
    return true;
}

static void jn_jw_quote(struct jn_json_out *w, struct jn_str s) {
    jn_buf_char(w->buf, '"');
    size_t at = 0, bad = s.n;
    if (jn_jw_is_plain(s)) {
        jn_buf_add(w->buf, s.p, s.n);
        at = s.n;
    } else {
        bad = jn_utf8_check(s);
    }
    while (at < s.n) {
        size_t start = at;
        while (at < bad && jn_jw_plain((unsigned char)s.p[at]))
            at++;
        jn_buf_add(w->buf, s.p + start, at - start);
        if (at == s.n) break;
        if (at == bad) {
            jn_buf_z(w->buf, "\xEF\xBF\xBD");
            at++;
            bad = at + jn_utf8_check(jn_str_sub(s, at, s.n));
        } else {
            jn_jw_escape(w->buf, (unsigned char)s.p[at++]);
        }
    }
    jn_buf_char(w->buf, '"');
}

void jn_jw_key_str(struct jn_json_out *w, struct jn_str key) {
    jn_jw_separate(w);
    jn_jw_quote(w, key);
    jn_buf_char(w->buf, ':');
    w->after_key = true;
}

void jn_jw_key(struct jn_json_out *w, const char *key) {
    jn_jw_key_str(w, jn_str_z(key));
}

void jn_jw_str(struct jn_json_out *w, struct jn_str s) {
    jn_jw_separate(w);
    jn_jw_quote(w, s);
}

void jn_jw_z(struct jn_json_out *w, const char *z) {
    jn_jw_str(w, jn_str_z(z));
}

void jn_jw_int(struct jn_json_out *w, int64_t v) {
    jn_jw_separate(w);
    if (v < 0) jn_buf_char(w->buf, '-');
    jn_buf_digits(w->buf, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 0);
}

void jn_jw_dec(struct jn_json_out *w, struct jn_dec v) {
    jn_jw_separate(w);
    jn_dec_print(v, 0, w->buf);
}

void jn_jw_bool(struct jn_json_out *w, bool v) {
    jn_jw_separate(w);
    jn_buf_z(w->buf, v ? "true" : "false");
}

void jn_jw_null(struct jn_json_out *w) {
    jn_jw_separate(w);
    jn_buf_z(w->buf, "null");
}

void jn_jw_raw(struct jn_json_out *w, struct jn_str json) {
    jn_jw_separate(w);
    jn_buf_str(w->buf, json);
}

void jn_jw_node(struct jn_json_out *w, const struct jn_json *node) {
    jn_jw_separate(w);
    jn_json_dump(node, w->buf);
}
