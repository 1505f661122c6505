/* libcurl's multi interface on the loop: sockets by uv_poll, one timer, transfers reported when they end. */
#ifndef RUNTIME_LOOP_MULTI_H
#define RUNTIME_LOOP_MULTI_H

#include "runtime/loop/curl.h"
#include <stdbool.h>
#include <uv.h>

struct jr_multi;

typedef void (*jr_multi_done)(void *user, CURL *easy, CURLcode code);

/* So many connections are kept open for reuse. Whoever adds a transfer bounds how many run: none waits for another. */
struct jr_multi *jr_multi_new(uv_loop_t *loop, long connections);
/* Starts a transfer. `done` is called once from the loop, unless the transfer is removed before. When the loop has
 * looked out for an answer for `timeout_ms`, not counting the time in which it stood still, its code is
 * OPERATION_TIMEDOUT: set no TIMEOUT of libcurl's, which does count it. The easy handle stays the caller's; its PRIVATE
 * pointer is ours. False when libcurl refuses it. */
bool jr_multi_add(struct jr_multi *multi, CURL *easy, uint32_t timeout_ms, jr_multi_done done, void *user);
void jr_multi_remove(struct jr_multi *multi, CURL *easy);
/* After every transfer was removed. The loop must run once more; the memory goes by itself. */
void jr_multi_close(struct jr_multi *multi);

#endif
