/* The HTTP parser on any bytes: the outcome must not depend on where the bytes are cut. */
#include "core/check.h"
#include "runtime/http/http1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
    int status, complete;
    size_t body;
};

static struct outcome run(struct jn_str bytes, size_t step) {
    struct outcome out = {0};
    struct jr_http1 *http1 = jr_http1_new();
    size_t at = 0;
    bool again = false;
    while ((at < bytes.n || again) && out.status == 0) {
        size_t used;
        enum jr_http1_state state = jr_http1_feed(http1, jn_str_sub(bytes, at, step), &used);
        at += used;
        again = state == JR_HTTP1_HEAD;
        if (state == JR_HTTP1_HEAD && !jr_http1_body(http1, 4096)) state = JR_HTTP1_BAD;
        if (state == JR_HTTP1_BAD) out.status = jr_http1_status(http1);
        if (state != JR_HTTP1_DONE) continue;
        struct jr_http1_message message;
        jr_http1_take(http1, &message);
        out.complete++;
        out.body += message.request.body.n;
        JN_CHECK(message.request.path.n > 0 && message.request.n_header <= JR_HTTP_HEADER_COUNT);
        jr_http1_message_release(&message);
    }
    jr_http1_free(http1);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct jn_str bytes = {(const char *)data, size};
    struct outcome whole = run(bytes, SIZE_MAX), single = run(bytes, 1);
    JN_CHECK(whole.status == single.status && whole.complete == single.complete && whole.body == single.body);
    return 0;
}
