/* The API without sockets, threads or clocks: a request is asked, worked off at once, and its answer looked at. */
#ifndef TESTS_UNIT_API_DESK_H
#define TESTS_UNIT_API_DESK_H

#include "runtime/api/api.h"

enum { DESK_OUTBOX = 64 };

struct desk {
    struct jn_arena arena, turn_arena;
    struct jr_store *store;
    struct jr_engine *engine;
    struct jr_api api;
    int64_t now;
    int64_t slow;                 /* by so much less has it gone on than time has passed */
    bool full;                    /* the lane takes no more requests */
    bool ready;                   /* what /readyz says */
    const char *refused;          /* what has this text in its body fails, whatever is answered; may be NULL */
    uint64_t outbox[DESK_OUTBOX]; /* deliveries that have left and are not answered yet */
    bool fails[DESK_OUTBOX];
    uint32_t n_outbox;
    int status;         /* of the last answer */
    struct jn_buf body; /* its */
};

struct ask {
    const char *method, *path; /* with its query */
    const char *body;          /* NULL: none */
    struct jn_str image;       /* a body of bytes, instead */
    const char *token, *host;  /* NULL: none; localhost */
    bool sign;                 /* as the source `shop` does */
};

#define ASK(verb, where, ...) ((struct ask){.method = (verb), .path = (where), __VA_ARGS__})

/* Segments each of which asks for the one before it twice: 2^15 looks at one tag are more than an expression may take.
 */
#define DESK_DEEP(n, before) "segment deep_" #n " is customer in deep_" #before " or customer in deep_" #before "\n"
#define DESK_DEPTHS                                                                                                    \
    "segment deep_0 is customer has tag \"vip\"\n" DESK_DEEP(1, 0) DESK_DEEP(2, 1) DESK_DEEP(3, 2) DESK_DEEP(4, 3)     \
        DESK_DEEP(5, 4) DESK_DEEP(6, 5) DESK_DEEP(7, 6) DESK_DEEP(8, 7) DESK_DEEP(9, 8) DESK_DEEP(10, 9)               \
            DESK_DEEP(11, 10) DESK_DEEP(12, 11) DESK_DEEP(13, 12) DESK_DEEP(14, 13) DESK_DEEP(15, 14)

/* A program of most that requests can be about; its first message says `word`. */
#define DESK_PROGRAM(word)                                                                                             \
    "workspace\n  timezone \"UTC\"\n  currency CNY\nend\n"                                                             \
    "customer\n  email text\n  phone text, identity\nend\n"                                                            \
    "event begin\n  plan text\nend\nevent ask\nevent rest\nevent stop\nevent strain\n" DESK_DEPTHS                     \
    "event purchase\n  order text, required\nend\n"                                                                    \
    "topic news \"News\", opt out\n"                                                                                   \
    "channel post\n  webhook env HOOK_URL\n  secret env HOOK_SECRET\n  retry 3 times over 1 hour\n  cap 9 per 1 day, " \
    "skip\nend\n"                                                                                                      \
    "service score\n  webhook env HOOK_URL\n  give plan text\n  take points number, default 1\nend\n"                  \
    "message hello on post\n  body \"" word " {{ begin.plan | default: 'none' }}\"\nend\n"                             \
    "message gift on post\n  body \"A gift.\"\nend\n"                                                                  \
    "source shop\n  verify hmac sha256 header \"X-Shop-Signature\" hex secret env SHOP_SECRET\n"                       \
    "  when body.type is \"paid\" take purchase\n    customer body.customer\n    dedupe body.id\n"                     \
    "    order = body.order\n  end\nend\n"                                                                             \
    "journey welcome \"Welcome\"\n  enter when begin\n  re-enter always\n  topic news\n"                               \
    "  goal bought when purchase within 7 days\n  exit when stop\n  stage start\n    send hello\n"                     \
    "    ask score with plan = begin.plan\n    split half\n      50% a:\n        tag \"a\"\n"                          \
    "      50% b:\n        tag \"b\"\n    end\n    wait 3 days\n    send gift\n  end\nend\n"                           \
    "journey giving\n  enter when ask\n  re-enter always\n  stage deciding\n"                                          \
    "    approve \"A gift?\" by \"lead\" up to 2 days then\n      send gift\n    timeout\n      tag \"none\"\n"        \
    "    end\n  end\nend\n"                                                                                            \
    "journey resting\n  enter when rest\n  re-enter always\n  stage only\n    wait for stop up to 30 days\n  "         \
    "end\nend\n"                                                                                                       \
    "journey strained\n  enter when strain\n  re-enter always\n  stage only\n    if customer in deep_15 then\n"        \
    "      tag \"a\"\n    else\n      tag \"b\"\n    end\n  end\nend\n"

/* Over this store, which is closed with it; `secret`: the first token, "" for none. */
void desk_open(struct desk *desk, struct jr_store *store, const char *secret);
/* Over a store in memory, with this script deployed and without a token; the status of that, 0 without a store. */
int desk_open_with(struct desk *desk, const char *script);
void desk_close(struct desk *desk);
/* Compiles a script in desk->arena. */
struct jn_str desk_image(struct desk *desk, const char *script);
/* The answer's status, 0 while none has come. */
int desk_ask(struct desk *desk, const struct ask *ask);
/* A turn of nothing but what is due, then `ms` later. */
jn_rc desk_pass(struct desk *desk, int64_t ms);
/* What has left and came to this. */
jn_rc desk_answered(struct desk *desk, enum jr_result result);
/* The text of the first string behind this in the last answer, for ids that are asked for next. */
struct jn_str desk_found(struct desk *desk, const char *before);

#endif
