#include "runtime/ingest/verify.h"

#include <inttypes.h>
#include <string.h>

#include "cipher/signing_key.h"
#include "core/hash.h"

enum { JR_VERIFY__TEXT_MAX = 16 << 20, JR_VERIFY__ID_MAX = 256, JR_VERIFY__DIGITS_MAX = 12 };
enum jr_verify_key { JR_VERIFY_BYTES, JR_VERIFY_WHSEC };

static const struct jr_verify_scheme {
    const char *separator, *prefix, *signs, *id, *time;
    enum jr_verify_key key;
    int64_t tolerance_s;
} JR_VERIFY_ROW[] = {
#define SCHEME(name, words, header, encoding, separator, prefix, key, signs, id, time, tolerance)                      \
    {separator, prefix, signs, id, time, JR_VERIFY_##key, tolerance},
#include "journey/tbl/schemes.def"
#undef SCHEME
};

const char *jr_verify_id(uint32_t scheme) {
    return JR_VERIFY_ROW[scheme].id[0] == '\0' ? NULL : JR_VERIFY_ROW[scheme].id;
}

jn_rc jr_verify_secret(uint32_t scheme, struct jn_str secret, struct jn_err *err) {
    return JR_VERIFY_ROW[scheme].key == JR_VERIFY_WHSEC ? jn_signing_key_check(secret, err) : JN_OK;
}

/* The next entry of a list, without blanks around it; the whole when there is no separator. */
static struct jn_str jr_verify__entry(struct jn_str *list, const char *separator) {
    const char *at = separator[0] == '\0' ? NULL : memchr(list->p, separator[0], list->n);
    size_t n = at == NULL ? list->n : (size_t)(at - list->p);
    struct jn_str entry = jn_str_sub(*list, 0, n);
    *list = jn_str_sub(*list, at == NULL ? n : n + 1, list->n);
    while (entry.n > 0 && entry.p[0] == ' ')
        entry = jn_str_sub(entry, 1, entry.n);
    while (entry.n > 0 && entry.p[entry.n - 1] == ' ')
        entry.n--;
    return entry;
}

/* The time as it was signed: a header of its own, or an entry of the signature's. */
static struct jn_str jr_verify__time(const struct jr_signed *sent, const struct jr_verify_scheme *row,
                                     struct jn_str list) {
    struct jn_str name = jn_str_z(row->time);
    if (name.n == 0) return JN_STR_NONE;
    if (!jn_str_ends(name, JN_STR("="))) return sent->header(sent->user, row->time);
    while (list.n > 0) {
        struct jn_str entry = jr_verify__entry(&list, row->separator);
        if (jn_str_starts(entry, name)) return jn_str_sub(entry, name.n, entry.n);
    }
    return JN_STR_NONE;
}

static bool jr_verify__seconds(struct jn_str text, int64_t *out) {
    *out = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') return false;
        *out = *out * 10 + (text.p[i] - '0');
    }
    return text.n > 0;
}

static jn_rc jr_verify__mac(const struct jr_signed *sent, const struct jr_verify_scheme *row, struct jn_str secret,
                            struct jn_str id, struct jn_str time, struct jn_sha256 *out, struct jn_err *err) {
    struct jn_buf key, text;
    jn_buf_init(&key, JN_SIGNING_KEY_MAX);
    jn_buf_init(&text, JR_VERIFY__TEXT_MAX);
    jn_rc rc = row->key == JR_VERIFY_WHSEC ? jn_signing_key(secret, &key, err) : JN_OK;
    for (const char *sign = row->signs; *sign != '\0'; sign++) {
        if (*sign == 'i')
            jn_buf_str(&text, id);
        else if (*sign == 't')
            jn_buf_str(&text, time);
        else if (*sign == 'b')
            jn_buf_str(&text, sent->body);
        else
            jn_buf_char(&text, *sign);
    }
    if (rc == JN_OK && text.failed) rc = jn_fail(err, JN_TOO_LARGE, "the body is too large to be verified");
    if (rc == JN_OK) jn_hmac_sha256(row->key == JR_VERIFY_WHSEC ? jn_buf_view(&key) : secret, jn_buf_view(&text), out);
    jn_buf_release(&key);
    jn_buf_release(&text);
    return rc;
}

static bool jr_verify__equals(uint32_t encoding, struct jn_str given, const struct jn_sha256 *mac) {
    struct jn_buf bytes;
    jn_buf_init(&bytes, sizeof mac->b);
    bool read = encoding == JN_ENCODING_HEX ? jn_unhex(given, &bytes) : jn_unbase64(given, &bytes);
    bool good = read && !bytes.failed &&
                jn_equal_const_time(jn_buf_view(&bytes), (struct jn_str){(const char *)mac->b, sizeof mac->b});
    jn_buf_release(&bytes);
    return good;
}

/* One signature that is right is enough: a sender gives several while its secret is being changed. */
static jn_rc jr_verify__match(const struct jr_signed *sent, const struct jr_verify_scheme *row, struct jn_str list,
                              const struct jn_sha256 *mac, struct jn_err *err) {
    struct jn_str prefix = jn_str_z(row->prefix);
    unsigned n = 0;
    while (list.n > 0) {
        struct jn_str entry = jr_verify__entry(&list, row->separator);
        bool versioned = jn_str_starts(entry, prefix);
        if (!versioned && row->separator[0] != '\0') continue;
        n++;
        if (jr_verify__equals(sent->encoding, jn_str_sub(entry, versioned ? prefix.n : 0, entry.n), mac)) return JN_OK;
    }
    if (n == 0)
        return jn_fail(err, JN_UNAUTHORIZED, "the header `%s` holds no signature that begins with `%s`", sent->carrier,
                       row->prefix);
    return jn_fail(err, JN_UNAUTHORIZED,
                   "the signature in `%s` is wrong: it was made with another secret or over another body",
                   sent->carrier);
}

static jn_rc jr_verify__fresh(const struct jr_signed *sent, const struct jr_verify_scheme *row, int64_t time_s,
                              struct jn_err *err) {
    int64_t age_s = sent->wall / 1000 - time_s;
    if (age_s > row->tolerance_s)
        return jn_fail(err, JN_UNAUTHORIZED,
                       "the webhook was signed %" PRId64 " seconds ago, and counts for %" PRId64 ": it may be replayed",
                       age_s, row->tolerance_s);
    if (age_s < -row->tolerance_s)
        return jn_fail(err, JN_UNAUTHORIZED,
                       "the webhook was signed %" PRId64 " seconds in the future: compare the clocks", -age_s);
    return JN_OK;
}

jn_rc jr_verify(const struct jr_signed *sent, struct jn_err *err) {
    const struct jr_verify_scheme *row = &JR_VERIFY_ROW[sent->scheme];
    struct jn_str list = sent->header(sent->user, sent->carrier), id = JN_STR_NONE, time;
    if (list.n == 0)
        return jn_fail(err, JN_UNAUTHORIZED, "the webhook is not signed: the header `%s` is missing or empty",
                       sent->carrier);
    if (strchr(row->signs, 'i') != NULL) {
        id = sent->header(sent->user, row->id);
        if (id.n == 0 || id.n > JR_VERIFY__ID_MAX)
            return jn_fail(err, JN_UNAUTHORIZED, "the header `%s` is missing, empty or longer than %d bytes", row->id,
                           JR_VERIFY__ID_MAX);
    }
    int64_t time_s = 0;
    time = jr_verify__time(sent, row, list);
    if (row->time[0] != '\0' && (time.n > JR_VERIFY__DIGITS_MAX || !jr_verify__seconds(time, &time_s)))
        return jn_fail(err, JN_UNAUTHORIZED, "the time of the signature, `%s`, is missing or no number of seconds",
                       row->time);
    struct jn_sha256 mac;
    jn_rc rc = jr_verify__mac(sent, row, sent->secret, id, time, &mac, err);
    if (rc == JN_OK) rc = jr_verify__match(sent, row, list, &mac, err);
    if (rc == JN_UNAUTHORIZED && sent->old.n > 0) {
        rc = jr_verify__mac(sent, row, sent->old, id, time, &mac, err);
        if (rc == JN_OK) rc = jr_verify__match(sent, row, list, &mac, err);
    }
    if (rc == JN_OK && row->tolerance_s > 0) rc = jr_verify__fresh(sent, row, time_s, err);
    return rc;
}
