#include "runtime/ingest/keys.h"

#include "core/hash.h"

jn_rc jr_keys_parse(struct jn_str text, struct jr_keys *out, struct jn_err *err) {
    out->n = 0;
    for (struct jn_str item; jn_str_item(&text, &item);) {
        if (out->n == JR_KEYS_MAX) return jn_fail(err, JN_CONFIG, "there are more than %d write keys", JR_KEYS_MAX);
        out->key[out->n++] = item;
    }
    return JN_OK;
}

/* Looks at every key, so that the time taken does not say which one was near. */
static bool jr_keys__has(const struct jr_keys *keys, struct jn_str key, uint32_t *which) {
    bool found = false;
    for (uint32_t i = 0; i < keys->n; i++) {
        if (!jn_equal_const_time(keys->key[i], key)) continue;
        found = true;
        *which = i;
    }
    return found && key.n > 0;
}

static bool jr_keys__scheme(struct jn_str authorization, const char *scheme, struct jn_str *rest) {
    size_t n = strlen(scheme);
    if (authorization.n <= n || authorization.p[n] != ' ') return false;
    for (size_t i = 0; i < n; i++)
        if ((authorization.p[i] | 0x20) != scheme[i]) return false;
    *rest = jn_str_trim(jn_str_sub(authorization, n, authorization.n));
    return true;
}

struct jn_str jr_bearer(struct jn_str authorization) {
    struct jn_str token;
    return jr_keys__scheme(authorization, "bearer", &token) ? token : JN_STR_NONE;
}

static bool jr_keys__basic(const struct jr_keys *keys, struct jn_str encoded, uint32_t *which) {
    struct jn_buf user;
    jn_buf_init(&user, 1024);
    bool good = jn_unbase64(encoded, &user) && !user.failed;
    if (good) {
        struct jn_str text = jn_buf_view(&user);
        const char *colon = text.n == 0 ? NULL : memchr(text.p, ':', text.n);
        good = jr_keys__has(keys, jn_str_sub(text, 0, colon == NULL ? text.n : (size_t)(colon - text.p)), which);
    }
    jn_buf_release(&user);
    return good;
}

enum jr_key_check jr_keys_check_header(const struct jr_keys *keys, struct jn_str authorization, uint32_t *which) {
    struct jn_str rest;
    *which = 0;
    if (keys->any) return JR_KEY_GOOD;
    if (jr_keys__scheme(authorization, "basic", &rest))
        return jr_keys__basic(keys, rest, which) ? JR_KEY_GOOD : JR_KEY_BAD;
    return jr_keys__has(keys, jr_bearer(authorization), which) ? JR_KEY_GOOD : JR_KEY_IN_BODY;
}

bool jr_keys_check_body(const struct jr_keys *keys, const struct jn_json *document, uint32_t *which) {
    return keys->any || jr_keys__has(keys, jn_json_text(jn_json_get(document, "writeKey")), which);
}
