#include "runtime/loop/curl_loading.h"

#include "core/check.h"
#include "runtime/loop/curl.h"

static jn_rc curl_loading_start(struct jn_err *err) {
    jn_rc rc = jr_curl_load(err);
    if (rc == JN_OK && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        rc = jn_fail(err, JN_INTERNAL, "libcurl does not start");
    return rc;
}

static void curl_loading_work(void *argument) {
    struct jr_curl_loading *loading = argument;
    loading->rc = curl_loading_start(&loading->err);
    JN_CHECK(uv_async_send(&loading->done) == 0);
}

static void curl_loading_on_done(uv_async_t *done) {
    struct jr_curl_loading *loading = done->data;
    JN_CHECK(uv_thread_join(&loading->thread) == 0);
    uv_close((uv_handle_t *)done, NULL);
    loading->loaded(loading->user, loading->rc, &loading->err);
}

/* A thread of its own: libuv's pool aborts when it cannot begin one. */
void jr_curl_loading_begin(struct jr_curl_loading *loading, uv_loop_t *loop, jr_curl_loaded loaded, void *user) {
    loading->loaded = loaded;
    loading->user = user;
    JN_CHECK(uv_async_init(loop, &loading->done, curl_loading_on_done) == 0);
    loading->done.data = loading;
    if (uv_thread_create(&loading->thread, curl_loading_work, loading) == 0) return;
    uv_close((uv_handle_t *)&loading->done, NULL);
    loading->rc = curl_loading_start(&loading->err);
    loaded(user, loading->rc, &loading->err);
}
