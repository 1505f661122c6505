#include <dlfcn.h>

#include "runtime/loop/curl.h"

#define CURL_FILE "libcurl.so.4" /* its binary interface, the same since 2006 */

#define CURL_CALL(name) __typeof__(jr_##name) jr_##name;
#include "runtime/loop/curl.def"
#undef CURL_CALL

/* A name as the macros of curl.h have not changed it. */
static const struct {
    const char *name;
    void *place;
} CALL[] = {
#define CURL_CALL(name) {#name, &jr_##name},
#include "runtime/loop/curl.def"
#undef CURL_CALL
};

jn_rc jr_curl_load(struct jn_err *err) {
    static void *library;
    if (library != NULL) return JN_OK;
    void *loaded = dlopen(CURL_FILE, RTLD_NOW | RTLD_LOCAL);
    if (loaded == NULL) return jn_fail(err, JN_CONFIG, "libcurl is needed (package libcurl4): %s", dlerror());
    for (size_t i = 0; i < sizeof(CALL) / sizeof(*CALL); i++) {
        void *call = dlsym(loaded, CALL[i].name);
        if (call == NULL) return jn_fail(err, JN_CONFIG, "libcurl is too old: it has no %s", CALL[i].name);
        memcpy(CALL[i].place, &call, sizeof(call));
    }
    library = loaded;
    return JN_OK;
}
