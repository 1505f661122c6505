#include "ledger.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/civil.h"
#include "core/hash.h"
#include "core/json.h"

void ledger_open(struct ledger *ledger) {
    *ledger = (struct ledger){0};
    jn_arena_init(&ledger->arena);
    jn_map_init(&ledger->by_id);
    jn_map_init(&ledger->by_deed);
}

void ledger_close(struct ledger *ledger) {
    jn_map_release(&ledger->by_id);
    jn_map_release(&ledger->by_deed);
    jn_arena_release(&ledger->arena);
    free(ledger->post);
}

static struct jn_str ledger_text(const struct jn_json *body, const char *key) {
    return jn_json_text(jn_json_get(body, key));
}

static void ledger_read(struct ledger *ledger, const struct jr_delivery *delivery, struct post *post) {
    struct jn_json *body;
    struct jn_buf deed;
    JN_CHECK(jn_json_parse(delivery->body, &body, NULL) == JN_OK);
    struct jn_str content = ledger_text(jn_json_get(body, "content"), "body");
    JN_CHECK(jn_instant_parse(ledger_text(body, "at"), &post->at));
    post->content = jn_arena_str(&ledger->arena, content);
    jn_buf_init(&deed, 1u << 20);
    jn_buf_printf(&deed, "%.*s/%.*s/%.*s", JN_FMT(ledger_text(body, "run")), JN_FMT(ledger_text(body, "step")),
                  JN_FMT(content));
    if (!delivery->asks) post->deed = jn_hash64(jn_buf_view(&deed)) | 1;
    jn_buf_release(&deed);
    jn_json_free(body);
}

static struct post *ledger_add(struct ledger *ledger, const struct jr_delivery *delivery) {
    struct post *post = JN_NEW(&ledger->arena, struct post);
    post->id = jn_arena_str(&ledger->arena, delivery->id);
    post->customer = jn_arena_str(&ledger->arena, delivery->customer);
    post->body = jn_hash64(delivery->body);
    post->delivery = delivery->delivery;
    ledger_read(ledger, delivery, post);
    jn_map_put(&ledger->by_id, post->id, (uint64_t)(uintptr_t)post);
    if (ledger->n == ledger->cap) {
        ledger->cap = ledger->cap == 0 ? 64 : ledger->cap * 2;
        ledger->post = jn_realloc(ledger->post, ledger->cap * sizeof(struct post *));
    }
    return ledger->post[ledger->n++] = post;
}

struct post *ledger_note(struct ledger *ledger, const struct jr_delivery *delivery, bool once, const char **wrong) {
    uint64_t found;
    if (jn_map_get(&ledger->by_id, delivery->id, &found)) {
        struct post *post = (struct post *)(uintptr_t)found;
        if (post->body != jn_hash64(delivery->body)) *wrong = "one id has two bodies";
        return post;
    }
    struct post *post = ledger_add(ledger, delivery);
    if (once && post->deed != 0 &&
        !jn_map_put(&ledger->by_deed, (struct jn_str){(const char *)&post->deed, sizeof(post->deed)}, 1))
        *wrong = "one message has two ids";
    return post;
}

struct post *ledger_of(const struct ledger *ledger, uint64_t delivery) {
    for (uint32_t i = 0; i < ledger->n; i++)
        if (ledger->post[i]->delivery == delivery) return ledger->post[i];
    return NULL;
}
