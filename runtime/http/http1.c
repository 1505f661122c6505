#include "runtime/http/http1.h"

#include <llhttp.h>
#include <stdlib.h>

#include "core/check.h"

/* llhttp is given each head at once and whole, after jr_http1__scan has found its end. That makes every name and
 * value one span, bounds the head before any of it is interpreted, and lets us refuse what llhttp would take:
 * folded lines, bare CR or LF where it is lenient, control characters. */
enum jr_http1_phase { JR_HTTP1_IN_HEAD, JR_HTTP1_AT_HEAD, JR_HTTP1_IN_BODY, JR_HTTP1_AT_END, JR_HTTP1_FAILED };

struct jr_http1 {
    llhttp_t parser;
    enum jr_http1_phase phase;
    struct jr_http1_message message;
    /* scanning the head */
    bool after_cr, in_fields, skipped_blank;
    size_t line, fields; /* bytes of this line; of all field lines */
    uint32_t n_line;
    /* the body */
    bool complete;    /* llhttp has seen the message's end */
    bool in_trailers; /* behind the last chunk */
    size_t raw, trailers;
    char trailer[32];
    size_t n_trailer;
    int status;
    const char *reason;
};

static int jr_http1__fail(struct jr_http1 *http1, int status, const char *reason) {
    if (http1->status == 0) {
        http1->status = status;
        http1->reason = reason;
    }
    http1->phase = JR_HTTP1_FAILED;
    return -1;
}

/* ---- what llhttp reports ---- */

static int jr_http1__on_url(llhttp_t *parser, const char *at, size_t n) {
    struct jr_http1 *http1 = parser->data;
    http1->message.request.path = (struct jn_str){at, n};
    return 0;
}

/* Few requests have more than some: room for all would be the largest part of a message, and moved with it. */
static struct jr_http_header *jr_http1__header(struct jr_http1_message *message) {
    if (message->request.n_header == message->header_room) {
        message->header_room = message->header_room == 0 ? 16 : 2 * message->header_room;
        message->header = jn_realloc(message->header, message->header_room * sizeof *message->header);
        message->request.header = message->header;
    }
    return &message->header[message->request.n_header];
}

static int jr_http1__on_field(llhttp_t *parser, const char *at, size_t n) {
    struct jr_http1 *http1 = parser->data;
    struct jr_http_request *request = &http1->message.request;
    if (http1->phase == JR_HTTP1_IN_BODY) {
        for (size_t i = 0; i < n && http1->n_trailer < sizeof http1->trailer; i++)
            http1->trailer[http1->n_trailer++] = at[i];
        http1->trailers += n;
        return http1->trailers > JR_HTTP_TRAILER_BYTES ? jr_http1__fail(http1, 431, "trailers are too large") : 0;
    }
    if (request->n_header == JR_HTTP_HEADER_COUNT) return jr_http1__fail(http1, 431, "too many header fields");
    *jr_http1__header(&http1->message) = (struct jr_http_header){.name = {at, n}};
    return 0;
}

static int jr_http1__on_value(llhttp_t *parser, const char *at, size_t n) {
    struct jr_http1 *http1 = parser->data;
    if (http1->phase == JR_HTTP1_IN_BODY) {
        http1->trailers += n;
        return http1->trailers > JR_HTTP_TRAILER_BYTES ? jr_http1__fail(http1, 431, "trailers are too large") : 0;
    }
    while (n > 0 && (at[n - 1] == ' ' || at[n - 1] == '\t'))
        n--;
    jr_http1__header(&http1->message)->value = (struct jn_str){at, n};
    return 0;
}

/* Trailers are dropped; those that would have changed how the message is read are refused (RFC 9110, 6.5.1). */
static int jr_http1__on_value_complete(llhttp_t *parser) {
    static const char *const FORBIDDEN[] = {"content-length", "transfer-encoding", "host",   "authorization",
                                            "content-type",   "content-encoding",  "expect", "content-range",
                                            "connection",     "trailer",           "te",     "cookie"};
    struct jr_http1 *http1 = parser->data;
    if (http1->phase != JR_HTTP1_IN_BODY) {
        http1->message.request.n_header++;
        return 0;
    }
    struct jn_str name = {http1->trailer, http1->n_trailer};
    http1->n_trailer = 0;
    for (size_t i = 0; i < sizeof FORBIDDEN / sizeof FORBIDDEN[0]; i++)
        if (jr_http_same_word(name, FORBIDDEN[i])) return jr_http1__fail(http1, 400, "a trailer that is not allowed");
    return 0;
}

static int jr_http1__on_body(llhttp_t *parser, const char *at, size_t n) {
    struct jr_http1 *http1 = parser->data;
    jn_buf_add(&http1->message.body, at, n);
    return http1->message.body.failed ? jr_http1__fail(http1, 413, "the body is too large") : 0;
}

/* Stops in front of the trailers. */
static int jr_http1__on_chunk(llhttp_t *parser) {
    struct jr_http1 *http1 = parser->data;
    http1->in_trailers = parser->content_length == 0;
    return http1->in_trailers ? HPE_PAUSED : 0;
}

static int jr_http1__on_complete(llhttp_t *parser) {
    struct jr_http1 *http1 = parser->data;
    http1->complete = true;
    return HPE_PAUSED;
}

/* ---- our checks of a complete head ---- */

static int jr_http1__check_method(struct jr_http1 *http1) {
    static const struct {
        int method;
        const char *name;
    } KNOWN[] = {{HTTP_GET, "GET"},     {HTTP_HEAD, "HEAD"},     {HTTP_POST, "POST"},      {HTTP_PUT, "PUT"},
                 {HTTP_PATCH, "PATCH"}, {HTTP_DELETE, "DELETE"}, {HTTP_OPTIONS, "OPTIONS"}};
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++) {
        if (KNOWN[i].method != http1->parser.method) continue;
        http1->message.request.method = jn_str_z(KNOWN[i].name);
        return 0;
    }
    return jr_http1__fail(http1, 501, "the method is not known here");
}

/* Origin form, absolute form (its authority is dropped: nothing here routes by host), or * for OPTIONS. */
static int jr_http1__check_target(struct jr_http1 *http1) {
    struct jr_http_request *request = &http1->message.request;
    struct jn_str target = request->path;
    size_t scheme = jn_str_starts(target, JN_STR("http://")) ? 7 : jn_str_starts(target, JN_STR("https://")) ? 8 : 0;
    if (scheme > 0) {
        target = jn_str_sub(target, scheme, target.n);
        const char *slash = target.n == 0 ? NULL : memchr(target.p, '/', target.n);
        if (slash == NULL) return jr_http1__fail(http1, 400, "the target has no path");
        target = jn_str_sub(target, (size_t)(slash - target.p), target.n);
    }
    bool star = jn_str_is(target, "*") && http1->parser.method == HTTP_OPTIONS;
    if (!star && (target.n == 0 || target.p[0] != '/')) return jr_http1__fail(http1, 400, "the target is no path");
    if (memchr(target.p, '#', target.n) != NULL) return jr_http1__fail(http1, 400, "the target has a fragment");
    const char *mark = memchr(target.p, '?', target.n);
    request->path = jn_str_sub(target, 0, mark == NULL ? target.n : (size_t)(mark - target.p));
    request->query = mark == NULL ? JN_STR_NONE : jn_str_sub(target, request->path.n + 1, target.n);
    return 0;
}

static bool jr_http1__is_host(struct jn_str value) {
    static const char EXTRA[] = "-._~:[]%";
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!plain && memchr(EXTRA, c, sizeof EXTRA - 1) == NULL) return false;
    }
    return value.n > 0;
}

static bool jr_http1__is_digits(struct jn_str value) {
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] < '0' || value.p[i] > '9') return false;
    return value.n > 0 && value.n < 20;
}

static int jr_http1__check_fields(struct jr_http1 *http1, bool old) {
    struct jr_http_request *request = &http1->message.request;
    unsigned hosts = 0, lengths = 0, codings = 0;
    for (uint32_t i = 0; i < request->n_header; i++) {
        const struct jr_http_header *h = &request->header[i];
        if (h->name.n == 0) {
            return jr_http1__fail(http1, 400, "a header field without a name");
        } else if (jr_http_same_word(h->name, "host")) {
            hosts++;
            if (!jr_http1__is_host(h->value)) return jr_http1__fail(http1, 400, "Host is malformed");
        } else if (jr_http_same_word(h->name, "content-length")) {
            lengths++;
            if (!jr_http1__is_digits(h->value)) return jr_http1__fail(http1, 400, "Content-Length is no number");
        } else if (jr_http_same_word(h->name, "transfer-encoding")) {
            codings++;
            if (!jr_http_same_word(h->value, "chunked"))
                return jr_http1__fail(http1, 501, "Transfer-Encoding other than chunked");
        } else if (jr_http_same_word(h->name, "expect")) {
            request->expects_continue = jr_http_same_word(h->value, "100-continue");
            if (!request->expects_continue) return jr_http1__fail(http1, 417, "Expect other than 100-continue");
        }
    }
    if (hosts > 1 || (hosts == 0 && !old)) return jr_http1__fail(http1, 400, "there must be exactly one Host");
    if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0) || (codings > 0 && old))
        return jr_http1__fail(http1, 400, "the body's length is ambiguous");
    return 0;
}

static int jr_http1__on_headers(llhttp_t *parser) {
    struct jr_http1 *http1 = parser->data;
    bool old = parser->http_major == 1 && parser->http_minor == 0;
    if (!old && (parser->http_major != 1 || parser->http_minor != 1))
        return jr_http1__fail(http1, 505, "only HTTP/1.1 and 1.0 are spoken here");
    if (jr_http1__check_method(http1) != 0 || jr_http1__check_fields(http1, old) != 0 ||
        jr_http1__check_target(http1) != 0)
        return -1;
    http1->message.request.keep_alive = !old && llhttp_should_keep_alive(parser);
    parser->upgrade = 0; /* offers to speak something else are not taken up */
    return 0;
}

static const llhttp_settings_t SETTINGS = {
    .on_url = jr_http1__on_url,
    .on_header_field = jr_http1__on_field,
    .on_header_value = jr_http1__on_value,
    .on_header_value_complete = jr_http1__on_value_complete,
    .on_headers_complete = jr_http1__on_headers,
    .on_body = jr_http1__on_body,
    .on_chunk_header = jr_http1__on_chunk,
    .on_message_complete = jr_http1__on_complete,
};

/* ---- lifecycle ---- */

static void jr_http1__begin(struct jr_http1 *http1) {
    struct jr_http1 fresh = {.phase = JR_HTTP1_IN_HEAD};
    memcpy(fresh.message.request.peer, http1->message.request.peer, sizeof fresh.message.request.peer);
    *http1 = fresh;
    llhttp_init(&http1->parser, HTTP_REQUEST, &SETTINGS);
    http1->parser.data = http1;
    jn_buf_init(&http1->message.head, JR_HTTP_REQUEST_LINE + JR_HTTP_HEADER_BYTES + 8);
    jn_buf_init(&http1->message.body, JR_HTTP_BODY_BYTES);
}

struct jr_http1 *jr_http1_new(void) {
    struct jr_http1 *http1 = jn_alloc_zero(1, sizeof *http1);
    jr_http1__begin(http1);
    return http1;
}

void jr_http1_set_peer(struct jr_http1 *http1, const char peer[JR_HTTP_PEER]) {
    memcpy(http1->message.request.peer, peer, JR_HTTP_PEER);
}

void jr_http1_free(struct jr_http1 *http1) {
    if (http1 == NULL) return;
    jr_http1_message_release(&http1->message);
    free(http1);
}

void jr_http1_message_release(struct jr_http1_message *message) {
    jn_buf_release(&message->head);
    jn_buf_release(&message->body);
    free(message->header);
}

void jr_http1_take(struct jr_http1 *http1, struct jr_http1_message *out) {
    JN_CHECK(http1->phase == JR_HTTP1_AT_END);
    *out = http1->message;
    out->request.body = jn_buf_view(&out->body);
    jr_http1__begin(http1);
}

/* ---- feeding ---- */

static void jr_http1__line_end(struct jr_http1 *http1) {
    if (http1->line > 0) {
        http1->n_line++;
        http1->line = 0;
        http1->in_fields = true;
        if (http1->n_line > JR_HTTP_HEADER_COUNT + 1) jr_http1__fail(http1, 431, "too many header fields");
    } else if (http1->in_fields) {
        http1->phase = JR_HTTP1_AT_HEAD;
    } else if (http1->skipped_blank) {
        jr_http1__fail(http1, 400, "an empty request line");
    } else {
        http1->skipped_blank = true; /* one is allowed before a request (RFC 9112, 2.2) */
    }
}

/* One byte of a line of the head or of the trailers; false: it is none of the line's own. */
static bool jr_http1__scan_line(struct jr_http1 *http1, unsigned char c) {
    bool ends = c == '\n' && http1->after_cr;
    if (http1->after_cr != (c == '\n'))
        jr_http1__fail(http1, 400, "a bare CR or LF");
    else if ((c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f)
        jr_http1__fail(http1, 400, "a control character in the head");
    else if (http1->line == 0 && (c == ' ' || c == '\t'))
        jr_http1__fail(http1, 400, "a folded line");
    else if (http1->line == 0 && c == ':')
        jr_http1__fail(http1, 400, "a field without a name");
    http1->after_cr = c == '\r';
    return !ends && c != '\r' && http1->phase != JR_HTTP1_FAILED;
}

/* One byte of the head. */
static void jr_http1__scan(struct jr_http1 *http1, char byte) {
    if (jr_http1__scan_line(http1, (unsigned char)byte)) {
        http1->line++;
        if (!http1->in_fields && http1->line > JR_HTTP_REQUEST_LINE)
            jr_http1__fail(http1, 414, "the request line is too long");
        if (http1->in_fields && ++http1->fields > JR_HTTP_HEADER_BYTES)
            jr_http1__fail(http1, 431, "the header fields are too large");
    } else if (byte == '\n' && http1->phase == JR_HTTP1_IN_HEAD) {
        jr_http1__line_end(http1);
    }
}

/* Bytes behind the last chunk, before llhttp takes them: it would read a folded trailer or one without a name. */
static void jr_http1__scan_trailers(struct jr_http1 *http1, struct jn_str bytes) {
    for (size_t i = 0; i < bytes.n && http1->phase != JR_HTTP1_FAILED; i++) {
        if (jr_http1__scan_line(http1, (unsigned char)bytes.p[i])) {
            http1->line++;
        } else if (bytes.p[i] == '\n') {
            if (http1->line == 0) return; /* what follows is the next request */
            http1->line = 0;
        }
    }
}

/* What llhttp would take for one of its own: more blanks than two, and protocols that only look like HTTP. */
static bool jr_http1__is_request_line(struct jn_str head) {
    size_t from = 0;
    while (jn_str_starts(jn_str_sub(head, from, 2), JN_STR("\r\n")))
        from += 2;
    const char *end = memchr(head.p + from, '\r', head.n - from);
    struct jn_str line = jn_str_sub(head, from, end == NULL ? 0 : (size_t)(end - head.p) - from);
    unsigned blanks = 0;
    size_t last = 0;
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] != ' ') continue;
        blanks++;
        last = i + 1;
    }
    return blanks < 2 || (blanks == 2 && jn_str_starts(jn_str_sub(line, last, line.n), JN_STR("HTTP/")));
}

static bool jr_http1__is_token(struct jn_str head) {
    size_t n = 0;
    while (n < head.n && ((head.p[n] >= 'A' && head.p[n] <= 'Z') || (n > 0 && head.p[n] == '-')))
        n++;
    return n > 0 && n <= 32 && n < head.n && head.p[n] == ' ';
}

static void jr_http1__refuse(struct jr_http1 *http1, llhttp_errno_t code) {
    if (code == HPE_INVALID_METHOD && jr_http1__is_token(jn_buf_view(&http1->message.head)))
        jr_http1__fail(http1, 501, "the method is not known here");
    else if (code == HPE_INVALID_VERSION)
        jr_http1__fail(http1, 505, "only HTTP/1.1 and 1.0 are spoken here");
    else
        jr_http1__fail(http1, 400, llhttp_errno_name(code));
}

static void jr_http1__feed_head(struct jr_http1 *http1, struct jn_str bytes, size_t *used) {
    size_t n = 0;
    while (n < bytes.n && http1->phase == JR_HTTP1_IN_HEAD)
        jr_http1__scan(http1, bytes.p[n++]);
    *used += n;
    jn_buf_add(&http1->message.head, bytes.p, n);
    if (http1->phase != JR_HTTP1_AT_HEAD) return;
    JN_CHECK(!http1->message.head.failed);
    struct jn_str head = jn_buf_view(&http1->message.head);
    if (!jr_http1__is_request_line(head)) {
        jr_http1__fail(http1, 400, "the request line is not `METHOD TARGET HTTP/1.1`");
        return;
    }
    llhttp_errno_t code = llhttp_execute(&http1->parser, head.p, head.n);
    if (http1->phase == JR_HTTP1_FAILED) return;
    if (code != HPE_OK && code != HPE_PAUSED)
        jr_http1__refuse(http1, code);
    else if (http1->message.request.method.n == 0)
        jr_http1__fail(http1, 400, "the head is not understood");
}

static void jr_http1__feed_body(struct jr_http1 *http1, struct jn_str bytes, size_t *used) {
    if (http1->in_trailers) {
        jr_http1__scan_trailers(http1, bytes);
        if (http1->phase == JR_HTTP1_FAILED) return;
    }
    llhttp_errno_t code = llhttp_execute(&http1->parser, bytes.p, bytes.n);
    size_t n = code == HPE_OK ? bytes.n : (size_t)(llhttp_get_error_pos(&http1->parser) - bytes.p);
    *used += n;
    http1->raw += n;
    if (http1->phase == JR_HTTP1_FAILED) return;
    if (code == HPE_PAUSED && !http1->complete) llhttp_resume(&http1->parser); /* at the last chunk */
    if (code != HPE_OK && code != HPE_PAUSED) {
        jr_http1__refuse(http1, code);
        return;
    }
    /* Chunks of one byte cost six; whoever needs more than eight for one is not sending a body. */
    if (http1->raw > 65536 + 9 * http1->message.body.n) jr_http1__fail(http1, 400, "the chunks are too small");
}

enum jr_http1_state jr_http1_feed(struct jr_http1 *http1, struct jn_str bytes, size_t *used) {
    *used = 0;
    JN_CHECK(http1->phase != JR_HTTP1_AT_HEAD && http1->phase != JR_HTTP1_AT_END);
    if (http1->phase == JR_HTTP1_IN_HEAD) {
        jr_http1__feed_head(http1, bytes, used);
        if (http1->phase == JR_HTTP1_AT_HEAD) return JR_HTTP1_HEAD;
    } else if (http1->phase == JR_HTTP1_IN_BODY && !http1->complete && bytes.n > 0) {
        jr_http1__feed_body(http1, bytes, used);
    }
    if (http1->phase == JR_HTTP1_FAILED) return JR_HTTP1_BAD;
    if (http1->phase == JR_HTTP1_IN_BODY && http1->complete) {
        http1->phase = JR_HTTP1_AT_END;
        return JR_HTTP1_DONE;
    }
    return JR_HTTP1_MORE;
}

const struct jr_http_request *jr_http1_request(const struct jr_http1 *http1) {
    return &http1->message.request;
}

bool jr_http1_body(struct jr_http1 *http1, size_t max) {
    JN_CHECK(http1->phase == JR_HTTP1_AT_HEAD);
    http1->phase = JR_HTTP1_IN_BODY;
    http1->message.body.max = max;
    if (http1->complete || (http1->parser.flags & F_CHUNKED) != 0 || http1->parser.content_length <= max) return true;
    jr_http1__fail(http1, 413, "the body is too large");
    return false;
}

bool jr_http1_has_body(const struct jr_http1 *http1) {
    return !http1->complete;
}

size_t jr_http1_received(const struct jr_http1 *http1) {
    return http1->message.body.n;
}

bool jr_http1_in_head(const struct jr_http1 *http1) {
    return http1->phase == JR_HTTP1_IN_HEAD;
}

bool jr_http1_idle(const struct jr_http1 *http1) {
    return http1->phase == JR_HTTP1_IN_HEAD && http1->line == 0 && !http1->in_fields && !http1->after_cr;
}

int jr_http1_status(const struct jr_http1 *http1) {
    return http1->status;
}

const char *jr_http1_reason(const struct jr_http1 *http1) {
    return http1->reason == NULL ? "" : http1->reason;
}
