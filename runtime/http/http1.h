/* Requests off the wire: llhttp's strict grammar behind a few calls, plus the checks and limits that are ours. */
#ifndef RUNTIME_HTTP_HTTP1_H
#define RUNTIME_HTTP_HTTP1_H

#include "runtime/http/request.h"

struct jr_http1;

enum jr_http1_state {
    JR_HTTP1_MORE, /* all bytes are used; more are needed */
    JR_HTTP1_HEAD, /* the head is complete: look at it, then call jr_http1_body and go on */
    JR_HTTP1_DONE, /* the request is complete: take it, then go on with the bytes that are left */
    JR_HTTP1_BAD   /* answer jr_http1_status and close; nothing more is read */
};

/* A complete request and the memory it points into. */
struct jr_http1_message {
    struct jr_http_request request;
    struct jn_buf head, body;
    struct jr_http_header *header;
    uint32_t header_room;
};

struct jr_http1 *jr_http1_new(void);
/* Of all its requests. */
void jr_http1_set_peer(struct jr_http1 *http1, const char peer[JR_HTTP_PEER]);
void jr_http1_free(struct jr_http1 *http1);

/* Takes bytes; *used says how many, also for BAD. */
enum jr_http1_state jr_http1_feed(struct jr_http1 *http1, struct jn_str bytes, size_t *used);

/* The request whose head is complete. */
const struct jr_http_request *jr_http1_request(const struct jr_http1 *http1);
/* Sets the body's cap after HEAD. False when the announced length is over it: answer 413 and close. */
bool jr_http1_body(struct jr_http1 *http1, size_t max);
bool jr_http1_has_body(const struct jr_http1 *http1);   /* one is still to come */
size_t jr_http1_received(const struct jr_http1 *http1); /* bytes of the body so far */
/* True until the head is whole. */
bool jr_http1_in_head(const struct jr_http1 *http1);
/* True between requests: not one byte of the next has come. */
bool jr_http1_idle(const struct jr_http1 *http1);

/* After DONE: moves the message to its new owner and begins with the next one. */
void jr_http1_take(struct jr_http1 *http1, struct jr_http1_message *out);
void jr_http1_message_release(struct jr_http1_message *message);

/* After BAD: 400, 413, 414, 417, 431, 501 or 505, and why in a few words. */
int jr_http1_status(const struct jr_http1 *http1);
const char *jr_http1_reason(const struct jr_http1 *http1);

#endif
