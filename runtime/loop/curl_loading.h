/* libcurl loaded and started by a thread of its own, so that the loop need not wait for it. */
#ifndef RUNTIME_LOOP_CURL_LOADING_H
#define RUNTIME_LOOP_CURL_LOADING_H

#include <uv.h>

#include "journey/error.h"

/* From the loop, once. JN_OK: libcurl may be called, and curl_global_cleanup is to be called. */
typedef void (*jr_curl_loaded)(void *user, jn_rc rc, const struct jn_err *err);

struct jr_curl_loading {
    uv_thread_t thread;
    uv_async_t done;
    jr_curl_loaded loaded;
    void *user;
    jn_rc rc;
    struct jn_err err;
};

/* The loop runs until it is loaded; `loading` lives until the loop has ended. */
void jr_curl_loading_begin(struct jr_curl_loading *loading, uv_loop_t *loop, jr_curl_loaded loaded, void *user);

#endif
