#include "runtime/ingest/inflate.h"

#define ZLIB_CONST
#include <zlib.h>

enum { JR_INFLATE__STEP = 65536, JR_INFLATE__GZIP = 16 + MAX_WBITS };

bool jr_is_gzip(struct jn_str bytes) {
    return bytes.n > 2 && (unsigned char)bytes.p[0] == 0x1f && (unsigned char)bytes.p[1] == 0x8b;
}

static jn_rc jr_inflate__run(z_stream *stream, struct jn_str bytes, struct jn_buf *out, struct jn_err *err) {
    static _Thread_local Bytef step[JR_INFLATE__STEP];
    size_t most = bytes.n * JR_INFLATE_RATIO < JR_INFLATE__STEP ? JR_INFLATE__STEP : bytes.n * JR_INFLATE_RATIO;
    if (most > JR_INFLATE_MAX) most = JR_INFLATE_MAX;
    int code = Z_OK;
    while (code == Z_OK) {
        stream->next_out = step;
        stream->avail_out = sizeof step;
        code = inflate(stream, Z_NO_FLUSH);
        size_t n = sizeof step - stream->avail_out;
        if (out->n + n > most) return jn_fail(err, JN_TOO_LARGE, "the body unpacks to more than is taken");
        jn_buf_add(out, step, n);
        if (code == Z_OK && n == 0 && stream->avail_in == 0) code = Z_BUF_ERROR;
    }
    if (code != Z_STREAM_END) return jn_fail(err, JN_INVALID, "the body is broken gzip");
    if (stream->avail_in > 0) return jn_fail(err, JN_INVALID, "there is something behind the gzip body");
    return JN_OK;
}

jn_rc jr_inflate(struct jn_str bytes, struct jn_buf *out, struct jn_err *err) {
    z_stream stream = {0};
    if (bytes.n > UINT32_MAX) return jn_fail(err, JN_TOO_LARGE, "the body is too large");
    if (inflateInit2(&stream, JR_INFLATE__GZIP) != Z_OK) return jn_fail(err, JN_INTERNAL, "zlib does not start");
    stream.next_in = (const Bytef *)bytes.p;
    stream.avail_in = (uInt)bytes.n;
    jn_rc rc = jr_inflate__run(&stream, bytes, out, err);
    inflateEnd(&stream);
    return rc;
}
