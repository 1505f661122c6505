#include "journey/store.h"

#define STORE(name, scheme, durable, text) extern const struct jr_store_ops jr_store_##name;
#include "runtime/store/stores.def"
#undef STORE

static const struct jr_store_ops *const STORE_ROW[] = {
#define STORE(name, scheme, durable, text) &jr_store_##name,
#include "runtime/store/stores.def"
#undef STORE
};

jn_rc jr_store_open(struct jn_str url, struct jr_store **out, struct jn_err *err) {
    const char *colon = url.n == 0 ? NULL : memchr(url.p, ':', url.n);
    struct jn_str scheme = {url.p, colon == NULL ? 0 : (size_t)(colon - url.p)};
    for (size_t i = 0; colon != NULL && i < sizeof(STORE_ROW) / sizeof(*STORE_ROW); i++)
        if (jn_str_is(scheme, STORE_ROW[i]->scheme))
            return STORE_ROW[i]->open(jn_str_sub(url, scheme.n + 1, url.n), out, err);
    return jn_fail(err, JN_CONFIG, "`%.*s` is no store; write sqlite:DIR, for example sqlite:/var/lib/journey",
                   JN_FMT(url));
}
