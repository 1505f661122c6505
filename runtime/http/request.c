#include "runtime/http/request.h"

#include "core/utf8.h"

static char jr_http__lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool jr_http_same_word(struct jn_str a, const char *z) {
    struct jn_str b = jn_str_z(z);
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++)
        if (jr_http__lower(a.p[i]) != jr_http__lower(b.p[i])) return false;
    return true;
}

struct jn_str jr_http_header(const struct jr_http_request *request, const char *name) {
    for (uint32_t i = 0; i < request->n_header; i++)
        if (jr_http_same_word(request->header[i].name, name)) return request->header[i].value;
    return JN_STR_NONE;
}

struct jn_str jr_http_query(const struct jr_http_request *request, const char *name) {
    struct jn_str rest = request->query;
    while (rest.n > 0) {
        const char *amp = memchr(rest.p, '&', rest.n);
        struct jn_str pair = {rest.p, amp == NULL ? rest.n : (size_t)(amp - rest.p)};
        const char *equals = pair.n == 0 ? NULL : memchr(pair.p, '=', pair.n);
        size_t n_key = equals == NULL ? pair.n : (size_t)(equals - pair.p);
        if (jn_str_is(jn_str_sub(pair, 0, n_key), name)) return jn_str_sub(pair, n_key + 1, pair.n);
        rest = jn_str_sub(rest, pair.n + 1, rest.n);
    }
    return JN_STR_NONE;
}

static int jr_http__hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = jr_http__lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool jr_http_unescape(struct jn_str s, struct jn_buf *out) {
    for (size_t i = 0; i < s.n; i++) {
        int c = (unsigned char)s.p[i];
        if (c == '%') {
            if (i + 2 >= s.n) return false;
            int high = jr_http__hex(s.p[i + 1]), low = jr_http__hex(s.p[i + 2]);
            if (high < 0 || low < 0) return false;
            c = high * 16 + low;
            i += 2;
        }
        if (c < 0x20 || c == 0x7f) return false;
        jn_buf_char(out, (char)c);
    }
    return !out->failed && jn_utf8_check(jn_buf_view(out)) == out->n;
}
