#include "runtime/http/response.h"

#include "core/civil.h"

const char *jr_http_status_text(int status) {
    switch (status) {
#define STATUS(code, text, name)                                                                                       \
    case code:                                                                                                         \
        return text;
#include "runtime/http/statuses.def"
#undef STATUS
    default:
        return "Unknown";
    }
}

const char *jr_http_status_name(int status) {
    switch (status) {
#define STATUS(code, text, name)                                                                                       \
    case code:                                                                                                         \
        return name;
#include "runtime/http/statuses.def"
#undef STATUS
    default:
        return "INTERNAL";
    }
}

/* IMF-fixdate (RFC 9110, 5.6.7); piece by piece, as all that every answer has: printf takes ten times as long. */
static void jr_http__date(int64_t now_ms, struct jn_buf *out) {
    static const char DAY[] = "MonTueWedThuFriSatSun", MONTH[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct jn_civil t;
    jn_civil_from_local(now_ms, &t);
    int weekday = jn_weekday(jn_local_day(now_ms));
    jn_buf_z(out, "Date: ");
    jn_buf_add(out, DAY + (ptrdiff_t)weekday * 3, 3);
    jn_buf_z(out, ", ");
    jn_buf_digits(out, (uint64_t)t.day, 2);
    jn_buf_char(out, ' ');
    jn_buf_add(out, MONTH + (ptrdiff_t)(t.month - 1) * 3, 3);
    jn_buf_char(out, ' ');
    jn_buf_digits(out, (uint64_t)t.year, 4);
    jn_buf_char(out, ' ');
    jn_buf_digits(out, (uint64_t)t.hour, 2);
    jn_buf_char(out, ':');
    jn_buf_digits(out, (uint64_t)t.minute, 2);
    jn_buf_char(out, ':');
    jn_buf_digits(out, (uint64_t)t.second, 2);
    jn_buf_z(out, " GMT\r\n");
}

void jr_http_response_write(const struct jr_http_reply *reply, bool head, bool close, int64_t now_ms,
                            struct jn_buf *out) {
    jn_buf_z(out, "HTTP/1.1 ");
    jn_buf_digits(out, (uint64_t)reply->status, 3);
    jn_buf_char(out, ' ');
    jn_buf_z(out, jr_http_status_text(reply->status));
    jn_buf_z(out, "\r\n");
    jr_http__date(now_ms, out);
    if (reply->content_type != NULL) {
        jn_buf_z(out, "Content-Type: ");
        jn_buf_z(out, reply->content_type);
        jn_buf_z(out, "\r\nX-Content-Type-Options: nosniff\r\n");
    }
    if (reply->status != 204 && !reply->endless) {
        jn_buf_z(out, "Content-Length: ");
        jn_buf_digits(out, reply->body.n, 0);
        jn_buf_z(out, "\r\n");
    }
    if (close || reply->endless) jn_buf_z(out, "Connection: close\r\n");
    jn_buf_str(out, reply->headers);
    jn_buf_z(out, "\r\n");
    if (!head && reply->status != 204) jn_buf_str(out, reply->body);
}
