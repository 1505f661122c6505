/* One transfer by libcurl, whatever its protocol: its address, taken apart and vetted, and what holds for all of them.
 * The first member of a channel's attempt. */
#ifndef RUNTIME_DELIVERY_TRANSFER_H
#define RUNTIME_DELIVERY_TRANSFER_H

#include "runtime/loop/apart.h"
#include "runtime/loop/multi.h"

#include "core/arena.h"
#include "core/buffer.h"
#include "journey/channel.h"

#define JR_TRANSFER_CONNECT_MS    5000
#define JR_TRANSFER_RECEIVE_BYTES 4096
#define JR_TRANSFER_SEND_BYTES    16384 /* the least that libcurl takes */
#define JR_TRANSFER_TIMEOUT_MS    15000 /* of an attempt whose channel names none */

struct jr_transfer {
    const struct jr_channel_place *place;
    CURL *easy;
    struct jn_arena arena; /* texts the transfer refers to */
    struct jn_buf address; /* that `url` was made of: as a rule the next one's, too */
    CURLU *url;
    char *host; /* libcurl's */
    int port;
    jr_attempt_done done;
    void *user;
    bool refused, tried; /* an address was not allowed; one was connected to */
    char refusal[96];
};

/* Of zeros, with the options that all transfers have. One that ended well may be used again, from the same place and to
 * the same protocols: a new handle of libcurl costs as much as what it is used for. */
void jr_transfer_init(struct jr_transfer *transfer, const struct jr_channel_place *place, const char *protocols);
void jr_transfer_tell(struct jr_transfer *transfer, jr_attempt_done done, void *user);
void jr_transfer_end(struct jr_transfer *transfer);
void jr_transfer_release(struct jr_transfer *transfer);

/* What a channel's line says: the text, or the value of the variable that it names. */
jn_rc jr_transfer_resolve(const struct jr_transfer *transfer, bool is_name, struct jn_str text, const char *what,
                          struct jn_str *out, struct jn_err *err);
/* Takes the address apart. `flags` of curl_url_set, the same each time. */
jn_rc jr_transfer_aim(struct jr_transfer *transfer, struct jn_str url, unsigned flags, struct jn_err *err);
/* With the time that the delivery has for an attempt. False when libcurl refuses it. */
bool jr_transfer_begin(struct jr_transfer *transfer, const struct jr_delivery *delivery, jr_multi_done done,
                       void *user);
/* Likewise, in a thread beside the loop, which has the transfer until its end. */
void jr_transfer_begin_apart(struct jr_transfer *transfer, const struct jr_delivery *delivery, jr_multi_done done,
                             void *user);
/* Why there was no answer. */
void jr_transfer_explain(const struct jr_transfer *transfer, CURLcode code, struct jr_attempt_end *end);

#endif
