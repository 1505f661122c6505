#include "journey/store.h"

#define STORE(name, scheme, durable, text) extern const struct jr_store_ops jr_store_##name;
#include "runtime/store/stores.def"
#undef STORE

static const struct jr_store_ops *const STORE_ROW[] = {
#define STORE(name, scheme, durable, text) &jr_store_##name,
#include "runtime/store/stores.def"
#undef STORE
};

static const struct jr_store_ops *store_of(struct jn_str url, struct jn_str *place, struct jn_err *err) {
    const char *colon = url.n == 0 ? NULL : memchr(url.p, ':', url.n);
    struct jn_str scheme = {url.p, colon == NULL ? 0 : (size_t)(colon - url.p)};
    *place = jn_str_sub(url, scheme.n + 1, url.n);
    for (size_t i = 0; colon != NULL && i < sizeof(STORE_ROW) / sizeof(*STORE_ROW); i++)
        if (jn_str_is(scheme, STORE_ROW[i]->scheme)) return STORE_ROW[i];
    (void)jn_fail(err, JN_CONFIG, "`%.*s` is no store; write sqlite:DIR, for example sqlite:/var/lib/journey",
                  JN_FMT(url));
    return NULL;
}

jn_rc jr_store_open(struct jn_str url, struct jr_store **out, struct jn_err *err) {
    struct jn_str place;
    const struct jr_store_ops *ops = store_of(url, &place, err);
    return ops == NULL ? JN_CONFIG : ops->open(place, out, err);
}

jn_rc jr_store_look(struct jn_str url, struct jr_store **out, struct jn_err *err) {
    struct jn_str place;
    const struct jr_store_ops *ops = store_of(url, &place, err);
    return ops == NULL ? JN_CONFIG : ops->look(place, out, err);
}

jn_rc jr_store_restore(struct jn_str url, const char *file, const char *keys, struct jr_store_copy *out,
                       struct jn_err *err) {
    struct jn_str place;
    const struct jr_store_ops *ops = store_of(url, &place, err);
    return ops == NULL ? JN_CONFIG : ops->restore(place, file, keys, out, err);
}

const char *jr_store_sealed_word(enum jr_store_sealed sealed) {
    static const char *const WORD[] = {"no", "in part", "rewriting due", "whole"};
    return WORD[sealed];
}
